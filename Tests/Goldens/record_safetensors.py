#!/usr/bin/env python3
"""Records what safetensors itself writes, for TorchTests.

    pip install safetensors==0.8.0 torch==2.13.0
    python3 Tests/Goldens/record_safetensors.py     # writes Tests/Goldens/safetensors/

Values are small integers and fractions of powers of two, exact in every type; `SafetensorsGoldenTests` has the same list.
"""

import pathlib

import safetensors
import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent / "safetensors"
FLOATS = [0.0, -0.0, 1.5, -2.25, 0.5, 64.0]
INTEGERS = [0, 1, 2, 100, 127, 7]

tensors = {
    "float64": torch.tensor(FLOATS, dtype=torch.float64).reshape(2, 3),
    "float32": torch.tensor(FLOATS, dtype=torch.float32).reshape(3, 2),
    "float16": torch.tensor(FLOATS, dtype=torch.float16).reshape(1, 6),
    "bfloat16": torch.tensor(FLOATS, dtype=torch.bfloat16).reshape(6),
    "int64": torch.tensor(INTEGERS, dtype=torch.int64).reshape(2, 3),
    "int32": torch.tensor(INTEGERS, dtype=torch.int32).reshape(6, 1),
    "int8": torch.tensor(INTEGERS, dtype=torch.int8).reshape(2, 1, 3),
    "uint8": torch.tensor(INTEGERS, dtype=torch.uint8).reshape(6),
    "bool": torch.tensor([True, False, True, True, False, False]).reshape(3, 2),
    "scalar": torch.tensor(3.5),
    "empty": torch.zeros(0, 4),
    "größe.weight": torch.ones(2),
}

OUT.mkdir(exist_ok=True)
save_file(tensors, OUT / "every_type.safetensors", metadata={"format": "pt"})
save_file({}, OUT / "nothing.safetensors")
print(f"safetensors {safetensors.__version__}, torch {torch.__version__}")
