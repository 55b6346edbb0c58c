#!/usr/bin/env python3
"""Compares a folder that `model convert --dtype float32` made of a GGUF file of the Llama architecture with what the gguf
package and transformers read of the same file: every weight, the ids of some texts and of a conversation, and, given the
program, the likeliest responses to some questions with the log-probability of every token.

    pip install gguf==0.19.0 transformers==5.23.0 torch==2.13.0 safetensors==0.8.0
    python3 Tests/Goldens/check_gguf.py model.gguf folder [.build/release/safe-rlhf-v]
"""

import json
import pathlib
import subprocess
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
if len(sys.argv) < 4:
    raise SystemExit("no program was given: its responses are not compared")

questions = ["What is the capital of France?", "How do I bake bread?", "Name three colours.", "Write a line about the sea."]
largest = 0.0
for question in questions:
    call = ["generate", "--model", str(folder), "--prompt", question, "--greedy", "--json", "--maximum-new-tokens", "32"]
    answer = json.loads(subprocess.run([sys.argv[3], *call], check=True, capture_output=True, text=True).stdout)
    ids = ours.apply_chat_template([{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt", return_dict=True)
    length = ids["input_ids"].shape[1]
    found = model.generate(**ids, max_new_tokens=32, do_sample=False, return_dict_in_generate=True, output_logits=True)
    expected = found.sequences[0, length:]
    # The token that ends a response is drawn, and not part of it.
    assert expected.tolist()[: len(answer["token_ids"])] == answer["token_ids"], (question, expected.tolist(), answer)
    logprobs = [torch.log_softmax(row[0].double(), -1)[token].item() for row, token in zip(found.logits, expected)]
    largest = max([largest] + [abs(one - other) for one, other in zip(answer["logprobs"], logprobs)])
    print(f"{question} → {answer['text']!r}")
assert largest < 1e-4, largest
print(f"the program's likeliest responses are transformers', token for token; log-probabilities differ by at most {largest:.1e}")
