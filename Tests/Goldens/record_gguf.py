#!/usr/bin/env python3
"""Records what the gguf package makes of quantised blocks, for GGUFTests.

    pip install gguf==0.19.0 numpy torch==2.13.0 transformers==5.23.0 safetensors==0.8.0
    python3 Tests/Goldens/record_gguf.py        # writes Tests/Goldens/gguf/

`blocks.gguf` is written by the package itself: a few metadata values of every type, and one tensor of random blocks for
every type that is read. `values.json` holds a hash of the exact bits of every
tensor's float32 values, and the first values of each as text for reading.

`llama.gguf` is a whole tiny model of the Llama architecture with random weights, a byte-level tokenizer and a template of
our own, its query and key rows in llama.cpp's order; `llama.safetensors` holds what transformers computes with the same
weights.
"""

import json
import pathlib

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.convert_slow_tokenizer import bytes_to_unicode

OUT = pathlib.Path(__file__).resolve().parent / "gguf"
TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Where each block keeps its float16 scales, so that random blocks have finite ones.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}
# Ordinary scales, zeros of both signs, the smallest and largest subnormal, the smallest normal, the largest number.
EDGES = [0.0123, -0.75, 0.0, -0.0, 2.0**-24, 1023 * 2.0**-24, 2.0**-14, 65504.0]


def blocks(name, rng):
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    if name == "F32":
        return rng.standard_normal((4, 32)).astype(np.float32), kind
    if name == "F16":
        values = rng.standard_normal((4, 32)).astype(np.float16)
        values[0, :8] = EDGES
        return values, kind
    count = 32 if elements == 32 else 8 if elements == 256 else 128
    data = rng.integers(0, 256, (count, size), dtype=np.uint8)
    if name == "BF16":
        return (rng.standard_normal(128).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8).reshape(4, 64), kind
    for row in range(count):
        for index, offset in enumerate(SCALES[name]):
            value = EDGES[(row + 3 * index) % len(EDGES)] if row < len(EDGES) else rng.standard_normal() * 0.1
            data[row, offset : offset + 2] = np.frombuffer(np.float16(value).tobytes(), np.uint8)
    return data.reshape(4, -1), kind


def fnv(data):
    state = 0xCBF29CE484222325
    for byte in data:
        state = ((state ^ byte) * 0x100000001B3) & ((1 << 64) - 1)
    return f"{state:016x}"


TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MERGES = ["t h", "th e", "\u0120 the", "i n", "in g"]


def permuted(weight, heads):
    """Rows of each head as llama.cpp stores them: the two halves interleaved."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def record_llama():
    alphabet = [bytes_to_unicode()[byte] for byte in range(256)]
    tokens = alphabet + ["".join(merge.split(" ")) for merge in MERGES] + ["<|im_start|>", "<|im_end|>"]
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=50_000.0, initializer_range=0.3,
        tie_word_embeddings=False, attn_implementation="eager")
    model = LlamaForCausalLM(config).eval()
    state = model.state_dict()
    writer = gguf.GGUFWriter(OUT / "llama.gguf", "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_block_count(2)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(50_000.0)
    writer.add_rope_dimension_count(8)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (len(tokens) - 2) + [3, 3])
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(len(tokens) - 2)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_pad_token_id(len(tokens) - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 2)
    for name, tensor in state.items():
        stored, values = names.get_name(name, try_suffixes=(".weight",)), tensor.numpy().copy()
        if ".mlp." in name:  # quantised: the reference computes with what is read back
            blocks = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            tensor.copy_(torch.from_numpy(gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType.Q8_0)))
            writer.add_tensor(stored, blocks, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
            continue
        if "q_proj" in name or "k_proj" in name:
            values = permuted(values, 4 if "q_proj" in name else 2)
        writer.add_tensor(stored, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    ids = torch.tensor([[261, 117, 256, 33, 72, 101, 260, 258, 262, 198, 5, 77]])
    with torch.no_grad():
        logits = model(ids).logits
        greedy = model.generate(ids, max_new_tokens=12, do_sample=False, eos_token_id=None, pad_token_id=0)[:, ids.shape[1]:]
    save_file(
        {
            "input_ids": ids, "logits": logits, "greedy": greedy.contiguous(),
            "q_proj": state["model.layers.0.self_attn.q_proj.weight"].clone(),
            "k_proj": state["model.layers.1.self_attn.k_proj.weight"].clone(),
        }, OUT / "llama.safetensors")


def main():
    OUT.mkdir(exist_ok=True)
    record_llama()
    rng = np.random.default_rng(7)
    writer = gguf.GGUFWriter(OUT / "blocks.gguf", "test")
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -100)
    writer.add_uint16("test.uint16", 60000)
    writer.add_int16("test.int16", -30000)
    writer.add_uint32("test.uint32", 4_000_000_000)
    writer.add_int32("test.int32", -2_000_000_000)
    writer.add_uint64("test.uint64", (1 << 64) - 1)
    writer.add_int64("test.int64", -(1 << 63))
    writer.add_float32("test.float32", 0.1)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "é 你好 \n")
    writer.add_array("test.texts", ["a", "", "ü"])
    writer.add_array("test.integers", [1, -2, 3])
    tensors = {}
    for name in TYPES:
        data, kind = blocks(name, rng)
        writer.add_tensor(f"test.{name}", data, raw_dtype=kind)
        tensors[name] = (data, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    recorded = {}
    for tensor in gguf.GGUFReader(OUT / "blocks.gguf").tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        recorded[tensor.name] = {
            "shape": [int(size) for size in reversed(tensor.shape)],
            "bits": fnv(np.ascontiguousarray(values).tobytes()),
            "first": [float(value) for value in values.reshape(-1)[:4]],
        }
    text = json.dumps({"gguf": "0.19.0", "numpy": np.__version__, "tensors": recorded}, indent=1)
    (OUT / "values.json").write_text(text + "\n")


main()
