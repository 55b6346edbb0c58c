#!/usr/bin/env python3
"""Compares a folder that `model convert --dtype float32` made of a GGUF file of the Llama architecture with what the gguf
package and transformers read of the same file: every weight, and the ids of some texts and of a conversation.

    pip install gguf==0.19.0 transformers==5.23.0 torch==2.13.0 safetensors==0.8.0
    python3 Tests/Goldens/check_gguf.py model.gguf folder
"""

import pathlib
import sys

import gguf
import numpy as np
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

file, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
reader = gguf.GGUFReader(file)
field = lambda key: reader.fields[f"llama.{key}"].contents()
heads, key_heads, layers = field("attention.head_count"), field("attention.head_count_kv"), field("block_count")
names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, layers)

stored = {}
for part in sorted(folder.glob("*.safetensors")):
    with safe_open(part, "np") as tensors:
        stored |= {name: tensors.get_tensor(name) for name in tensors.keys()}
expected = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
assert len(stored) == len(expected), (len(stored), len(expected))
for name, values in stored.items():
    original = expected[names.get_name(name, try_suffixes=(".weight",))]
    for part, count in (("q_proj", heads), ("k_proj", key_heads)):
        if part in name:
            rows, columns = original.shape
            original = original.reshape(count, rows // count // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
    assert values.dtype == np.float32 and np.array_equal(values, original), name
print(f"{len(stored)} tensors are equal, bit for bit")

ours = AutoTokenizer.from_pretrained(folder)
reference = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
texts = ["Hello, world! 12345", "  two  spaces\n\n\ttab", "naïve café 你好 😀", "<|im_start|>user\nHi<|im_end|>\n", "don't  I'LL"]
for text in texts:
    assert ours.encode(text) == reference.encode(text), text
chat = [{"role": "user", "content": "What is the capital of France?"}]
ids = ours.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
assert ours.apply_chat_template(chat, tokenize=False) == reference.apply_chat_template(chat, tokenize=False)
print("ids of texts and of a conversation are equal")

model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
answer = model.generate(**ids, max_new_tokens=16, do_sample=False)
print("transformers, loading the folder, says:", ours.decode(answer[0, ids["input_ids"].shape[1]:], skip_special_tokens=True))
