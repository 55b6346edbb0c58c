#!/usr/bin/env python3
"""Records trajectories of torch.optim.AdamW(fused=True) and transformers' schedules, for TorchNNTests.

    pip install torch==2.13.0 transformers==5.23.0 safetensors==0.8.0
    python3 Tests/Goldens/record_optimizer.py       # writes Tests/Goldens/optimizer.safetensors

Parameters and gradients are multiples of 1/16, exact in float32 and bfloat16; the tests have the same formulas. Clipping
bites in every second step; the bias has no gradient in step 3.
"""

import pathlib

import torch
import transformers
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent / "optimizer.safetensors"
SHAPES = {"layer.weight": [3, 4], "layer.bias": [4], "input_norm.weight": [4]}
STEPS, RATE, BETAS, EPSILON, DECAY, MAXIMUM_NORM, WARMUP = 8, 0.01, (0.9, 0.95), 1e-8, 0.1, 1.0, 2


def start(index, shape):
    flat = torch.arange(torch.Size(shape).numel())
    return (((flat * 5 + 3 + index) % 11 - 5) / 8).reshape(shape)


def gradient(index, shape, step):
    flat = torch.arange(torch.Size(shape).numel())
    return (((flat * 7 + step * 13 + index * 5) % 17 - 8) / (16 if step % 2 == 0 else 256)).reshape(shape)


def has_gradient(name, step):
    return not (name == "layer.bias" and step == 3)


def optimizer(parameters):
    groups = [
        {"params": [parameters["layer.weight"]], "weight_decay": DECAY},
        {"params": [parameters["layer.bias"], parameters["input_norm.weight"]], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=RATE, betas=BETAS, eps=EPSILON, fused=True)


def trajectory_float32():
    parameters = {name: torch.nn.Parameter(start(i, shape)) for i, (name, shape) in enumerate(SHAPES.items())}
    adamw = optimizer(parameters)
    schedule = transformers.get_cosine_schedule_with_warmup(adamw, WARMUP, STEPS)
    record = {}
    for step in range(STEPS):
        for i, (name, shape) in enumerate(SHAPES.items()):
            parameters[name].grad = gradient(i, shape, step) if has_gradient(name, step) else None
        norm = torch.nn.utils.clip_grad_norm_(list(parameters.values()), MAXIMUM_NORM)
        adamw.step()
        schedule.step()
        record[f"float32.{step}.norm"] = norm.reshape(1).clone()
        for name, parameter in parameters.items():
            record[f"float32.{step}.{name}"] = parameter.detach().clone()
    return record


def trajectory_bfloat16():
    """Parameters and gradients in bfloat16, steps taken on float32 masters."""
    narrow = {name: start(i, shape).bfloat16() for i, (name, shape) in enumerate(SHAPES.items())}
    masters = {name: torch.nn.Parameter(value.float()) for name, value in narrow.items()}
    adamw = optimizer(masters)
    schedule = transformers.get_cosine_schedule_with_warmup(adamw, WARMUP, STEPS)
    record = {}
    for step in range(STEPS):
        gradients = {
            name: gradient(i, shape, step).bfloat16() for i, (name, shape) in enumerate(SHAPES.items()) if has_gradient(name, step)
        }
        norms = [torch.linalg.vector_norm(g, dtype=torch.float32) for g in gradients.values()]
        norm = torch.linalg.vector_norm(torch.stack(norms)).item()
        for name, master in masters.items():
            if norm > MAXIMUM_NORM and name in gradients:
                gradients[name] *= MAXIMUM_NORM / (norm + 1e-6)
            master.grad = gradients[name].float() if name in gradients else None
        adamw.step()
        schedule.step()
        for name, value in narrow.items():
            value.copy_(masters[name].detach())
            record[f"bfloat16.{step}.{name}"] = value.clone()
            record[f"bfloat16.{step}.{name}.master"] = masters[name].detach().clone()
    return record


def schedules():
    record = {}
    makers = {
        "constant": lambda o, warmup, total: transformers.get_constant_schedule_with_warmup(o, warmup),
        "linear": transformers.get_linear_schedule_with_warmup,
        "cosine": transformers.get_cosine_schedule_with_warmup,
    }
    for name, make in makers.items():
        for warmup, total in [(0, 7), (3, 10), (10, 10)]:
            adamw = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            schedule = make(adamw, warmup, total)
            factors = []
            for _ in range(total):
                factors.append(schedule.get_last_lr()[0])
                adamw.step()
                schedule.step()
            record[f"schedule.{name}.{warmup}.{total}"] = torch.tensor(factors, dtype=torch.float64)
    return record


torch.set_num_threads(1)
save_file({**trajectory_float32(), **trajectory_bfloat16(), **schedules()}, OUT)
OUT.chmod(0o644)
print(f"torch {torch.__version__}, transformers {transformers.__version__}")
