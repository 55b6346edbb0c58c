#!/usr/bin/env python3
"""Writes a random LLaVA checkpoint with the sizes of LLaVA-1.5-7B in bfloat16 (14 GB), for trying out whether loading and
generating fit into memory.

    pip install torch safetensors
    safe-rlhf-v data synth --output world
    python3 benchmarks/large_model/write_random_7b.py world/models/start llava-7b-random

Tokenizer, template and picture settings are those of a small model folder; ids beyond its vocabulary are never looked up.
"""

import json
import pathlib
import shutil
import sys

import torch
from safetensors.torch import save_file

source, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
output.mkdir()
small = json.loads((source / "config.json").read_text())
text = dict(
    model_type="llama", vocab_size=32064, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32,
    num_attention_heads=32, num_key_value_heads=32, max_position_embeddings=4096, rms_norm_eps=1e-5)
vision = dict(
    model_type="clip_vision_model", hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
    image_size=336, patch_size=14)
image_id = small.get("image_token_index", small.get("image_token_id"))
config = dict(
    model_type="llava", architectures=["LlavaForConditionalGeneration"], image_token_index=image_id, dtype="bfloat16",
    vision_feature_layer=-2, vision_feature_select_strategy="default", projector_hidden_act="gelu", text_config=text,
    vision_config=vision)
(output / "config.json").write_text(json.dumps(config, indent=1))
for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "processor_config.json"):
    shutil.copy(source / name, output / name)
pictures = json.loads((source / "preprocessor_config.json").read_text())
pictures |= {"size": {"height": 336, "width": 336}, "crop_size": {"height": 336, "width": 336}}
(output / "preprocessor_config.json").write_text(json.dumps(pictures, indent=1))


def shapes():
    tower = "vision_tower.vision_model."
    yield tower + "embeddings.class_embedding", [1024]
    yield tower + "embeddings.patch_embedding.weight", [1024, 3, 14, 14]
    yield tower + "embeddings.position_embedding.weight", [577, 1024]
    for norm in ("pre_layrnorm", "post_layernorm"):
        yield from linear(tower + norm, 1024)
    for layer in range(24):
        place = f"{tower}encoder.layers.{layer}."
        for name in ("k_proj", "v_proj", "q_proj", "out_proj"):
            yield from linear(f"{place}self_attn.{name}", 1024, 1024)
        yield from linear(place + "layer_norm1", 1024)
        yield from linear(place + "mlp.fc1", 4096, 1024)
        yield from linear(place + "mlp.fc2", 1024, 4096)
        yield from linear(place + "layer_norm2", 1024)
    yield from linear("multi_modal_projector.linear_1", 4096, 1024)
    yield from linear("multi_modal_projector.linear_2", 4096, 4096)
    yield "language_model.model.embed_tokens.weight", [32064, 4096]
    for layer in range(32):
        place = f"language_model.model.layers.{layer}."
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            yield f"{place}self_attn.{name}.weight", [4096, 4096]
        for name in ("gate_proj", "up_proj"):
            yield f"{place}mlp.{name}.weight", [11008, 4096]
        yield f"{place}mlp.down_proj.weight", [4096, 11008]
        for name in ("input_layernorm", "post_attention_layernorm"):
            yield f"{place}{name}.weight", [4096]
    yield "language_model.model.norm.weight", [4096]
    yield "language_model.lm_head.weight", [32064, 4096]


def linear(place, *sizes):
    yield place + ".weight", list(sizes)
    yield place + ".bias", [sizes[0]]


def random(name, sizes):
    if len(sizes) == 1:
        return torch.ones(sizes, dtype=torch.bfloat16) if "norm" in name and name.endswith("weight") else torch.zeros(sizes, dtype=torch.bfloat16)
    return (torch.randn(sizes, generator=generator) * 0.02).to(torch.bfloat16)


generator = torch.Generator().manual_seed(1)
members, shards, room = list(shapes()), [[]], 1_000_000_000
for name, sizes in members:
    count = 2 * torch.Size(sizes).numel()
    if count > room and shards[-1]:
        shards.append([])
        room = 1_000_000_000
    shards[-1].append((name, sizes))
    room -= count
places = {}
for number, shard in enumerate(shards, 1):
    file = f"model-{number:05}-of-{len(shards):05}.safetensors"
    save_file({name: random(name, sizes) for name, sizes in shard}, output / file, metadata={"format": "pt"})
    places |= {name: file for name, _ in shard}
total = sum(2 * torch.Size(sizes).numel() for _, sizes in members)
index = {"metadata": {"total_size": total}, "weight_map": places}
(output / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
print(f"{total} bytes in {len(shards)} files")
