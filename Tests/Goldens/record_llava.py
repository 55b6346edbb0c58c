"""Records what transformers computes with tiny random LLaVA checkpoints, for VisionLanguageModelsTests and GenerationTests.

    python record_llava.py            writes llava/<case>/ beside this file

Made with transformers 5.23.0, torch 2.13.0 (CPU, one thread), peft 0.21.2, safetensors 0.8.0; all seeds are fixed.
Each case is a model folder (config.json, model.safetensors) with golden.safetensors: inputs, and what came out.
"""
import json
import pathlib
import shutil

import peft
import safetensors
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

HERE = pathlib.Path(__file__).parent / "llava"
IMAGE, PAD, BOS, EOS = 3, 0, 1, 2
NEW_TOKENS = 12

# The seeds are those where no greedy decision is close and some response ends by itself.
CASES = {
    # Grouped keys, own language head, the tower's layer before the last, names as save_pretrained writes them.
    "grouped": dict(
        seed=13,
        vision=dict(num_hidden_layers=3, hidden_act="quick_gelu"),
        text=dict(num_key_value_heads=2),
        llava=dict(vision_feature_layer=-2, vision_feature_select_strategy="default")),
    # Tied embeddings, heads wider than D / H, the tower's last layer with its class token, names of the module tree.
    "tied": dict(
        seed=23,
        vision=dict(num_hidden_layers=2, hidden_act="gelu", layer_norm_eps=1e-4),
        text=dict(num_key_value_heads=4, head_dim=6, rope_parameters={"rope_type": "default", "rope_theta": 500.0},
                  rms_norm_eps=1e-4, tie_word_embeddings=True),
        llava=dict(vision_feature_layer=-1, vision_feature_select_strategy="full", tie_word_embeddings=True,
                   projector_hidden_act="gelu_pytorch_tanh")),
}


def make_model(case, seed):
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=24, num_attention_heads=2, image_size=8, patch_size=4, **case["vision"])
    text = LlamaConfig(
        vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=96, pad_token_id=PAD, bos_token_id=BOS, eos_token_id=EOS, **case["text"])
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=IMAGE, **case["llava"])
    config._attn_implementation = "eager"
    model = LlavaForConditionalGeneration(config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        # Wide enough that every layer matters and no two logits are close; norms and biases off their usual 1 and 0.
        for name, parameter in model.named_parameters():
            is_scale = "norm" in name and name.endswith("weight")
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.2 * noise if is_scale else 0.35 * noise)
    model.tie_weights()
    return model


def make_inputs(model, generator):
    """Two prompts of different length with a picture each, and one without a picture."""
    per_image = 4 if model.config.vision_feature_select_strategy == "default" else 5
    picture = [IMAGE] * per_image
    rows = [
        [BOS, 11, 12] + picture + [13, 14, 15, 16, 17],
        [BOS] + picture + [21, 22],
        [BOS, 31, 32, 33, 34],
    ]
    pixels = torch.randn(2, 3, 8, 8, generator=generator)
    return rows, pixels


def pad(rows, side):
    width = max(map(len, rows))
    fill = [[PAD] * (width - len(row)) for row in rows]
    ids = [row + f if side == "right" else f + row for row, f in zip(rows, fill)]
    mask = [[1] * len(row) + [0] * len(f) if side == "right" else [0] * len(f) + [1] * len(row) for row, f in zip(rows, fill)]
    return torch.tensor(ids), torch.tensor(mask)


def greedy(model, row, pixels):
    """The continuation of one prompt alone, its log-probabilities, and how close any decision was."""
    inputs = dict(input_ids=torch.tensor([row]), attention_mask=torch.ones(1, len(row), dtype=torch.long))
    if IMAGE in row:
        inputs["pixel_values"] = pixels
    out = model.generate(
        **inputs, max_new_tokens=NEW_TOKENS, do_sample=False, suppress_tokens=[IMAGE, PAD], pad_token_id=PAD,
        eos_token_id=EOS, output_scores=True, return_dict_in_generate=True)
    tokens = out.sequences[0, len(row):]
    scores = torch.cat(out.scores)
    logs = scores.log_softmax(-1).gather(1, tokens[:, None])[:, 0]
    top = scores.topk(2, dim=-1).values
    return tokens, logs, (top[:, 0] - top[:, 1]).min().item()


def record(name):
    case, folder = CASES[name], HERE / name
    seed = case["seed"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model = make_model(case, seed)
    generator = torch.Generator().manual_seed(seed + 1)
    rows, pixels = make_inputs(model, generator)

    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if name == "tied":
        state = {k: v for k, v in model.state_dict().items() if k != "lm_head.weight"}
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})

    ids, mask = pad(rows, "right")
    head = 0.5 * torch.randn(1, 16, generator=generator)
    with torch.no_grad():
        hidden = model.model(input_ids=ids, attention_mask=mask, pixel_values=pixels).last_hidden_state
        tower = model.model.vision_tower(pixels, output_hidden_states=True).hidden_states[model.config.vision_feature_layer]
    features = tower[:, 1:] if model.config.vision_feature_select_strategy == "default" else tower
    golden = dict(
        pixels=pixels, tokens=ids, lengths=torch.tensor([len(row) for row in rows]), vision_features=features,
        hidden_states=hidden, logits=model.lm_head(hidden).detach(), score_head=head, scores=(hidden @ head.T)[..., 0])

    margins = []
    for index, row in enumerate(rows):
        tokens, logs, margin = greedy(model, row, pixels[index:index + 1])
        golden[f"greedy.{index}"], golden[f"greedy_log_probs.{index}"] = tokens, logs
        margins.append(margin)
    if name == "grouped":
        golden["adapter_logits"] = record_adapter(model, folder / "adapter", seed, ids, mask, pixels)
    save_file({k: v.contiguous().clone() for k, v in golden.items()}, folder / "golden.safetensors")
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)
    lengths = [len(golden[f"greedy.{i}"]) for i in range(len(rows))]
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, closest greedy decision {min(margins):.4f}, "
          f"written {lengths}")


def record_adapter(model, folder, seed, ids, mask, pixels):
    config = LoraConfig(r=2, lora_alpha=6, target_modules=r"(?!.*vision_tower).*\.(q_proj|v_proj)")
    adapted = get_peft_model(model, config)
    generator = torch.Generator().manual_seed(seed + 2)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.copy_(0.4 * torch.randn(parameter.shape, generator=generator))
        logits = adapted(input_ids=ids, attention_mask=mask, pixel_values=pixels).logits
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    settings = json.loads((folder / "adapter_config.json").read_text()) | {"base_model_name_or_path": "grouped"}
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")
    return logits


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, peft {peft.__version__}, "
          f"safetensors {safetensors.__version__}")
    for name in CASES:
        record(name)
