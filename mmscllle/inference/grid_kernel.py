"""The bilateral grid of tone curves in one pass over the pixels, compiled by numba.

It computes what :mod:`mmscllle.models.enhancers.bilateral_grid` does, and nothing exists at full
size but image and result.  Blocks of 8 rows run in parallel.  The first call of all compiles for
some seconds; numba keeps the result beside this file or, where it may not write there, in the
user's cache.

Loops are short and many, so that the compiler can work on eight pixels at once; only the one that
collects values of curves works pixel by pixel.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numba import config, njit, prange, set_num_threads

# As in the enhancer.  Compiled code is kept until this file changes, so no number of another file
# may be part of it.
CELL = 8
# Numba takes a module's numbers for constants; float32 keeps it from computing in float64.
HALF, ONE, ZERO = np.float32(0.5), np.float32(1), np.float32(0)
TWO, FOUR, SIX = np.float32(2), np.float32(4), np.float32(6)
SHARE = np.float32(1 / 256)
SMALLEST = np.float32(1e-8)
FIRST, ANOTHER = np.int32(0), np.uint32(1)
# A float32 is 2^(e - 127) (1 + m / 2^23), with m in the lower 23 bits and e above.
DIGITS, FRACTION, BIAS = np.int32(23), np.int32(0x7FFFFF), np.int32(127)
EXPONENT_OF_ONE = np.int32(0x3F800000)
# log2(1.5 + t) for t from -0.5 to 0.5, to 1e-7.
MIDDLE = np.float32(1.5)
_fit = np.polynomial.Chebyshev.interpolate(lambda t: np.log2(1.5 + t), 8, domain=(-0.5, 0.5))
P0, P1, P2, P3, P4, P5, P6, P7, P8 = _fit.convert(kind=np.polynomial.Polynomial).coef.astype(
    np.float32
)

# Where numba has nothing better, two callers at once would break off the program.
_one_caller = threading.Lock()


@contextmanager
def threads_of_torch() -> Iterator[None]:
    """Within it compiled code takes as many threads as torch does, for one caller at a time."""
    with _one_caller:
        most = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]  # set as numba starts
        set_num_threads(min(torch.get_num_threads(), most))
        yield


@njit(fastmath=True, error_model='numpy', cache=True)
def compress_line(
    light: np.ndarray,
    compression: np.float32,
    scale: np.float32,
    stretched: np.ndarray,
    mantissa: np.ndarray,
    result: np.ndarray,
) -> None:
    r"""Compute :math:`s \log_2(1 + a x)` of a line of pixels.

    Args:
        light: x; what is outside of [0, 1] counts as 0 or 1.  All are float32, (W,).
        compression: a.
        scale: s.
        stretched: Written to, :math:`1 + a x`.
        mantissa: Overwritten.
        result: Written to.
    """
    bits, mantissa_bits = stretched.view(np.int32), mantissa.view(np.int32)
    for x in range(light.size):
        stretched[x] = ONE + compression * min(max(light[x], ZERO), ONE)
    for x in range(light.size):
        result[x] = np.float32(np.int32((bits[x] >> DIGITS) - BIAS))
        mantissa_bits[x] = (bits[x] & FRACTION) | EXPONENT_OF_ONE
    for x in range(light.size):
        t = mantissa[x] - MIDDLE
        logarithm = P0 + t * (
            P1 + t * (P2 + t * (P3 + t * (P4 + t * (P5 + t * (P6 + t * (P7 + t * P8))))))
        )
        result[x] = (result[x] + logarithm) * scale


@njit(parallel=True, fastmath=True, error_model='numpy', cache=True)
def describe_cells(image: np.ndarray, compression: float, cells: np.ndarray) -> None:
    """Describe the cells of an image.

    Args:
        image: RGB in [0, 1], float32, (3, H, W).
        compression: How far shadows are spread.
        cells: Written to, float32, (21, ceil(H / 8), ceil(W / 8)).
    """
    _, height, width = image.shape
    _, rows, columns = cells.shape
    padded = columns * CELL
    spread = np.float32(compression)
    scale = np.float32(1 / math.log2(1 + compression))
    for row in prange(rows):
        # With a pixel more on either side, which is like the border.
        light = np.empty(padded + 2, np.float32)
        stretched, mantissa = np.empty(width, np.float32), np.empty(width, np.float32)
        total = np.empty(padded, np.float32)
        squares = np.empty(padded, np.float32)
        differences = np.empty(padded, np.float32)
        bends = np.empty(padded, np.float32)
        upper = np.empty(padded, np.float32)
        for channel in range(3):
            total[:] = ZERO
            squares[:] = ZERO
            differences[:] = ZERO
            bends[:] = ZERO
            for line in range(CELL):
                pixels = image[channel, min(row * CELL + line, height - 1)]
                compress_line(pixels, spread, scale, stretched, mantissa, light[1 : width + 1])
                light[0] = light[1]
                light[width + 1 :] = light[width]
                for x in range(padded):
                    level, after = light[x + 1], light[x + 2]
                    total[x] += level
                    squares[x] += level * level
                    differences[x] += abs(after - level)
                    bends[x] += abs(light[x] - TWO * level + after)
                if line == CELL // 2 - 1:
                    upper[:] = total
            for column in range(columns):
                first = column * CELL
                upper_left = upper[first : first + 4].sum()
                upper_right = upper[first + 4 : first + 8].sum()
                left = total[first : first + 4].sum()
                right = total[first + 4 : first + 8].sum()
                mean = (left + right) / np.float32(64)
                cells[4 * channel, row, column] = upper_left / np.float32(16)
                cells[4 * channel + 1, row, column] = upper_right / np.float32(16)
                cells[4 * channel + 2, row, column] = (left - upper_left) / np.float32(16)
                cells[4 * channel + 3, row, column] = (right - upper_right) / np.float32(16)
                variance = squares[first : first + 8].sum() / np.float32(64) - mean * mean
                cells[12 + channel, row, column] = FOUR * math.sqrt(max(variance, SMALLEST))
                cells[15 + channel, row, column] = differences[
                    first : first + 8
                ].sum() / np.float32(16)
                cells[18 + channel, row, column] = bends[first : first + 8].sum() / np.float32(16)


@njit(parallel=True, fastmath=True, error_model='numpy', cache=True)
def apply_grid(
    image: np.ndarray,
    grid: np.ndarray,
    detail: np.ndarray,
    compression: float,
    strength: float,
    result: np.ndarray,
) -> None:
    """Apply a grid of tone curves.

    Args:
        image: RGB in [0, 1], float32, (3, H, W).
        grid: Values of the curves at their knots, float32, (3, K, h, w).
        detail: How much of the detail is kept, float32, (3, h, w).
        compression: How far the knots crowd in the shadows.
        strength: See :func:`mmscllle.inference.strength.apply_strength`.
        result: Written to, RGB in [0, 1], float32, (3, H, W).
    """
    _, height, width = image.shape
    _, knots, rows, columns = grid.shape
    spread = np.float32(compression)
    scale = np.float32((knots - 1) / math.log2(1 + compression))
    # Of a curve's place among its knots, in (1 + a x) per unit of light.
    slope = np.float32((knots - 1) * compression / math.log(1 + compression))
    last = np.int32(knots - 2)
    stride = np.int32(columns + 2)
    # Up to 1 the result is a blend of image and enhanced, beyond a damped step from enhanced.
    blend, beyond = np.float32(min(strength, 1.0)), np.float32(max(strength - 1.0, 0.0))
    for block in prange((height + CELL - 1) // CELL):
        # Curves of this line; one more cell on either side is like the border.
        curves = np.empty(knots * (columns + 2), np.float32)
        kept = np.empty(columns + 2, np.float32)
        factor = np.empty((columns + 1) * CELL, np.float32)
        padded = np.empty(width + 4, np.float32)
        base = np.empty(width, np.float32)
        stretched, mantissa = np.empty(width, np.float32), np.empty(width, np.float32)
        place, index = np.empty(width, np.float32), np.empty(width, np.int32)
        lower_left, lower_right = np.empty(width, np.float32), np.empty(width, np.float32)
        upper_left, upper_right = np.empty(width, np.float32), np.empty(width, np.float32)
        # The cell to the left of a pixel, counted with the border's, and how far it lies behind.
        left, share = np.empty(width, np.int32), np.empty(width, np.float32)
        for x in range(width):
            left[x] = (x + CELL // 2) // CELL
            share[x] = (np.float32((x + CELL // 2) % CELL) + HALF) / np.float32(CELL)
        for channel in range(3):
            for y in range(block * CELL, min(block * CELL + CELL, height)):
                position = (np.float32(y) + HALF) / np.float32(CELL) - HALF
                above = int(math.floor(position))
                weight = position - np.float32(above)
                below, above = min(above + 1, rows - 1), max(above, 0)
                for k in range(knots):
                    upper, lower = grid[channel, k, above], grid[channel, k, below]
                    first = k * (columns + 2)
                    for column in range(columns):
                        curves[first + column + 1] = upper[column] + weight * (
                            lower[column] - upper[column]
                        )
                    curves[first] = curves[first + 1]
                    curves[first + columns + 1] = curves[first + columns]
                upper, lower = detail[channel, above], detail[channel, below]
                for column in range(columns):
                    kept[column + 1] = upper[column] + weight * (lower[column] - upper[column])
                kept[0], kept[columns + 1] = kept[1], kept[columns]
                for column in range(columns + 1):
                    step = (kept[column + 1] - kept[column]) / np.float32(CELL)
                    for x in range(CELL):
                        factor[column * CELL + x] = kept[column] + (np.float32(x) + HALF) * step

                line = image[channel, y]
                over2, over1 = image[channel, max(y - 2, 0)], image[channel, max(y - 1, 0)]
                under1 = image[channel, min(y + 1, height - 1)]
                under2 = image[channel, min(y + 2, height - 1)]
                for x in range(width):
                    padded[x + 2] = (
                        over2[x] + under2[x] + FOUR * (over1[x] + under1[x]) + SIX * line[x]
                    ) * SHARE
                padded[0] = padded[1] = padded[2]
                padded[width + 2] = padded[width + 3] = padded[width + 1]
                for x in range(width):
                    base[x] = (
                        padded[x]
                        + padded[x + 4]
                        + FOUR * (padded[x + 1] + padded[x + 3])
                        + SIX * padded[x + 2]
                    )

                compress_line(base, spread, scale, stretched, mantissa, place)
                for x in range(width):
                    # Within the curves whatever the image holds, NaN included.
                    knot = min(max(np.int32(place[x]), FIRST), last)
                    index[x] = knot * stride + left[x]
                    place[x] = (
                        place[x]
                        - np.float32(knot)
                        + factor[x + CELL // 2] * slope * (line[x] - base[x]) / stretched[x]
                    )
                for x in range(width):
                    # Unsigned, as numba looks for negative indices, which count from the end.
                    lower_knot = np.uint32(index[x])
                    upper_knot = lower_knot + np.uint32(stride)
                    lower_left[x], lower_right[x] = curves[lower_knot], curves[lower_knot + ANOTHER]
                    upper_left[x], upper_right[x] = curves[upper_knot], curves[upper_knot + ANOTHER]
                target = result[channel, y]
                for x in range(width):
                    low = lower_left[x] + share[x] * (lower_right[x] - lower_left[x])
                    high = upper_left[x] + share[x] * (upper_right[x] - upper_left[x])
                    value = min(max(low + place[x] * (high - low), ZERO), ONE)
                    value = line[x] + (value - line[x]) * (
                        blend + beyond * (ONE - value) * (ONE - value * value)
                    )
                    target[x] = min(max(value, ZERO), ONE)
