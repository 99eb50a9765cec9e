"""What the compiled code does with a line of a pyramid, whose scales have half the size each.

As of :mod:`.kernel_lines`, files that use this one name its digest.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import CELL, HALF

# 739df8ac0eec: digest of noise_lines.py, see there.
from .noise_lines import COLOUR, GREY, PARTS, THIRD


@njit(fastmath=True, error_model='numpy', cache=True)
def halve_line(line: np.ndarray, result: np.ndarray) -> None:
    """Take every second pixel.

    Args:
        line: (W,).
        result: Written to, (ceil(W / 2),).
    """
    for x in range(result.size):
        result[x] = line[2 * x]


@njit(fastmath=True, error_model='numpy', cache=True)
def double_line(
    lines: np.ndarray, y: int, height: int, mixed: np.ndarray, result: np.ndarray
) -> None:
    """Interpolate a line of a scale from those of the next, see :func:`.denoising.double`.

    Args:
        lines: A ring of lines of the next scale, (H or fewer, ceil(W / 2)).
        y: The line in this scale.
        height: H of the next scale.
        mixed: Overwritten, (ceil(W / 2) + 1,).
        result: Written to, (W,).
    """
    ring, width, half = lines.shape[0], result.size, lines.shape[1]
    upper, lower = lines[y // 2 % ring], lines[min((y + 1) // 2, height - 1) % ring]
    for x in range(half):
        mixed[x] = HALF * (upper[x] + lower[x])
    mixed[half] = mixed[half - 1]
    after = mixed[1:]
    for x in range(width // 2):
        result[2 * x] = mixed[x]
        result[2 * x + 1] = HALF * (mixed[x] + after[x])
    if width % 2:
        result[width - 1] = mixed[half - 1]


@njit(fastmath=True, error_model='numpy', cache=True)
def expand_line(
    bases: np.ndarray,
    halves: np.ndarray,
    clean_halves: np.ndarray,
    half_weights: np.ndarray,
    y: int,
    height: int,
    mixed: np.ndarray,
    under: np.ndarray,
    under_weights: np.ndarray,
    cleans: np.ndarray,
) -> None:
    """Take what the next scale gives of a line; the line's base, if there is no next scale.

    Args:
        bases: A ring of lines, (3, R, W).
        halves: A ring of lines of the next scale, (3, R / 2, ceil(W / 2)), or (3, 0, 0).
        clean_halves: The same without noise.
        half_weights: The same for the weights, (2, R / 2, ceil(W / 2)), or (2, 0, 0).
        y: The line.
        height: H.
        mixed: Overwritten, (ceil(W / 2) + 1,) or more.
        under: Written to, (3, W).
        under_weights: Written to, if there is a next scale, (2, W).
        cleans: A ring of lines, of which this one is written to, (3, R, W).
    """
    for channel in range(3):
        line, clean = under[channel], cleans[channel, y % cleans.shape[1]]
        if halves.size:
            double_line(halves[channel], y, (height + 1) // 2, mixed, line)
            double_line(clean_halves[channel], y, (height + 1) // 2, mixed, clean)
        else:
            base = bases[channel, y % bases.shape[1]]
            for x in range(base.size):
                line[x] = clean[x] = base[x]
    if halves.size:
        for part in range(PARTS):
            double_line(half_weights[part], y, (height + 1) // 2, mixed, under_weights[part])


@njit(fastmath=True, error_model='numpy', cache=True)
def clean_line(
    image: np.ndarray,
    bases: np.ndarray,
    y: int,
    weights: np.ndarray,
    details: np.ndarray,
    under: np.ndarray,
    under_weights: np.ndarray,
    cleans: np.ndarray,
) -> None:
    """Take out of a line what is no stronger than the noise.

    Args:
        image: RGB, or a ring of its lines, (3, H or fewer, W).
        bases: A ring of its bases, (3, R, W).
        y: The line.
        weights: Rings of how much of grey and of colour is no noise, (2, R, W).
        details: How much of the detail is kept where it is no noise, from the fifth number on,
            (3, W + 4 or more).
        under: What the next scale gives of the line as it is, (3, W).
        under_weights: The weights of the next scale, (2, W).
        cleans: A ring of lines, of which this one holds what the next scale gives of it without
            noise; written to, (3, R, W).
    """
    own, base, clean = y % image.shape[1], y % bases.shape[1], y % cleans.shape[1]
    grey_weights = weights[GREY, y % weights.shape[1]]
    colour_weights = weights[COLOUR, y % weights.shape[1]]
    reds, greens, blues = image[0, own], image[1, own], image[2, own]
    red_bases, green_bases, blue_bases = bases[0, base], bases[1, base], bases[2, base]
    new_reds, new_greens, new_blues = cleans[0, clean], cleans[1, clean], cleans[2, clean]
    red_details, green_details = details[0, CELL // 2 :], details[1, CELL // 2 :]
    blue_details = details[2, CELL // 2 :]
    for x in range(reds.size):
        colour = colour_weights[x]
        grey = THIRD * (grey_weights[x] - colour)
        red, green = reds[x] - red_bases[x], greens[x] - green_bases[x]
        blue = blues[x] - blue_bases[x]
        more = grey * (red + green + blue)
        new_reds[x] += red_details[x] * (colour * red + more)
        new_greens[x] += green_details[x] * (colour * green + more)
        new_blues[x] += blue_details[x] * (colour * blue + more)
    for x in range(reds.size):
        colour = under_weights[COLOUR, x]
        grey = THIRD * (under_weights[GREY, x] - colour)
        red, green = red_bases[x] - under[0, x], green_bases[x] - under[1, x]
        blue = blue_bases[x] - under[2, x]
        more = grey * (red + green + blue)
        new_reds[x] += colour * red + more
        new_greens[x] += colour * green + more
        new_blues[x] += colour * blue + more
