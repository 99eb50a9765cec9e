"""What the compiled code does with the tone curves of a line of pixels.

Loops are short and many, so that the compiler can work on eight pixels at once; only the one that
collects values of curves works pixel by pixel.  As of :mod:`.kernel_lines`, files that use this one
name its digest.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import ANOTHER, CELL, FIRST, HALF, ONE, ZERO, compress_line


@njit(fastmath=True, error_model='numpy', cache=True)
def cells_of_line(left: np.ndarray, share: np.ndarray) -> None:
    """Find the cells that the pixels of a line lie between.

    Args:
        left: Written to: the cell to the left of a pixel, counted with one more beyond the border,
            int32, (W,).
        share: Written to: the share of the cell to the right of it, float32, (W,).
    """
    for x in range(left.size):
        left[x] = (x + CELL // 2) // CELL
        share[x] = (np.float32((x + CELL // 2) % CELL) + HALF) / np.float32(CELL)


@njit(fastmath=True, error_model='numpy', cache=True)
def room_for_curves(knots: int, columns: int) -> np.ndarray:
    """Make room for the curves of a row of cells.

    Two values that lie side by side are read as one number of 64 bit, at an even place only.  So
    all are there twice: as they are, and moved by one.

    Args:
        knots: K.
        columns: w.

    Returns:
        Float32, (2, K, s): the value of a knot and a cell, one more on either side, lies at
        [0, knot, cell + 1] and at [1, knot, cell]; s is even.
    """
    return np.empty((2, knots, (columns + 3) // 2 * 2), np.float32)


@njit(fastmath=True, error_model='numpy', cache=True)
def curves_of_line(
    grid: np.ndarray, above: int, below: int, weight: np.float32, curves: np.ndarray
) -> None:
    """Mix the curves of the two rows of cells that a line lies between.

    Args:
        grid: Values of the curves of a channel at their knots, float32, (K, h, w).
        above: The row of cells above the line.
        below: The one below it.
        weight: Share of the one below.
        curves: Written to, see :func:`room_for_curves`; beyond the border is as the border.
    """
    knots, _, columns = grid.shape
    for knot in range(knots):
        upper, lower = grid[knot, above], grid[knot, below]
        first, second = curves[0, knot], curves[1, knot]
        own = first[1:]
        for column in range(columns):
            own[column] = upper[column] + weight * (lower[column] - upper[column])
            second[column] = upper[column] + weight * (lower[column] - upper[column])
        first[0], first[columns + 1] = first[1], first[columns]
        second[columns] = second[columns - 1]


@njit(fastmath=True, error_model='numpy', cache=True)
def place_line(
    light: np.ndarray,
    left: np.ndarray,
    curves: np.ndarray,
    compression: np.float32,
    stretched: np.ndarray,
    mantissa: np.ndarray,
    place: np.ndarray,
    index: np.ndarray,
) -> None:
    """Find where a line of pixels lies on its tone curves.

    Args:
        light: What is looked up; outside of [0, 1] it counts as 0 or 1.  All are float32, (W,).
        left: See :func:`cells_of_line`.
        curves: See :func:`curves_of_line`.
        compression: How far the knots crowd in the shadows.
        stretched: Written to, 1 + compression * light.
        mantissa: Overwritten.
        place: Written to: how far behind its knot a pixel lies; at 1 is the next knot.
        index: Written to: which pair of the curves has the pixel's knot of the cell to its left and
            of that to its right, int32.
    """
    _, knots, stride = curves.shape
    moved = np.int32(knots * stride // 2)
    scale = np.float32((knots - 1) / math.log2(ONE + compression))
    last = np.int32(knots - 2)
    compress_line(light, compression, scale, stretched, mantissa, place)
    for x in range(light.size):
        # Within the curves whatever the image holds, NaN included.
        knot = min(max(np.int32(place[x]), FIRST), last)
        number = knot * np.int32(stride) + left[x]
        index[x] = (number >> ANOTHER) + (number & ANOTHER) * moved
        place[x] -= np.float32(knot)


@njit(fastmath=True, error_model='numpy', cache=True)
def look_up_line(
    place: np.ndarray,
    index: np.ndarray,
    share: np.ndarray,
    curves: np.ndarray,
    pairs: np.ndarray,
    line: np.ndarray,
    strength: float,
    result: np.ndarray,
) -> None:
    """Look up a line of pixels in its tone curves.

    Args:
        place: See :func:`place_line`.  All are float32, (W,), unless they say other.
        index: See there.
        share: See :func:`cells_of_line`.
        curves: See :func:`curves_of_line`.
        pairs: Overwritten, float32, (2, 2 * W).
        line: What the result is mixed with for a strength below 1, in [0, 1].
        strength: See :func:`mmscllle.inference.strength.apply_strength`.
        result: Written to, in [0, 1].
    """
    flat, stride = curves.reshape(-1).view(np.uint64), np.uint32(curves.shape[2] // 2)
    lower_pairs, upper_pairs = pairs[0], pairs[1]
    lower_words, upper_words = lower_pairs.view(np.uint64), upper_pairs.view(np.uint64)
    # Up to 1 the result is a blend of line and enhanced, beyond a damped step from enhanced.
    blend, beyond = np.float32(min(strength, 1.0)), np.float32(max(strength - 1.0, 0.0))
    for x in range(line.size):
        # Unsigned, as numba looks for negative indices, which count from the end.
        lower = np.uint32(index[x])
        lower_words[x], upper_words[x] = flat[lower], flat[lower + stride]
    for x in range(line.size):
        low = lower_pairs[2 * x] + share[x] * (lower_pairs[2 * x + 1] - lower_pairs[2 * x])
        high = upper_pairs[2 * x] + share[x] * (upper_pairs[2 * x + 1] - upper_pairs[2 * x])
        value = min(max(low + place[x] * (high - low), ZERO), ONE)
        value = line[x] + (value - line[x]) * (
            blend + beyond * (ONE - value) * (ONE - value * value)
        )
        result[x] = min(max(value, ZERO), ONE)
