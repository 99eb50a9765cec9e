"""The bilateral grid of tone curves in one pass over the pixels, compiled by numba.

It computes what :mod:`mmscllle.models.enhancers.bilateral_grid` does, and nothing exists at full
size but image and result.  Blocks of 8 rows run in parallel.  The first call of all compiles for
some seconds; numba keeps the result beside this file or, where it may not write there, in the
user's cache.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numba import config, njit, prange, set_num_threads, threading_layer

# f0042f077731: digest of curve_lines.py, see there.
from .curve_lines import cells_of_line, curves_of_line, look_up_line, place_line, room_for_curves
from .denoise_kernel import denoise_and_apply_grid

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import (
    CELL,
    FOUR,
    SMALLEST,
    TWO,
    ZERO,
    average_along,
    average_down,
    compress_line,
    enlarge_line,
    rows_of_cells,
)

__all__ = [
    'apply_grid',
    'denoise_and_apply_grid',
    'describe_cells',
    'may_run',
    'threads_of_torch',
]

# Where numba has nothing better, two callers at once would break off the program.
_one_caller = threading.Lock()


def may_run(forked: bool) -> bool:
    """Choose what runs the threads of compiled code, unless it was chosen before.

    Torch runs the network by OpenMP, whose threads keep looking for work for some milliseconds.
    Compiled code that shares them need not wait for that: of small pictures it is half of the time.
    But GNU OpenMP hangs in a fork of a process that has used it, or ends it.

    Args:
        forked: Whether this process is a fork of another one.

    Returns:
        Whether compiled code may run in this process.
    """
    try:
        layer = threading_layer()
    except ValueError:
        # No compiled code has run yet.
        if 'NUMBA_THREADING_LAYER_PRIORITY' not in os.environ:
            fork_safe = ['tbb', 'workqueue']
            order = [*fork_safe, 'omp'] if forked else ['omp', *fork_safe]
            config.THREADING_LAYER_PRIORITY = order  # type: ignore[attr-defined]  # as below
        return True
    return not (forked and layer == 'omp')


@contextmanager
def threads_of_torch() -> Iterator[None]:
    """Within it compiled code takes as many threads as torch does, for one caller at a time."""
    with _one_caller:
        most = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]  # set as numba starts
        set_num_threads(min(torch.get_num_threads(), most))
        yield


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
        light = np.empty((CELL, padded + 2), np.float32)
        stretched, mantissa = np.empty(width, np.float32), np.empty(width, np.float32)
        upper, lower = np.empty(padded, np.float32), np.empty(padded, np.float32)
        squares = np.empty(padded, np.float32)
        differences = np.empty(padded, np.float32)
        bends = np.empty(padded, np.float32)
        for channel in range(3):
            for line in range(CELL):
                pixels, levels = image[channel, min(row * CELL + line, height - 1)], light[line]
                compress_line(pixels, spread, scale, stretched, mantissa, levels[1 : width + 1])
                levels[0] = levels[1]
                for x in range(width + 1, padded + 2):
                    levels[x] = levels[width]
            for x in range(padded):
                half, total, square, difference, bend = ZERO, ZERO, ZERO, ZERO, ZERO
                for line in range(CELL):
                    before, level, after = light[line, x], light[line, x + 1], light[line, x + 2]
                    total += level
                    square += level * level
                    difference += abs(after - level)
                    bend += abs(before - TWO * level + after)
                    if line == CELL // 2 - 1:
                        half = total
                upper[x], lower[x], squares[x] = half, total - half, square
                differences[x], bends[x] = difference, bend
            for column in range(columns):
                first = column * CELL
                upper_left = upper[first : first + 4].sum()
                upper_right = upper[first + 4 : first + 8].sum()
                lower_left = lower[first : first + 4].sum()
                lower_right = lower[first + 4 : first + 8].sum()
                mean = (upper_left + upper_right + lower_left + lower_right) / np.float32(64)
                cells[4 * channel, row, column] = upper_left / np.float32(16)
                cells[4 * channel + 1, row, column] = upper_right / np.float32(16)
                cells[4 * channel + 2, row, column] = lower_left / np.float32(16)
                cells[4 * channel + 3, row, column] = lower_right / np.float32(16)
                variance = squares[first : first + 8].sum() / np.float32(64) - mean * mean
                cells[12 + channel, row, column] = FOUR * math.sqrt(max(variance, SMALLEST))
                cells[15 + channel, row, column] = differences[
                    first : first + 8
                ].sum() / np.float32(16)
                cells[18 + channel, row, column] = bends[first : first + 8].sum() / np.float32(16)


@njit(parallel=True, fastmath=True, error_model='numpy', cache=True)
def apply_grid(
    image: np.ndarray,
    balanced: np.ndarray,
    grid: np.ndarray,
    detail: np.ndarray,
    compression: float,
    strength: float,
    result: np.ndarray,
) -> None:
    """Apply a grid of tone curves, and damp the finest detail.

    Args:
        image: What the result is mixed with for a strength below 1, RGB in [0, 1], float32,
            (3, H, W).
        balanced: What the curves are applied to, of the same shape; it may be the same array.
        grid: Values of the curves at their knots, float32, (3, K, h, w).
        detail: How much of the detail is kept, float32, (3, h, w).
        compression: How far the knots crowd in the shadows.
        strength: See :func:`mmscllle.inference.strength.apply_strength`.
        result: Written to, RGB in [0, 1], float32, (3, H, W).
    """
    _, height, width = image.shape
    _, knots, rows, columns = grid.shape
    spread = np.float32(compression)
    # Of a curve's place among its knots, in (1 + a x) per unit of light.
    slope = np.float32((knots - 1) * compression / math.log(1 + compression))
    for block in prange((height + CELL - 1) // CELL):
        curves = room_for_curves(knots, columns)
        cells = np.empty(columns + 2, np.float32)
        factor = np.empty((columns + 1) * CELL, np.float32)
        padded = np.empty(width + 4, np.float32)
        base = np.empty(width, np.float32)
        stretched, mantissa = np.empty(width, np.float32), np.empty(width, np.float32)
        place, index = np.empty(width, np.float32), np.empty(width, np.int32)
        pairs = np.empty((2, 2 * width), np.float32)
        left, share = np.empty(width, np.int32), np.empty(width, np.float32)
        cells_of_line(left, share)
        for channel in range(3):
            for y in range(block * CELL, min(block * CELL + CELL, height)):
                above, below, weight = rows_of_cells(y, rows, CELL)
                curves_of_line(grid[channel], above, below, weight, curves)
                kept = enlarge_line(
                    detail[channel, above], detail[channel, below], weight, CELL, cells, factor
                )
                average_down(balanced[channel], y, height, padded[2 : width + 2])
                average_along(padded, base)
                place_line(base, left, curves, spread, stretched, mantissa, place, index)
                light = balanced[channel, y]
                for x in range(width):
                    place[x] += kept[x] * slope * (light[x] - base[x]) / stretched[x]
                look_up_line(
                    place,
                    index,
                    share,
                    curves,
                    pairs,
                    image[channel, y],
                    strength,
                    result[channel, y],
                )
