"""Records what transformers computes with tiny random checkpoints of every model family, for FamilyTests.

    python record_families.py [case …]            writes families/<case>/ beside this file

Made with transformers 5.23.0, torch 2.13.0 (CPU, one thread), Pillow 13.0.0; all seeds are fixed. Each case is a whole
model folder (weights in bfloat16, computed with in float32) with golden.safetensors: for each row of `ROWS` its ids and
pixels as the family's own processor makes them (Pillow backend), hidden states in float32 and bfloat16, the logits of the
last positions, the greedy continuation, and how close each decision was.
"""
import copy
import json
import pathlib
import shutil
import sys

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

HERE = pathlib.Path(__file__).parent / "families"
NEW_TOKENS, LOGIT_POSITIONS = 10, 4

# A number pair is a picture of that width and height, a text a text.
ROWS = [
    [(40, 20), "what is it?"],
    ["first", (9, 11), " then", (20, 60), "which is safe?"],
    ["how are you?"],
]


def picture(width, height):
    """The formula of record_images.py."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return Image.fromarray(((x * 7 + y * 13 + c * 50 + (x * y) % 31 * 5 + ((x ^ y) & 15) * 9) & 255).astype(np.uint8))


VICUNA = (
    "{% for m in messages %}{% if m['role'] == 'user' %}USER: {% for p in m['content'] %}{% if p['type'] == 'image' %}"
    "<image>\n{% else %}{{ p['text'] }}{% endif %}{% endfor %}{% else %} ASSISTANT: {% for p in m['content'] %}"
    "{{ p['text'] }}{% endfor %}</s>{% endif %}{% endfor %}{% if add_generation_prompt %} ASSISTANT:{% endif %}")
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for p in m['content'] %}{% if p['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ p['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
SMOLVLM = (
    "<|im_start|>{% for m in messages %}{{ m['role'] | capitalize }}{% if m['content'][0]['type'] == 'image' %}{{ ':' }}"
    "{% else %}{{ ': ' }}{% endif %}{% for p in m['content'] %}{% if p['type'] == 'text' %}{{ p['text'] }}"
    "{% elif p['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}")

SPECIALS = {
    VICUNA: ["<pad>", "<s>", "</s>", "<image>"],
    CHATML: ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"],
    SMOLVLM: ["<pad>", "<|im_start|>", "<end_of_utterance>", "<image>", "<fake_token_around_image>", "<global-img>"]
    + [f"<row_{r}_col_{c}>" for r in range(1, 5) for c in range(1, 5)],
}


def make_tokenizer(template):
    """Bytes and one merge, of two line breaks; the specials first, so that padding is 0, the end 2, the picture 3."""
    specials = SPECIALS[template]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: id for id, token in enumerate(specials + letters + ["ĊĊ"])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("Ċ", "Ċ")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(specials)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=specials[0], bos_token=specials[1], eos_token=specials[2],
        chat_template=template)


TEXT = dict(
    vocab_size=320, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=256, pad_token_id=0, bos_token_id=1, eos_token_id=2)
LLAMA3 = dict(rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
MROPE = dict(rope_type="default", rope_theta=500.0, mrope_section=[1, 1, 2])
WIDE = TEXT | dict(hidden_size=32)  # heads of 8, so that M-RoPE has four frequencies
CLIP = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=3, num_attention_heads=2, image_size=8, patch_size=4,
            hidden_act="quick_gelu")
SIGLIP = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=4)
PINPOINTS = [[8, 16], [16, 8], [16, 16], [24, 8], [8, 24]]
CLIP_PICTURES = dict(size={"shortest_edge": 8}, crop_size={"height": 8, "width": 8})
QWEN_IDS = dict(image_token_id=3, video_token_id=4, vision_start_token_id=5, vision_end_token_id=6)
QWEN_TOKENS = dict(image_token="<|image_pad|>", image_token_id=3, video_token="<|video_pad|>", video_token_id=4)
SMOLVLM_TOKENS = dict(
    image_token="<image>", image_token_id=3, fake_image_token="<fake_token_around_image>", global_image_token="<global-img>",
    image_seq_len=4, video_token="<video>")
QWEN_PICTURES = dict(patch_size=4, merge_size=2, temporal_patch_size=2, size={"shortest_edge": 256, "longest_edge": 1024})


def llava(tokenizer):
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(**CLIP), text_config=transformers.LlamaConfig(**TEXT, rope_parameters=LLAMA3),
        image_token_index=3)
    processor = transformers.LlavaProcessor(
        CLIPImageProcessorPil(**CLIP_PICTURES), tokenizer, patch_size=4, vision_feature_select_strategy="default",
        chat_template=VICUNA, num_additional_image_tokens=1)
    return transformers.LlavaForConditionalGeneration(config), processor


def llava_next(text):
    def make(tokenizer):
        config = transformers.LlavaNextConfig(
            vision_config=transformers.CLIPVisionConfig(**CLIP), text_config=text, image_token_index=3,
            image_grid_pinpoints=PINPOINTS)
        processor = transformers.LlavaNextProcessor(
            LlavaNextImageProcessorPil(**CLIP_PICTURES, image_grid_pinpoints=PINPOINTS), tokenizer, patch_size=4,
            vision_feature_select_strategy="default", chat_template=VICUNA, num_additional_image_tokens=1)
        return transformers.LlavaNextForConditionalGeneration(config), processor
    return make


def qwen2_vl(tokenizer):
    config = transformers.Qwen2VLConfig(
        text_config=WIDE | dict(rope_parameters=MROPE), tie_word_embeddings=True,
        vision_config=dict(depth=2, embed_dim=16, hidden_size=32, num_heads=2, patch_size=4, mlp_ratio=2), **QWEN_IDS)
    return transformers.Qwen2VLForConditionalGeneration(config), without_videos(
        transformers.Qwen2VLProcessor, **QWEN_TOKENS)(Qwen2VLImageProcessorPil(**QWEN_PICTURES), tokenizer, CHATML)


def qwen2_5_vl(tokenizer):
    config = transformers.Qwen2_5_VLConfig(
        text_config=WIDE | dict(rope_parameters=MROPE),
        vision_config=dict(depth=3, hidden_size=16, intermediate_size=24, out_hidden_size=32, num_heads=2, patch_size=4,
                           window_size=16, fullatt_block_indexes=[1]), **QWEN_IDS)
    return transformers.Qwen2_5_VLForConditionalGeneration(config), without_videos(
        transformers.Qwen2_5_VLProcessor, **QWEN_TOKENS)(Qwen2VLImageProcessorPil(**QWEN_PICTURES), tokenizer, CHATML)


def smolvlm(tokenizer):
    config = transformers.SmolVLMConfig(
        text_config=transformers.LlamaConfig(**TEXT), vision_config=SIGLIP, image_token_id=3, scale_factor=2)
    processor = without_videos(transformers.SmolVLMProcessor, **SMOLVLM_TOKENS)(
        SmolVLMImageProcessorPil(size={"longest_edge": 48}, max_image_size={"longest_edge": 16}), tokenizer, SMOLVLM)
    return transformers.SmolVLMForConditionalGeneration(config), processor


def idefics3(tokenizer):
    config = transformers.Idefics3Config(
        text_config=transformers.LlamaConfig(**TEXT), vision_config=SIGLIP, image_token_id=3, scale_factor=4,
        tie_word_embeddings=True)
    processor = transformers.Idefics3Processor(
        Idefics3ImageProcessorPil(size={"longest_edge": 24}, max_image_size={"longest_edge": 16}, do_image_splitting=False),
        tokenizer, image_seq_len=1, chat_template=SMOLVLM)
    return transformers.Idefics3ForConditionalGeneration(config), processor


def text_only(config):
    return lambda tokenizer: (transformers.AutoModelForCausalLM.from_config(config), None)


def without_videos(family, **attributes):
    """The family's processor, without its video part, which wants torchvision."""
    class Pictures(family):
        def __init__(self, image_processor=None, tokenizer=None, chat_template=None):
            for name, value in attributes.items():
                setattr(self, name, value)
            transformers.ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)

    Pictures.__name__ = family.__name__
    return Pictures


NEXT_MISTRAL = transformers.MistralConfig(**TEXT, sliding_window=7, rope_parameters={"rope_type": "default", "rope_theta": 500.0})
CASES = {
    "llava_llama3": (VICUNA, 1, llava),
    "qwen2_vl": (CHATML, 2, qwen2_vl),
    "qwen2_5_vl": (CHATML, 3, qwen2_5_vl),
    "llava_next_vicuna": (VICUNA, 4, llava_next(transformers.LlamaConfig(**TEXT))),
    "llava_next_mistral": (VICUNA, 5, llava_next(NEXT_MISTRAL)),
    "smolvlm": (SMOLVLM, 6, smolvlm),
    "idefics3": (SMOLVLM, 7, idefics3),
    "llama": (CHATML, 8, text_only(transformers.LlamaConfig(**TEXT, rope_parameters=LLAMA3))),
    "mistral": (CHATML, 9, text_only(transformers.MistralConfig(**TEXT, sliding_window=6))),
    "qwen2": (CHATML, 10, text_only(transformers.Qwen2Config(
        **TEXT, use_sliding_window=True, sliding_window=6, max_window_layers=1, rope_parameters={
            "rope_type": "linear", "factor": 2.0, "rope_theta": 500.0}))),
    "smollm": (CHATML, 11, text_only(transformers.LlamaConfig(**TEXT, tie_word_embeddings=True))),
}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            is_scale = ("norm" in name or "ln_q" in name) and name.endswith("weight")
            noise = torch.randn(parameter.shape, generator=generator)
            value = 1 + 0.2 * noise if is_scale else 0.35 * noise
            parameter.copy_(value.to(torch.bfloat16).float())
    model.tie_weights()
    return model.eval()


def encode(row, tokenizer, processor):
    parts = [{"type": "text", "text": part} if isinstance(part, str) else {"type": "image"} for part in row]
    images = [picture(*part) for part in row if not isinstance(part, str)]
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": parts}], add_generation_prompt=True, tokenize=False)
    if processor is None:
        return tokenizer(text, return_tensors="pt", add_special_tokens=False)
    return processor(text=[text], images=images or None, return_tensors="pt", add_special_tokens=False)


def compute(model, inputs, dtype):
    """States and the last logits; weights are converted and buffers are not, as when a checkpoint is loaded."""
    model = copy.deepcopy(model)
    forget_positions(model)
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    with torch.no_grad():
        states = model.model(**inputs, use_cache=False).last_hidden_state
        logits = model.lm_head(states[:, -LOGIT_POSITIONS:])
    return states[0].float(), logits[0].float()


def forget_positions(model):
    """Qwen2-VL keeps how far the last row's positions were ahead of its length, and would use it for rows of text."""
    if hasattr(model.model, "rope_deltas"):
        model.model.rope_deltas = None


def record(name):
    template, seed, make = CASES[name]
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = make_tokenizer(template)
    model, processor = make(tokenizer)
    for config in (model.config, model.config.get_text_config()):
        config._attn_implementation = "eager"
    randomise(model, seed)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    stored = {k: v.to(torch.bfloat16) for k, v in transformers.modeling_utils.load_state_dict(folder / "model.safetensors").items()}
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
    (processor or tokenizer).save_pretrained(folder)

    rows = ROWS if processor else [[part for part in row if isinstance(part, str)] for row in ROWS]
    golden, margins = {}, []
    for index, row in enumerate(rows):
        inputs = encode(row, tokenizer, processor)
        states, logits = compute(model, inputs, torch.float32)
        forget_positions(model)
        out = model.generate(
            **inputs, max_new_tokens=NEW_TOKENS, do_sample=False, suppress_tokens=[0, 3], pad_token_id=0, eos_token_id=2,
            output_scores=True, return_dict_in_generate=True)
        scores = torch.cat(out.scores).topk(2, dim=-1).values
        length = inputs["input_ids"].shape[1]
        golden |= {
            f"tokens.{index}": inputs["input_ids"][0], f"hidden_states.{index}": states, f"logits.{index}": logits,
            f"bfloat16_hidden_states.{index}": compute(model, inputs, torch.bfloat16)[0].to(torch.bfloat16),
            f"greedy.{index}": out.sequences[0, length:], f"margins.{index}": scores[:, 0] - scores[:, 1],
        }
        if "pixel_values" in inputs:
            golden[f"pixels.{index}"] = without_filling(inputs["pixel_values"].float())
        margins.append((scores[:, 0] - scores[:, 1]).min().item())
    save_file({k: v.contiguous().clone() for k, v in golden.items()}, folder / "golden.safetensors")
    for file in folder.rglob("*.json"):
        file.write_text(json.dumps(json.loads(file.read_text()), sort_keys=True, ensure_ascii=False) + "\n")
    for file in folder.rglob("*"):
        file.chmod(0o644)
    size = sum(file.stat().st_size for file in folder.iterdir())
    lengths = [len(golden[f"tokens.{i}"]) for i in range(len(rows))]
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, {size} bytes, rows of {lengths}, "
          f"closest greedy decision {min(margins):.4f}")


def without_filling(pixels):
    """Tiles of all pictures, without the empty ones that fill a batch up; Qwen's patches as they are."""
    if pixels.dim() == 5:
        pixels = pixels.flatten(0, 1)
    return pixels[pixels.flatten(1).abs().sum(1) > 0] if pixels.dim() == 4 else pixels


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"transformers {transformers.__version__}, torch {torch.__version__}")
    for name in sys.argv[1:] or CASES:
        record(name)
