#!/usr/bin/env python3
"""Records the goldens of ImageProcessingTests: picture files of every kind, and what Pillow and transformers make of them.

    pip install pillow==13.0.0 numpy==2.4.6 transformers==5.23.0
    python3 Tests/Goldens/record_images.py          # writes Tests/Goldens/images/

Pixels come from `picture`, an integer formula that the tests repeat, so nothing here is anybody's photograph. Files that
Pillow cannot write are put together by hand; one (YCCK) is written by libturbojpeg, which must be installed.

Where the expected pixels do not come from Pillow alone: grey pictures of 16 bits, whose high byte is expected (Pillow 13
clips them to 255, which turns them white).
"""

import base64
import ctypes
import ctypes.util
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
import transformers
from PIL import Image, ImageOps
from transformers.image_transforms import convert_to_rgb
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

OUT = pathlib.Path(__file__).resolve().parent / "images"
WIDTH, HEIGHT = 23, 18
FILTERS = {"lanczos": 1, "bilinear": 2, "bicubic": 3}


def picture(width, height, channels=3):
    """Slopes, a lattice and hard edges; the tests have the same formula."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((x * 7 + y * 13 + c * 50 + (x * y) % 31 * 5 + ((x ^ y) & 15) * 9) & 255).astype(np.uint8)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def fnv1a(data):
    """64-bit FNV-1a: a short witness for arrays that are too long to store."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


# Files put together by hand


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed_rows(samples, depth):
    """Rows of samples `[height, width, channels]`, packed to `depth` bits, each with filter 0 before it."""
    rows = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            rows += b"\0" + flat.astype(">u2").tobytes()
            continue
        bits = np.concatenate([[(int(v) >> b) & 1 for b in range(depth - 1, -1, -1)] for v in flat])
        rows += b"\0" + np.packbits(bits.astype(np.uint8)).tobytes()
    return rows


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, colour, before=b"", interlaced=False):
    """A PNG of samples `[height, width, channels]`; `before` are chunks that stand before the pixels."""
    height, width = samples.shape[:2]
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b"".join(packed_rows(part, depth) for part in passes if part.size)
    else:
        data = packed_rows(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    )


def exif(orientation, order="<"):
    """EXIF data with one directory of two entries, the second of which is the orientation."""
    mark = b"II" if order == "<" else b"MM"
    entries = struct.pack(order + "HHIHH", 0x0100, 3, 1, WIDTH, 0) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "HIH", 42, 8, 2) + entries + struct.pack(order + "I", 0)


def ycck(width, height):
    """A JPEG in YCCK, which TurboJPEG makes of CMYK pixels."""
    library = ctypes.CDLL(ctypes.util.find_library("turbojpeg"))
    library.tjInitCompress.restype = ctypes.c_void_p
    pixels = picture(width, height, 4).tobytes()
    file, size = ctypes.c_void_p(), ctypes.c_ulong()
    cmyk_order, full_chroma, quality = 11, 0, 90
    failed = library.tjCompress2(
        ctypes.c_void_p(library.tjInitCompress()), pixels, width, 0, height, cmyk_order, ctypes.byref(file),
        ctypes.byref(size), full_chroma, quality, 0,
    )
    assert not failed
    return ctypes.string_at(file, size.value)


def unnamed_subsampling():
    """A grey JPEG whose two chroma planes are subsampled differently: every block is empty."""
    whole = save(Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128)), "JPEG", subsampling="4:2:0")
    factors = whole.index(b"\xff\xc0") + 11 + 3
    head = bytearray(whole[: whole.index(b"\xff\xda") + 14])
    head[factors] = 0x21
    luma, chroma = "00" + "1010", "00" + "00"
    bits = (4 * luma + 3 * chroma) * (-(-WIDTH // 16) * -(-HEIGHT // 16))
    bits += "1" * (-len(bits) % 8)
    return bytes(head) + int(bits, 2).to_bytes(len(bits) // 8, "big") + b"\xff\xd9"


def save(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png_files():
    rgb, rgba = picture(WIDTH, HEIGHT), picture(WIDTH, HEIGHT, 4)
    grey, grey_alpha = rgba[:, :, :1], rgba[:, :, :2]
    wide = picture(WIDTH, HEIGHT, 4).astype(np.uint16) * 256 + picture(HEIGHT, WIDTH, 4).transpose(1, 0, 2)
    colours = picture(16, 16).reshape(256, 3)

    def palette(count):
        return chunk(b"PLTE", colours[:count].tobytes())

    def transparency(*values):
        return chunk(b"tRNS", struct.pack(f">{len(values)}H", *(int(v) for v in values)))

    files = {}
    for depth in (1, 2, 4, 8):
        files[f"grey-{depth}.png"] = png(grey >> (8 - depth), depth, 0)
        files[f"palette-{depth}.png"] = png(grey >> (8 - depth), depth, 3, palette(1 << depth))
    files["grey-16.png"] = png(wide[:, :, :1], 16, 0)
    files["grey-transparent-colour.png"] = png(grey, 8, 0, transparency(grey[3, 5, 0]))
    files["grey-alpha-8.png"] = png(grey_alpha, 8, 4)
    files["grey-alpha-16.png"] = png(wide[:, :, :2], 16, 4)
    files["rgb-8.png"] = png(rgb, 8, 2)
    files["rgb-8-interlaced.png"] = png(rgb, 8, 2, interlaced=True)
    files["palette-4-interlaced.png"] = png(grey >> 4, 4, 3, palette(16), interlaced=True)
    files["rgb-16.png"] = png(wide[:, :, :3], 16, 2)
    files["rgb-transparent-colour.png"] = png(rgb, 8, 2, transparency(*rgb[4, 7]))
    files["rgba-8.png"] = png(rgba, 8, 6)
    files["rgba-16.png"] = png(wide, 16, 6)
    files["rgba-16-interlaced.png"] = png(wide, 16, 6, interlaced=True)
    files["palette-transparent.png"] = png(grey, 8, 3, palette(256) + chunk(b"tRNS", rgba[:, :, 3].tobytes()[:200]))
    files["one-pixel-wide.png"] = png(rgb[:, :1], 8, 2)
    files["one-pixel.png"] = png(rgba[:1, :1], 8, 6)
    profile = chunk(b"iCCP", b"none\0\0" + zlib.compress(b"no profile")) + chunk(b"gAMA", struct.pack(">I", 22000))
    files["rgb-profile-and-text.png"] = png(rgb, 8, 2, profile + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 9999)))
    files["rgb-exif-6.png"] = png(rgb, 8, 2, chunk(b"eXIf", exif(6, ">")))
    return files


def jpeg_files():
    image, grey = Image.fromarray(picture(WIDTH, HEIGHT)), Image.fromarray(picture(WIDTH, HEIGHT, 1)[:, :, 0])
    files = {
        "rgb-444.jpg": save(image, "JPEG", quality=92, subsampling="4:4:4"),
        "rgb-422.jpg": save(image, "JPEG", quality=92, subsampling="4:2:2"),
        "rgb-420.jpg": save(image, "JPEG", quality=75, subsampling="4:2:0"),
        "progressive.jpg": save(image, "JPEG", quality=80, progressive=True),
        "restart-markers.jpg": save(image, "JPEG", quality=80, restart_marker_blocks=1),
        "grey.jpg": save(grey, "JPEG", quality=85),
        "cmyk.jpg": save(Image.fromarray(picture(WIDTH, HEIGHT, 4), "CMYK"), "JPEG", quality=90),
        "ycck.jpg": ycck(WIDTH, HEIGHT),
        "one-pixel-wide.jpg": save(image.crop((0, 0, 1, HEIGHT)), "JPEG", quality=90),
        "unnamed-subsampling.jpg": unnamed_subsampling(),
    }
    for orientation in range(1, 9):
        data = b"Exif\0\0" + exif(orientation, "<" if orientation % 2 else ">")
        files[f"exif-{orientation}.jpg"] = save(image, "JPEG", quality=80, exif=data)
    return files


def webp_files():
    image, alpha = Image.fromarray(picture(WIDTH, HEIGHT)), Image.fromarray(picture(WIDTH, HEIGHT, 4))
    return {
        "lossy.webp": save(image, "WEBP", quality=80),
        "lossless.webp": save(image, "WEBP", lossless=True),
        "lossy-alpha.webp": save(alpha, "WEBP", quality=80),
        "lossless-alpha.webp": save(alpha, "WEBP", lossless=True, exact=True),
        "lossless-exif-8.webp": save(image, "WEBP", lossless=True, exif=exif(8)),
    }


def animations():
    frames = [Image.fromarray(picture(WIDTH, HEIGHT) + np.uint8(i)) for i in range(3)]
    return {
        "animated.png": save(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "animated.webp": save(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True),
    }


# What the reference makes of them


def high_byte(image):
    """A grey picture of 16 bits as 8 bits; every other mode as Pillow has it."""
    if image.mode != "I;16":
        return image
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))


def decoded(name, file):
    image = high_byte(ImageOps.exif_transpose(Image.open(io.BytesIO(file))))
    on_white = convert_to_rgb(image, return_numpy=True)
    golden = {"file": name, "width": image.width, "height": image.height, "rgb": text(on_white)}
    if "A" in image.getbands() or image.info.get("transparency") is not None:
        golden["discarded"] = text(np.asarray(image.convert("RGB")))
        golden["rgba"] = text(np.asarray(image.convert("RGBA")))
    return golden


def resizes():
    cases = []
    for source, target in [
        ((37, 29), (64, 48)), ((37, 29), (37, 60)), ((37, 29), (20, 29)), ((37, 29), (11, 7)), ((37, 29), (1, 1)),
        ((37, 29), (34, 20)), ((37, 29), (33, 21)), ((37, 29), (38, 28)), ((5, 90), (24, 3)), ((1, 1), (6, 4)), ((3, 2), (17, 19)),
    ]:
        for name, code in FILTERS.items():
            result = np.asarray(Image.fromarray(picture(*source)).resize(target, code))
            cases.append({"from": source, "to": target, "filter": name, "pixels": text(result)})
    for source, target in [((640, 427), (336, 224)), ((100, 80), (448, 448)), ((512, 512), (224, 224))]:
        for name, code in FILTERS.items():
            result = np.asarray(Image.fromarray(picture(*source)).resize(target, code))
            cases.append({"from": source, "to": target, "filter": name, "fnv1a": fnv1a(result.tobytes())})
    return cases


def rgba_resizes():
    cases = []
    for target in [(64, 48), (20, 29), (9, 5)]:
        result = Image.fromarray(picture(37, 29, 4)).resize(target, FILTERS["bicubic"])
        cases.append({"from": (37, 29), "to": target, "pixels": text(np.asarray(result))})
    return cases


CLIP = {
    "crop_size": {"height": 20, "width": 20}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
    "do_rescale": True, "do_resize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_processor_type": "CLIPImageProcessor", "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3,
    "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 24},
}


def processor_cases():
    return [
        ("shortest edge, then crop", (37, 29), {}),
        ("upright picture, numbers for sizes", (29, 37), {"size": 24, "crop_size": 19}),
        ("exact size, crop partly larger", (37, 29), {"size": {"height": 18, "width": 30}, "crop_size": {"height": 25, "width": 21}}),
        ("no resize, crop larger by odd margins", (11, 8), {"do_resize": False, "crop_size": {"height": 13, "width": 16}}),
        ("no crop", (37, 29), {"do_center_crop": False, "size": {"shortest_edge": 12}}),
        ("no rescaling", (37, 29), {"do_rescale": False, "size": 16, "crop_size": 16}),
        ("no normalisation", (37, 29), {"do_normalize": False, "size": 16, "crop_size": 16}),
        ("bilinear", (37, 29), {"resample": 2, "size": 16, "crop_size": 16}),
        ("Lanczos", (37, 29), {"resample": 1, "size": 16, "crop_size": 16}),
        ("−1 to 1", (37, 29), {"rescale_factor": 1 / 127.5, "image_mean": [1, 1, 1], "image_std": [1, 1, 1], "size": 16, "crop_size": 16}),
        ("extreme shape", (3, 90), {"size": 24, "crop_size": 20}),
        ("larger than the edge on both sides", (90, 61), {"size": 14, "crop_size": 14}),
        ("padded to a square", (37, 29), {"image_processor_type": "LlavaImageProcessor", "do_pad": True, "size": 20, "crop_size": 20}),
        ("LLaVA 1.5 at full size", (640, 427), {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}),
    ]


def processors():
    cases = []
    for name, source, changes in processor_cases():
        config = {**CLIP, **changes}
        make = LlavaImageProcessorPil if config["image_processor_type"].startswith("Llava") else CLIPImageProcessorPil
        options = {key: value for key, value in config.items() if key != "image_processor_type"}
        values = np.asarray(make(**options)(Image.fromarray(picture(*source)), return_tensors="np")["pixel_values"])[0]
        values = values.astype(np.float32)
        step = 1 if values.size < 4000 else 997
        cases.append({
            "name": name, "from": source, "config": config, "shape": values.shape, "step": step,
            "values": text(values.reshape(-1)[::step].astype("<f4")), "sum": float(values.astype(np.float64).sum()),
        })
    return cases


FAMILIES = {
    "Qwen2VLImageProcessor": (Qwen2VLImageProcessorPil, {"min_pixels": 3136, "max_pixels": 12544}),
    "LlavaNextImageProcessor": (
        LlavaNextImageProcessorPil,
        {"size": {"shortest_edge": 56}, "crop_size": {"height": 56, "width": 56},
         "image_grid_pinpoints": [[56, 112], [112, 56], [112, 112], [168, 56], [56, 168]]}),
    "Idefics3ImageProcessor": (Idefics3ImageProcessorPil, {"size": {"longest_edge": 130}, "max_image_size": {"longest_edge": 52}}),
    "SmolVLMImageProcessor": (
        SmolVLMImageProcessorPil,
        {"size": {"longest_edge": 96}, "max_image_size": {"longest_edge": 64}, "do_image_splitting": False}),
}


def families():
    """Bytes before normalisation by their hash, and every 97th number after it; empty tiles that fill up are left out."""
    cases = []
    for name, (make, config) in FAMILIES.items():
        for source in [(37, 29), (160, 107), (83, 250), (251, 75)]:
            def run(**options):
                values = np.asarray(make(**config, **options)(Image.fromarray(picture(*source)), return_tensors="np")["pixel_values"])
                return values.astype(np.float32)
            raw = run(do_rescale=False, do_normalize=False)
            assert (raw == raw.astype(np.uint8)).all()
            values = run().reshape(-1)
            cases.append({
                "type": name, "config": config, "from": source, "count": values.size,
                "fnv1a": fnv1a(raw.astype(np.uint8).tobytes()), "values": text(values[::97].astype("<f4")),
            })
    return cases


def main():
    OUT.mkdir(exist_ok=True)
    files = {**png_files(), **jpeg_files(), **webp_files()}
    for name, file in {**files, **animations()}.items():
        (OUT / name).write_bytes(file)
    goldens = {
        "versions": {"pillow": PIL.__version__, "transformers": transformers.__version__, "numpy": np.__version__},
        "files": [decoded(name, file) for name, file in files.items()],
        "animations": sorted(animations()),
        "resizes": resizes(),
        "rgbaResizes": rgba_resizes(),
        "processors": processors(),
        "families": families(),
    }
    (OUT / "images.json").write_text(json.dumps(goldens, indent=1) + "\n")


if __name__ == "__main__":
    main()
