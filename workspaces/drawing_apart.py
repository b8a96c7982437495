"""Draws the previews of one picture in a process of its own, which is all that a hostile picture can hurt.

Run as a program, without Django and without our environment: the picture on stdin, `{"width", "height"}` as JSON on
stdout, two WebP files on the descriptors that the arguments name. It limits itself before it reads anything.
Ends with 0, 1 (no picture that can be drawn) or by a signal of the kernel's.
"""

import contextlib
import json
import os
import resource
import sys
import warnings
from io import BytesIO
from typing import Any

# Memory as the kernel counts addresses; seconds of the processor; bytes of one written file.
MEMORY, SECONDS, WRITTEN = 1024 * 1024 * 1024, 20, 8_000_000
# More than the sensors of today's telephones have.
MOST_PIXELS = 120_000_000
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
# The longer side, in pixels: what fits a card on a sharp screen, and what fills a screen.
LONGER_SIDE = (480, 1600)
ORIENTATION = 0x0112


def limit() -> None:
    """From here on the kernel holds us to it."""
    for what, soft, hard in (
        # At the hard limit the kernel sends SIGKILL, which looks as if the machine had been short of memory.
        (resource.RLIMIT_CPU, SECONDS, SECONDS + 5),
        (resource.RLIMIT_FSIZE, WRITTEN, WRITTEN),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, MEMORY, MEMORY),
    ):
        # macOS knows no limit of addresses.
        with contextlib.suppress(ValueError):
            resource.setrlimit(what, (soft, hard))


def draw(source: Any, targets: list[int]) -> dict[str, int]:
    """Write the previews; the size of the original as it is held. Raises what Pillow raises."""
    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(source, formats=FORMATS) as picture:
        width, height = picture.size
        if picture.getexif().get(ORIENTATION) in (5, 6, 7, 8):
            width, height = height, width
        # The larger one first: the smaller is made from it.
        small, large = LONGER_SIDE
        shown = _plain(picture, large)
        ImageOps.exif_transpose(shown, in_place=True)
    for side, target in ((large, targets[1]), (small, targets[0])):
        shown.thumbnail((side, side))
        # A new picture of the bare pixels: no EXIF, no place, no profile, no comment comes along.
        bare = Image.frombytes(shown.mode, shown.size, shown.tobytes())
        with os.fdopen(target, "wb") as file:
            bare.save(file, "WEBP", quality=80, method=4)
    return {"width": width, "height": height}


def _plain(picture: Any, side: int) -> Any:
    """Small, in RGB or with transparency, in the colours of the web."""
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16 bits a pixel: the upper half of them.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    is_clear = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
    # Decodes a JPEG at an eighth, a quarter or a half of its size.
    picture.draft("RGB", (side, side))
    exif, profile = picture.getexif(), picture.info.get("icc_profile")
    if picture.mode in ("P", "PA", "1"):
        picture = picture.convert("RGBA" if is_clear else "RGB")
    picture.thumbnail((side, side))
    picture = _in_web_colours(picture, profile)
    shown = picture.convert("RGBA" if is_clear else "RGB")
    shown.info = {"exif": exif.tobytes()} if exif else {}
    return shown


def _in_web_colours(picture: Any, profile: bytes | None) -> Any:
    """Telephones photograph in wider colours than a picture without a profile has."""
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    from PIL import ImageCms

    try:
        given, web = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, given, web, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


def main(targets: list[int]) -> int:
    """Limit, draw, say how large it was."""
    limit()
    try:
        told = draw(sys.stdin.buffer, targets)
    except Exception:
        # Nothing is told of it: whatever the library says holds pieces of somebody's file.
        return 1
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main([int(argument) for argument in sys.argv[1:]]))
