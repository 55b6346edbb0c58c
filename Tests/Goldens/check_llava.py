"""Loads with transformers what the Swift side saved, and compares. For SavedFolderTests; prints the largest differences.

    python check_llava.py <folder>

The folder holds a model (config.json, weights, tokenizer, processor), probe.safetensors (tokens, lengths, pixels and the
logits that the Swift side computed), picture.png, encoded.safetensors (tokens and pixel_values of one conversation), and
possibly adapter/ with adapter_logits in the probe. Written for transformers 5.23.0 and peft 0.21.2; the same files load
with transformers 4.48.
"""
import pathlib
import sys

import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import AutoProcessor, LlavaForConditionalGeneration

folder = pathlib.Path(sys.argv[1])
torch.set_num_threads(1)
probe = load_file(folder / "probe.safetensors")


def load():
    model, info = LlavaForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[kind], f"{kind}: {info[kind]}"
    return model.eval()


def difference(model, expected):
    mask = torch.arange(probe["tokens"].shape[1])[None] < probe["lengths"][:, None]
    with torch.no_grad():
        logits = model(input_ids=probe["tokens"], attention_mask=mask.long(), pixel_values=probe["pixels"]).logits
    return (logits - expected)[mask].abs().max().item()


worst = {"logits": difference(load(), probe["logits"])}
if (folder / "adapter").exists():
    from peft import PeftModel
    worst["adapter_logits"] = difference(PeftModel.from_pretrained(load(), folder / "adapter"), probe["adapter_logits"])

if (folder / "encoded.safetensors").exists():
    encoded = load_file(folder / "encoded.safetensors")
    processor = AutoProcessor.from_pretrained(folder)
    text = processor.apply_chat_template(
        [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "what is on the picture"}]}],
        add_generation_prompt=True)
    inputs = processor(images=Image.open(folder / "picture.png").convert("RGB"), text=text, return_tensors="pt")
    ids = inputs["input_ids"][0].tolist()
    assert ids == encoded["tokens"].tolist(), f"tokens: {ids}, expected {encoded['tokens'].tolist()}"
    worst["pixels"] = (inputs["pixel_values"][0] - encoded["pixel_values"]).abs().max().item()

print(worst)
sys.exit(0 if all(value < 1e-4 for value in worst.values()) else 1)
