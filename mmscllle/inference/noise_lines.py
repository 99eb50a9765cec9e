"""What the compiled code measures of noise in a line of pixels.

As of :mod:`.kernel_lines`, files that use this one name its digest.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# 227fb06ef494: digest of kernel_lines.py, see there.
from .kernel_lines import CELL, ZERO

# The longest ring of measured blocks, in chunks of 8 rows.
BLOCK_RING = 16
# More than any block has.
LOUD = np.float32(1e9)
# The quietest block of five: so many on either side.
POOL = 2
# The parts of a difference: grey and colour.
GREY, COLOUR, PARTS = 0, 1, 2
THIRD = np.float32(1 / 3)


@njit(fastmath=True, error_model='numpy', cache=True)
def add_blocks(power: np.ndarray, times: np.float32, blocks: np.ndarray) -> None:
    """Add a line to the blocks below it; what lies beyond its end is like the end.

    Args:
        power: (W,).
        times: How often it counts.
        blocks: Added to, (ceil(W / 8),).
    """
    width = power.size
    for column in range(width // CELL):
        total = ZERO
        for x in range(column * CELL, column * CELL + CELL):
            total += power[x]
        blocks[column] += times * total
    if width % CELL:
        total = np.float32(CELL - width % CELL) * power[width - 1]
        for x in range(width - width % CELL, width):
            total += power[x]
        blocks[blocks.size - 1] += times * total


@njit(fastmath=True, error_model='numpy', cache=True)
def pool_blocks(
    blocks: np.ndarray, row: int, rows: int, line: np.ndarray, result: np.ndarray
) -> None:
    """Find the quietest block of 5 x 5.

    Args:
        blocks: A ring of rows of blocks, (BLOCK_RING, w).
        row: The row in the middle.
        rows: How many rows of blocks the picture has.
        line: Overwritten, (w + 4,).
        result: Written to, (w,).
    """
    columns = result.size
    line[:] = LOUD
    for y in range(max(row - POOL, 0), min(row + POOL, rows - 1) + 1):
        own = blocks[y % BLOCK_RING]
        for x in range(columns):
            line[x + POOL] = min(line[x + POOL], own[x])
    for x in range(columns):
        result[x] = min(min(line[x], line[x + 1]), min(line[x + 2], line[x + 3]), line[x + 4])


@njit(fastmath=True, error_model='numpy', cache=True)
def measure_line(differences: np.ndarray, size: np.ndarray, square: np.ndarray) -> None:
    """Measure grey and colour of what differs between two scales, in a line.

    Args:
        differences: RGB, (3, W).
        size: Written to: the absolute value of grey, and the sum of those of colour, (2, W).
        square: Written to: the same of squares, (2, W).
    """
    for x in range(differences.shape[1]):
        red, green, blue = differences[0, x], differences[1, x], differences[2, x]
        grey = THIRD * (red + green + blue)
        red, green, blue = red - grey, green - grey, blue - grey
        size[GREY, x], square[GREY, x] = abs(grey), grey * grey
        size[COLOUR, x] = abs(red) + abs(green) + abs(blue)
        square[COLOUR, x] = red * red + green * green + blue * blue
