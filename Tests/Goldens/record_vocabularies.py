#!/usr/bin/env python3
"""Records what the tokenizers library makes of 100,000 random texts with published vocabularies, for TokenizersTests.

    scripts/fetch_test_files
    pip install gguf==0.19.0 tokenizers==0.23.3 transformers==5.23.0
    python3 Tests/Goldens/record_vocabularies.py    # writes Tests/Goldens/tokenizers/vocabularies.json

The vocabularies are read from GGUF files (not part of the repository) by the gguf package; the tokenizers around them are
put together here, as the models' own tokenizer.json files have them. Texts come from the generator of
record_tokenizers.py, which the tests repeat; only hashes of ids are stored.
"""

import json
import pathlib
import sys

import gguf
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers.convert_slow_tokenizer import generate_merges

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import record_tokenizers as small

CACHE = pathlib.Path(__file__).resolve().parents[2] / ".cache"
LLAMA = CACHE / "llama.cpp"
FILES = {
    "gpt-2": LLAMA / "ggml-vocab-gpt-2.gguf", "llama-bpe": LLAMA / "ggml-vocab-llama-bpe.gguf",
    "qwen2": LLAMA / "ggml-vocab-qwen2.gguf", "llama-spm": LLAMA / "ggml-vocab-llama-spm.gguf",
    "smollm": CACHE / "smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
}
COUNT, GROUP = 100_000, 1_000
PIECES = small.TEXTS[1:] + [
    " ", "  ", "   ", "\n", "\n\n", "\t", " \n", "\r\n", "\u00a0", "\u3000", " the", " and", "ing", "tion", " Das", " это", " 世界",
    "の", "ですから", " مرحبا", " नमस्ते", "ไทย", "한국", "2024", "3.14", "0x1F", "'ll", "'S", "{\"", "\"}", "</div>", "    return ",
    "==", "...", "’s", "Ω", "e\u0301", "ﬃ", "🏳️‍🌈", "<|endoftext|>", "<|im_start|>", "<|begin_of_text|>", "</s>", "<unk>", "[PAD151646]",
]


def tokenizer(name):
    fields = gguf.GGUFReader(FILES[name]).fields
    value = lambda key: fields[f"tokenizer.ggml.{key}"].contents()
    tokens, kinds = value("tokens"), value("token_type")
    vocabulary = {token: index for index, token in enumerate(tokens)}
    if name == "llama-spm":
        # What takes part in merges: SentencePiece keeps control and byte pieces out of them.
        skipped = {token for token, kind in zip(tokens, kinds) if kind not in (1, 4)}
        scores = {token: score for token, score in zip(tokens, value("scores")) if token not in skipped}
        merges = generate_merges(vocabulary, scores, skipped)
        result = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        result.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
        result.decoder = decoders.Sequence(
            [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    else:
        merges = [tuple(merge.split(" ")) for merge in value("merges")]
        result = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=name == "llama-bpe"))
        plain = pre_tokenizers.ByteLevel(add_prefix_space=False)
        if name == "gpt-2":
            result.pre_tokenizer = plain
        elif name == "smollm":
            result.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), plain])
        else:
            result.pre_tokenizer = small.split_by(small.LLAMA3 if name == "llama-bpe" else small.QWEN2)
        if name == "qwen2":
            result.normalizer = normalizers.NFC()
        result.decoder = decoders.ByteLevel()
    # `<unk>` of a SentencePiece vocabulary is an added token as well: transformers makes it one.
    special = [t for t, kind in zip(tokens, kinds) if kind == 3 or (name == "llama-spm" and t == "<unk>")]
    result.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    user = [token for token, kind in zip(tokens, kinds) if kind == 4]
    result.add_tokens([AddedToken(token, special=False, normalized=False) for token in user])
    assert result.get_vocab_size() == len(tokens)
    return result


def record(name):
    reference = tokenizer(name)
    draw, hashes = small.Draw(20_261_124), []
    for _ in range(COUNT // GROUP):
        state = 0xCBF29CE484222325
        texts = [small.random_text(draw, PIECES) for _ in range(GROUP)]
        for encoding in reference.encode_batch(texts, add_special_tokens=False):
            for identifier in encoding.ids:
                state = small.fnv(state, identifier)
            state = small.fnv(state, 0xFFFFFFFF)
        hashes.append(f"{state:016x}")
    return hashes


def main():
    golden = {
        "tokenizers": tokenizers.__version__, "seed": 20_261_124, "group": GROUP, "pieces": PIECES,
        "hashes": {name: record(name) for name in FILES},
    }
    out = small.HERE / "vocabularies.json"
    out.write_text(json.dumps(golden, ensure_ascii=True, indent=0) + "\n")


if __name__ == "__main__":
    main()
