"""Text on pictures, drawn with a scalable font that every installation has."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

INK = (32, 32, 32)
PAPER = (255, 255, 255)
MIN_FONT_SIZE = 10


@lru_cache(maxsize=32)
def load_font(size: float) -> ImageFont.FreeTypeFont:
    """Font of a given size, in pixels.

    MMEngine depends on matplotlib, which ships DejaVu Sans: it knows accents and symbols in file
    names, which neither OpenCV's built-in font nor old versions of Pillow's default font do.
    """
    from matplotlib.font_manager import findfont

    return ImageFont.truetype(findfont('DejaVu Sans'), size)


def text_width(text: str, font: ImageFont.FreeTypeFont) -> int:
    """Width in pixels that ``text`` takes."""
    return int(np.ceil(font.getlength(text)))


def fit_text(text: str, width: int, size: float) -> tuple[str, ImageFont.FreeTypeFont]:
    """Make text fit a width: a smaller font first, then an ellipsis.

    Args:
        text: One line.
        width: Room in pixels.
        size: Wanted font size in pixels.

    Returns:
        The text (shortened where even the smallest font is too wide) and its font.
    """
    while size > MIN_FONT_SIZE and text_width(text, load_font(size)) > width:
        size -= 1
    font = load_font(size)
    if text_width(text, font) <= width:
        return text, font
    while text and text_width(text + '…', font) > width:
        text = text[:-1]
    return (text + '…' if text else ''), font


def text_band(text: str, width: int, size: float, centred: bool = True) -> np.ndarray:
    """Draw one line of text on white.

    Args:
        text: One line; shortened if it does not fit.
        width: Width of the band in pixels.
        size: Font size in pixels; the band is 1.5 times as high.
        centred: Centre the text, or start at the left edge.

    Returns:
        uint8 RGB array (round(1.5 size), width, 3).
    """
    height = round(1.5 * size)
    canvas = Image.new('RGB', (width, height), PAPER)
    text, font = fit_text(text, width, size)
    left = (width - text_width(text, font)) // 2 if centred else 0
    # Anchored at the middle of the line, so that titles with and without descenders are level.
    ImageDraw.Draw(canvas).text((left, height // 2), text, fill=INK, font=font, anchor='lm')
    return np.array(canvas)
