"""Pictures for the demo's tasks, drawn anew each time: a bridge, a roof, a wall with windows."""

import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1280, 860)
Colour = tuple[int, int, int]


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    for y in range(256):
        column.putpixel((0, y), tuple(round(a + (b - a) * y / 255) for a, b in zip(top, bottom, strict=True)))
    return column.resize(SIZE, Image.Resampling.BICUBIC)


def bridge() -> Image.Image:
    """Two pylons with cables over water, in the evening."""
    picture = _sky((52, 74, 110), (240, 178, 124))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((860, 350, 980, 470), fill=(255, 226, 180))
    draw.polygon(
        [(0, 540), (260, 470), (520, 520), (900, 480), (1280, 530), (1280, 620), (0, 620)], fill=(70, 82, 104)
    )
    draw.rectangle((0, 600, 1280, 860), fill=(58, 86, 112))
    dice = random.Random(7)  # noqa: S311 - a picture
    for _ in range(260):
        x, y, long = dice.randrange(1280), dice.randrange(606, 860), dice.randrange(12, 90)
        draw.line((x, y, x + long, y), fill=(96 + y % 40, 124, 146), width=2)
    dark: Colour = (34, 38, 48)
    for pylon in (380, 900):
        for step in range(1, 10):
            for side in (-1, 1):
                draw.line((pylon, 170 + 14 * step, pylon + side * step * 52, 560), fill=(74, 78, 92), width=3)
        draw.polygon([(pylon - 16, 700), (pylon - 7, 140), (pylon + 7, 140), (pylon + 16, 700)], fill=dark)
    draw.rectangle((0, 556, 1280, 584), fill=dark)
    return picture


def roof() -> Image.Image:
    """Rows of slates under a clear sky; a patch is still open."""
    picture = _sky((120, 168, 214), (214, 230, 240))
    draw = ImageDraw.Draw(picture)
    dice = random.Random(3)  # noqa: S311 - a picture
    for row in range(15):
        y = 300 + row * 40
        for column in range(-1, 20):
            x = column * 72 + (row % 2) * 36
            if 8 < column < 14 and 5 < row < 9:
                draw.rectangle((x, y, x + 70, y + 42), fill=(176, 138, 96))
                continue
            shade = dice.randrange(-14, 14)
            draw.rectangle(
                (x, y, x + 70, y + 44), fill=(84 + shade, 92 + shade, 104 + shade), outline=(54, 60, 70)
            )
    draw.polygon([(0, 300), (0, 200), (420, 300)], fill=(150, 92, 70))
    draw.rectangle((960, 120, 1080, 330), fill=(150, 84, 66), outline=(110, 60, 48), width=4)
    return picture


def wall() -> Image.Image:
    """A new front with windows, and a crane behind it."""
    picture = _sky((150, 182, 206), (232, 234, 228))
    draw = ImageDraw.Draw(picture)
    draw.line((1080, 860, 1080, 90), fill=(206, 152, 40), width=18)
    draw.line((640, 130, 1260, 90), fill=(206, 152, 40), width=12)
    draw.line((700, 128, 700, 300), fill=(80, 80, 80), width=3)
    draw.rectangle((120, 260, 980, 860), fill=(188, 178, 164))
    for floor in range(4):
        for window in range(6):
            x, y = 170 + window * 136, 300 + floor * 140
            glow = 40 * math.sin(window * 2 + floor)
            glass = (round(92 + glow), round(124 + glow), round(146 + glow))
            draw.rectangle((x, y, x + 84, y + 96), fill=glass, outline=(240, 240, 236), width=6)
            draw.line((x + 42, y, x + 42, y + 96), fill=(240, 240, 236), width=4)
    return picture


def jpeg(picture: Image.Image) -> bytes:
    """As a telephone would have saved it: about 60 kB."""
    file = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(0.8)).save(file, "JPEG", quality=80)
    return file.getvalue()
