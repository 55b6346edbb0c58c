#!/usr/bin/env python3
"""Records the goldens of TokenizersTests: small tokenizers of every kind, and what the reference makes of texts,
conversations and templates.

    pip install tokenizers==0.23.3 transformers==5.23.0 jinja2==3.1.6
    python3 Tests/Goldens/record_tokenizers.py      # writes Tests/Goldens/tokenizers/

The tokenizers are trained here, on sentences written here; the templates are written here in the forms that published
models use. Random texts come from a generator that the tests repeat; of their ids only hashes are stored.
"""

import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent / "tokenizers"
MASK = (1 << 64) - 1

SENTENCES = [
    "The quick brown fox jumps over the lazy dog, doesn't it?",
    "They're sure we'll see what I've said: it's 12 o'clock, 3.14159 and 1234567 more.",
    "USER: What is in this picture? ASSISTANT: There is a knife on a table, and a loaf of bread.",
    "A helpful assistant does not explain how to hurt somebody; it explains how to stay safe.",
    "def main(argument):\n    return argument + 1\n\n\tprint('done')  # two  spaces   three",
    "Tiếng Việt có nhiều dấu: một, hai, ba, bốn, năm; người Việt Nam nói tiếng Việt.",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ และมีสระอยู่บนและล่าง",
    "你好，世界。今天天气很好，我们去公园吧。日本語のテキストもあります。",
    "Ünïcödé çà et là, naïve façade, cafe\u0301, straße; ΑΒΓ αβγ; Привет, мир!",
    "😀 🎉 👍🏽 👨‍👩‍👧‍👦 🇫🇷 emoji may need many bytes",
    "...!!! ??? --- *** ((())) [[]] {} <> || && \\\\ // == != <= >=",
]
CORPUS = [sentence for sentence in SENTENCES for _ in range(3)] + [
    " ".join(words[start:] + words[:start]) for sentence in SENTENCES for words in [sentence.split(" ")]
    for start in range(0, len(words), 2)
]

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")

TEXTS = [
    "", " ", "  ", "\n", "\t", "a", " a", "a ", " a ", "a  b", "a   b    c", "Hello, world!", "HELLO'S I'M we'LL you'Re",
    "'s 't 're 've 'm 'll 'd '", "it\u2019s", "'ſ 'S", "\r\n\r\n", "a\r\nb\rc\n\n\n d", " \n \n  x", "x\t\t y\u00a0z",
    "\u3000全角\u3000空白\u3000", "\u2028line\u2029paragraph\u0085next", "1", "12", "123", "1234", "1234567 89.01", "x1y22z333",
    "½ ² Ⅷ ٣ ۴ 五", "tiếng Việt", "tie\u0302\u0301ng Vie\u0323\u0302t", "é e\u0301 Å \u212b \u1e9b\u0323", "ภาษาไทย",
    "你好，世界", "日本語テキスト", "한국어 문장", "😀", "👨‍👩‍👧‍👦", "🇫🇷🇩🇪", "👍🏽!", "\U0001d518\U00010348\U0010ffff", "\x00\x01\x1b\x7f",
    "\u200b\ufeff\u200d", "\ue000\uf8ff", "\ufffd", "…—“”", "<|im_start|>", "<|im_end|>", "</s>", "<s>", "<unk>", "<image>",
    "a</s>b", " </s> ", "<s></s><s>", "</s", "<<s>>", "</s></s", "<image><image>", "USER: <image>\nHi ASSISTANT:", "▁", "▁▁a",
    "a▁b ▁", "Ġ", "ĠĊ", "<0x0A>", "<0xFF>", "_word_ __init__", "http://example.org/a?b=c&d=e#f", "{\"key\": [1, 2.5, null]}",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "                                ", "!" * 40, "ab" * 60, "the the the", "ẞß", "ﬁ ﷽",
    "a\u0300\u0301\u0302\u0303", "\u0301", " \u0301x", "क्षि", "ກ່", "مرحبا بالعالم", "שלום", "z̷̢̛a̸l̶g̵o̷",
]


class Draw:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, seed):
        self.state = seed

    def next(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % bound


RANGES = [(0x20, 0x7F), (0, 0x300), (0x300, 0x3000), (0x3000, 0xD800), (0xE000, 0xFFFE), (0x1F300, 0x1F700), (0x10000, 0x110000)]


def random_text(draw, pieces):
    text = ""
    for _ in range(1 + draw.next(16)):
        if draw.next(4) > 0:
            text += pieces[draw.next(len(pieces))]
        else:
            low, high = RANGES[draw.next(len(RANGES))]
            text += chr(low + draw.next(high - low))
    return text


def fnv(state, number):
    for shift in (0, 8, 16, 24):
        state = ((state ^ (number >> shift & 0xFF)) * 0x100000001B3) & MASK
    return state


def added(*tokens):
    return [AddedToken(token, special=True, normalized=False) for token in tokens]


def byte_level(specials, size=560):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=added(*specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


def split_by(pattern):
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])


def begins_with(token, identifier):
    return processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token}:1 $B:1", special_tokens=[(token, identifier)])


def gpt2():
    return byte_level(["<|endoftext|>"])


def smollm():
    tokenizer = byte_level(["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<end_of_utterance>"])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return tokenizer


def llama3():
    tokenizer = byte_level([], size=520)
    tokenizer.pre_tokenizer = split_by(LLAMA3)
    tokenizer.model.ignore_merges = True
    tokenizer.add_special_tokens(
        added("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|image|>"))
    tokenizer.post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=False), begins_with("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))])
    return tokenizer


def qwen2():
    tokenizer = byte_level([], size=520)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = split_by(QWEN2)
    tokenizer.add_special_tokens(
        added("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"))
    return tokenizer


def sentence_pieces(byte_fallback, size=700):
    """Vocabulary and merges as a SentencePiece model has them: control tokens, bytes, pieces."""
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    corpus = [sentence for sentence in CORPUS if all(ord(character) < 0x2000 for character in sentence)]
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    trained.train_from_iterator(corpus, trainer)
    model = json.loads(trained.to_str())["model"]
    pieces = [piece for piece, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if byte_fallback else []
    names = pieces[:3] + bytes_ + pieces[3:]
    vocabulary = {piece: index for index, piece in enumerate(names)}
    merges = [tuple(merge) for merge in model["merges"]]
    return models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=byte_fallback)


def llama2():
    tokenizer = Tokenizer(sentence_pieces(True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.add_special_tokens(added("<unk>", "<s>", "</s>", "<image>", "<pad>"))
    tokenizer.post_processor = begins_with("<s>", 1)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def vicuna():
    """The same words in the newer form: the mark is put in front by the pre-tokenizer, at the very beginning only."""
    tokenizer = llama2()
    tokenizer.normalizer = None
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    return tokenizer


def metaspace():
    """No byte fallback: unknown characters share one token."""
    tokenizer = Tokenizer(sentence_pieces(False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.add_special_tokens(added("<unk>", "<s>", "</s>"))
    return tokenizer


def odd_tokens():
    """Added tokens with every flag, and a space before every piece."""
    tokenizer = byte_level(["<|endoftext|>"])
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.add_tokens(
        [
            AddedToken("</s>", special=True, normalized=False, lstrip=True),
            AddedToken("<s>", special=True, normalized=False, rstrip=True),
            AddedToken("<image>", special=True, normalized=False, lstrip=True, rstrip=True),
            AddedToken("the", special=True, normalized=False, single_word=True),
            AddedToken("ﬁx", special=False, normalized=True),
            AddedToken("<<s>>", special=True, normalized=False),
        ])
    return tokenizer


TOKENIZERS = [gpt2, smollm, llama3, qwen2, llama2, vicuna, metaspace, odd_tokens]
COUNT, GROUP = 2000, 100


def record(make):
    tokenizer = make()
    folder = HERE / make.__name__
    folder.mkdir(parents=True, exist_ok=True)
    written = json.loads(tokenizer.to_str())
    if make is llama2:  # the older spelling of merges
        written["model"]["merges"] = [" ".join(merge) for merge in written["model"]["merges"]]
    (folder / "tokenizer.json").write_text(json.dumps(written, ensure_ascii=False, separators=(",", ":")) + "\n")
    specials = [token["content"] for token in written["added_tokens"]]
    with_specials = [tokenizer.encode(text).ids for text in TEXTS]
    tokenizer.encode_special_tokens = True
    cases = [
        {
            "text": text, "ids": ids, "plain": tokenizer.encode(text, add_special_tokens=False).ids,
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "withoutSpecial": tokenizer.decode(ids, skip_special_tokens=True),
        }
        for text, ids in zip(TEXTS, with_specials)
    ]
    tokenizer.encode_special_tokens = False
    pieces = TEXTS[1:] + specials + [" ", "  ", "\n", " the", "ing", "Việt"]
    draw, hashes = Draw(20250322), []
    for _ in range(COUNT // GROUP):
        state = 0xCBF29CE484222325
        for _ in range(GROUP):
            text = random_text(draw, pieces)
            ids = tokenizer.encode(text).ids
            for number in ids + [0xFFFFFFFF]:
                state = fnv(state, number)
            for byte in tokenizer.decode(ids, skip_special_tokens=False).encode():
                state = fnv(state, byte)
        hashes.append(f"{state:016x}")
    draw, damaged = Draw(7), []
    size = tokenizer.get_vocab_size()
    for _ in range(200):  # ids in no sensible order: bytes that are no UTF-8
        ids = [draw.next(size + 3) for _ in range(1 + draw.next(12))]
        damaged.append({"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
    golden = {"pieces": pieces, "group": GROUP, "hashes": hashes, "cases": cases, "damaged": damaged}
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


# Conversations: a role and its parts; None is a picture.
CONVERSATIONS = {
    "question": [["user", ["What is this?"]]],
    "answered": [["user", ["What is this?"]], ["assistant", ["A loaf of bread."]]],
    "picture": [["user", [None, "What is in this picture?"]]],
    "picture answered": [["user", [None, "What is in this picture?"]], ["assistant", ["A knife, on a table."]]],
    "two pictures": [["user", [None, "or", None, "?"]], ["assistant", ["Neither."]]],
    "many turns": [
        ["user", ["Hello"]], ["assistant", ["Hello. What can I do for you?"]], ["user", ["  Tell me\n a joke. "]],
        ["assistant", ["Why did the fox cross the road?\n\nTo see the lazy dog."]], ["user", ["Việt Nam 😀?"]],
        ["assistant", ["12 o'clock."]],
    ],
    "system": [
        ["system", ["You are kind."]], ["user", ["Hi"]], ["assistant", ["Hi."]], ["user", ["Bye"]],
    ],
    "later picture": [["user", ["Hi"]], ["assistant", ["Hi."]], ["user", [None, "And this?"]]],
    "markers": [
        ["user", ["</s> <s> <image> <|im_end|>\n<|im_start|>system\n<|eot_id|>"]], ["assistant", ["[/INST] USER: {{ x }}"]],
    ],
    "empty answer": [["user", ["Hi"]], ["assistant", [""]]],
}


def messages(conversation, parts):
    result = []
    for role, content in conversation:
        items = [{"type": "image"} if part is None else {"type": "text", "text": part} for part in content]
        as_text = not parts and None not in content
        result.append({"role": role, "content": "".join(content) if as_text else items})
    return result


def render(source, conversation, parts, add_generation_prompt):
    try:
        return _compile_jinja_template(source).render(
            messages=messages(conversation, parts), tools=None, documents=None, bos_token="<s>", eos_token="</s>",
            add_generation_prompt=add_generation_prompt)
    except Exception:
        return None


# Templates: whether content is handed over as parts, and the tokenizer of the ids.
TEMPLATES = {
    "llava": (True, "llama2"), "llava_hf": (True, "vicuna"), "vicuna": (False, "vicuna"), "chatml": (False, "smollm"),
    "qwen2_vl": (False, "qwen2"), "llama3": (False, "llama3"), "mistral": (False, "llama2"), "smolvlm": (True, "smollm"),
}


def record_templates():
    cases = []
    for name, (parts, tokenizer) in TEMPLATES.items():
        source = (HERE / "templates" / f"{name}.jinja").read_text()
        reference = Tokenizer.from_file(str(HERE / tokenizer / "tokenizer.json"))
        for title, conversation in CONVERSATIONS.items():
            for prompt in (False, True):
                text = render(source, conversation, parts, prompt)
                ids = reference.encode(text, add_special_tokens=False).ids if text is not None else None
                cases.append(
                    {"template": name, "conversation": title, "addGenerationPrompt": prompt, "text": text, "ids": ids})
    golden = {
        "conversations": CONVERSATIONS, "tokenizers": {name: pair[1] for name, pair in TEMPLATES.items()}, "cases": cases,
    }
    (HERE / "templates.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


def record_snippets():
    """One line of template a construct, rendered with a fixed conversation."""
    conversation = [["user", [" One, two "]], ["assistant", ["Three <b>\"'é\n"]]]
    lines = (HERE / "snippets.txt").read_text().split("\n---\n")
    golden = []
    for source in lines:
        golden.append({"source": source, "text": render(source, conversation, False, True)})
    (HERE / "snippets.json").write_text(
        json.dumps({"conversation": conversation, "cases": golden}, ensure_ascii=False, indent=1) + "\n")


def record_training():
    """The reference's trainer on the corpus above."""
    tokenizer = byte_level(["<pad>", "<s>", "</s>", "<image>"], size=640)
    model = json.loads(tokenizer.to_str())["model"]
    golden = {
        "corpus": CORPUS, "vocabularySize": 640,
        "tokens": [token for token, _ in sorted(model["vocab"].items(), key=lambda item: item[1])], "merges": model["merges"],
    }
    (HERE / "training.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    for make in TOKENIZERS:
        record(make)
    record_templates()
    record_snippets()
    record_training()
