"""Loads with transformers the model folder of any family that the Swift side saved, and compares. For FamilyFolderTests.

    python check_family.py <folder> <case>

The folder holds a model (config.json, weights, tokenizer, picture settings) whose weights are those of the recorded case of
families/, and adapter/ with probe.safetensors: tokens of a row of text and the logits that the adapted model gives them.
Written for transformers 5.23.0 and peft 0.21.2; prints the largest differences.
"""
import pathlib
import sys

import torch
import transformers
from peft import PeftModel
from safetensors.torch import load_file

import record_families

folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
torch.set_num_threads(1)
template, _, make = record_families.CASES[name]
made, processor = make(record_families.make_tokenizer(template))
golden = load_file(record_families.HERE / name / "golden.safetensors")


def load():
    model, info = type(made).from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[kind], f"{kind}: {info[kind]}"
    return model.eval()


model = load()
tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(folder)
if processor is not None:
    processor.image_processor = type(processor.image_processor).from_pretrained(folder)
    processor.tokenizer = tokenizer
rows = record_families.ROWS if processor else [[part for part in row if isinstance(part, str)] for row in record_families.ROWS]
worst = {"states": 0.0, "logits": 0.0}
for index, row in enumerate(rows):
    inputs = record_families.encode(row, tokenizer, processor)
    assert inputs["input_ids"][0].tolist() == golden[f"tokens.{index}"].tolist(), f"tokens of row {index}"
    states, logits = record_families.compute(model, inputs, torch.float32)
    worst["states"] = max(worst["states"], (states - golden[f"hidden_states.{index}"]).abs().max().item())
    worst["logits"] = max(worst["logits"], (logits - golden[f"logits.{index}"]).abs().max().item())

probe = load_file(folder / "adapter" / "probe.safetensors")
with torch.no_grad():
    plain = model(input_ids=probe["tokens"]).logits
    adapted = PeftModel.from_pretrained(load(), folder / "adapter")(input_ids=probe["tokens"]).logits
worst["adapter_logits"] = (adapted - probe["logits"]).abs().max().item()
assert (plain - adapted).abs().max().item() > 0.1, "the adapter was not taken"

print(worst)
sys.exit(0 if all(value < 1e-4 for value in worst.values()) else 1)
