"""Label maps blended into pictures, and the legend that goes with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from .checks import check_rgb
from .text import INK, PAPER, fit_text, text_width


def overlay_segmentation(
    image_rgb: np.ndarray,
    labels: np.ndarray,
    palette: Sequence[Sequence[int]],
    opacity: float = 0.5,
    ignore_index: int = 255,
) -> np.ndarray:
    """Blend class colours into a picture: ``(1 - opacity) image + opacity colour``.

    Args:
        image_rgb: uint8 RGB array (H, W, 3).
        labels: Integer array (H, W) of class indices.
        palette: One RGB triple (0 to 255) per class.
        opacity: Weight of the class colour, 0 to 1.
        ignore_index: Pixels with this label show the picture unchanged.

    Returns:
        uint8 RGB array (H, W, 3).

    Raises:
        TypeError: If the picture is not uint8 or the labels are not integers.
        ValueError: If shapes do not match, a label has no colour, or ``opacity`` is outside 0..1.
    """
    check_rgb(image_rgb, 'image_rgb')
    labels = np.asarray(labels)
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f'labels must be integers, got {labels.dtype}')
    if labels.shape != image_rgb.shape[:2]:
        raise ValueError(
            f'labels of shape {labels.shape} do not fit a picture of {image_rgb.shape[:2]}'
        )
    if not 0 <= opacity <= 1:
        raise ValueError(f'opacity must be from 0 to 1, got {opacity}')
    colours = np.asarray(palette, dtype=np.float32).reshape(-1, 3)
    counted = labels != ignore_index
    wrong = labels[counted & ((labels < 0) | (labels >= len(colours)))]
    if wrong.size:
        raise ValueError(f'label {wrong[0]} has no colour: the palette has {len(colours)} entries')
    out = image_rgb.copy()
    blend = (1 - opacity) * image_rgb[counted] + opacity * colours[labels[counted]]
    out[counted] = np.rint(blend).astype(np.uint8)
    return out


def class_legend(
    classes: Sequence[str], palette: Sequence[Sequence[int]], width: int, size: int = 14
) -> np.ndarray:
    """Coloured squares with class names, in as many lines as the width needs.

    Args:
        classes: Class names; pass only those that occur in the picture.
        palette: One RGB triple (0 to 255) per name.
        width: Width in pixels; a name that does not fit in one line is shortened.
        size: Side of the squares and font size, in pixels.

    Returns:
        uint8 RGB array (height, width, 3) on white.

    Raises:
        ValueError: If the numbers of names and colours differ.
    """
    if len(classes) != len(palette):
        raise ValueError(f'{len(classes)} class names for {len(palette)} colours')
    line, indent = round(1.6 * size), round(1.4 * size)
    left, top = 0, 0
    entries = []
    for name, colour in zip(classes, palette, strict=True):
        text, font = fit_text(name, width - indent, size)
        extent = indent + text_width(text, font)
        if left > 0 and left + extent > width:
            left, top = 0, top + line
        entries.append((left, top, tuple(int(value) for value in colour), text, font))
        left += extent + size
    canvas = Image.new('RGB', (width, top + line), PAPER)
    draw = ImageDraw.Draw(canvas)
    for left, top, colour, text, font in entries:
        box = top + (line - size) // 2
        draw.rectangle((left, box, left + size - 1, box + size - 1), fill=colour, outline=INK)
        draw.text((left + indent, top + line // 2), text, fill=INK, font=font, anchor='lm')
    return np.array(canvas)
