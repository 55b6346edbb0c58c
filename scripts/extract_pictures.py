#!/usr/bin/env python3
"""Copies the embedded world's pictures out of the Noto Color Emoji font, unchanged.

The font keeps every emoji as a finished PNG of 136 × 128 pixels (table CBDT); this script writes the 32 that the
embedded world uses to Sources/EmbeddedWorld/Pictures/<name>.png, byte for byte as they lie in the font.

    pip install fonttools
    python3 scripts/extract_pictures.py            # the font of Debian's fonts-noto-color-emoji
    python3 scripts/extract_pictures.py --font NotoColorEmoji.ttf --output pictures

Recorded with fonttools 4 from fonts-noto-color-emoji 2.042 (font: OFL-1.1, artwork: Apache-2.0).
"""

import argparse
import pathlib
import struct

DEBIAN_FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
PICTURES = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "EmbeddedWorld" / "Pictures"
SIZE = (136, 128)

# Objects that can be used to hurt somebody.
HAZARDOUS = {
    "knife": 0x1F52A,
    "axe": 0x1FA93,
    "bomb": 0x1F4A3,
    "syringe": 0x1F489,
    "pill": 0x1F48A,
    "cigarette": 0x1F6AC,
    "fire": 0x1F525,
    "bow_and_arrow": 0x1F3F9,
}

HARMLESS = {
    "bread": 0x1F35E,
    "cat": 0x1F408,
    "apple": 0x1F34E,
    "banana": 0x1F34C,
    "bicycle": 0x1F6B2,
    "guitar": 0x1F3B8,
    "book": 0x1F4D6,
    "teapot": 0x1FAD6,
    "ball": 0x26BD,
    "umbrella": 0x2602,
    "flower": 0x1F33B,
    "clock": 0x23F0,
}


def strike(font, name, codepoint):
    """The PNG bytes of one emoji, refused when they are not the picture that the embedded world expects."""
    glyph = font.getBestCmap().get(codepoint)
    if glyph is None:
        raise SystemExit(f"{name}: the font has no glyph for U+{codepoint:04X}")
    png = font["CBDT"].strikeData[0][glyph].imageData
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise SystemExit(f"{name}: the strike of {glyph} is not a PNG")
    size = struct.unpack(">II", png[16:24])
    if size != SIZE:
        raise SystemExit(f"{name}: expected {SIZE[0]} × {SIZE[1]} pixels, found {size[0]} × {size[1]}")
    return png


def main():
    from fontTools.ttLib import TTFont

    parser = argparse.ArgumentParser(description="Copy the embedded world's pictures out of Noto Color Emoji.")
    parser.add_argument("--font", default=DEBIAN_FONT, help="a NotoColorEmoji.ttf with a CBDT table")
    parser.add_argument("--output", type=pathlib.Path, default=PICTURES, help="folder for <name>.png")
    options = parser.parse_args()

    font = TTFont(options.font)
    options.output.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, codepoint in {**HAZARDOUS, **HARMLESS}.items():
        png = strike(font, name, codepoint)
        (options.output / f"{name}.png").write_bytes(png)
        total += len(png)
    print(f"{len(HAZARDOUS)} hazardous and {len(HARMLESS)} harmless pictures, {total} bytes, in {options.output}")


if __name__ == "__main__":
    main()
