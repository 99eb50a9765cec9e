"""What the compiled code measures of noise in a line of pixels.

As of :mod:`.kernel_lines`, files that use this one name its digest.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import (
    CELL,
    FOUR,
    ONE,
    SMALLEST,
    ZERO,
    average_along,
    average_down,
    enlarge_line,
    rows_of_cells,
)

# The rings of rows of blocks, and of the quietest ones.
BLOCK_RING, POOL_RING = 16, 4
# More than any block has.
LOUD = np.float32(1e9)
# The quietest block of five: so many on either side.
POOL = 2
# The parts of a difference: grey and colour.
GREY, COLOUR, PARTS = 0, 1, 2
THIRD = np.float32(1 / 3)
# Of grey and colour: the factor on the noise of colour is twice that of grey, here squared; means
# are of one channel and of three.
SQUARED_FACTORS = (ONE, FOUR)
MEANS = (ONE, THIRD)
# The least level of the noise in the first scale, whose blocks are as wide as a cell.
LEAST_LEVELS = (ZERO, np.float32(0.4 / 255))


@njit(fastmath=True, error_model='numpy', cache=True)
def add_blocks(power: np.ndarray, times: np.float32, block: int, blocks: np.ndarray) -> None:
    """Add a line to the blocks below it; what lies beyond its end is like the end.

    Args:
        power: (W,).
        times: How often it counts.
        block: Width of a block in pixels.
        blocks: Added to, (ceil(W / block),).
    """
    width = power.size
    if block == CELL:
        # With a constant the compiler does eight pixels at once.
        for column in range(width // CELL):
            total = ZERO
            for x in range(column * CELL, column * CELL + CELL):
                total += power[x]
            blocks[column] += times * total
    else:
        for column in range(width // block):
            total = ZERO
            for x in range(column * block, column * block + block):
                total += power[x]
            blocks[column] += times * total
    if width % block:
        total = np.float32(block - width % block) * power[width - 1]
        for x in range(width - width % block, width):
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
def measure_line(
    image: np.ndarray,
    y: int,
    height: int,
    padded: np.ndarray,
    bases: np.ndarray,
    sizes: np.ndarray,
    squares: np.ndarray,
) -> None:
    """Measure grey and colour of what differs between a line and its base.

    Args:
        image: RGB, or a ring of its lines, (3, H or fewer, W).
        y: The line.
        height: H.
        padded: Overwritten, (3, W + 4).
        bases: A ring of lines, one of which is written to, (3, R, W).
        sizes: Written to: the absolute value of grey, and the sum of those of colour, (2, W).
        squares: The middle is written to: the same of squares, (2, W + 4).
    """
    width = image.shape[2]
    grey_squares, colour_squares = squares[GREY, 2:], squares[COLOUR, 2:]
    for channel in range(3):
        average_down(image[channel], y, height, padded[channel, 2 : width + 2])
    own, base = y % image.shape[1], y % bases.shape[1]
    reds, greens, blues = image[0, own], image[1, own], image[2, own]
    red_bases, green_bases, blue_bases = bases[0, base], bases[1, base], bases[2, base]
    average_along(padded[0], red_bases)
    average_along(padded[1], green_bases)
    average_along(padded[2], blue_bases)
    for x in range(width):
        red, green = reds[x] - red_bases[x], greens[x] - green_bases[x]
        blue = blues[x] - blue_bases[x]
        grey = THIRD * (red + green + blue)
        red, green, blue = red - grey, green - grey, blue - grey
        sizes[GREY, x], grey_squares[x] = abs(grey), grey * grey
        sizes[COLOUR, x] = abs(red) + abs(green) + abs(blue)
        colour_squares[x] = red * red + green * green + blue * blue


@njit(fastmath=True, error_model='numpy', cache=True)
def weigh_line(
    powers: np.ndarray,
    quietest: np.ndarray,
    factors: np.ndarray,
    y: int,
    height: int,
    cell: int,
    scratch: np.ndarray,
    padded: np.ndarray,
    enlarged: np.ndarray,
    weights: np.ndarray,
) -> None:
    """Find how much of grey and of colour is no noise, in a line.

    Args:
        powers: Rings of squares that are averaged along lines, (2, R, W).
        quietest: Rings of rows of the quietest blocks, (2, POOL_RING, w).
        factors: On the noise, of each cell, (h, w).
        y: The line.
        height: Of the picture.
        cell: Height and width of a cell in pixels.
        scratch: Overwritten, (2, W).
        padded: Overwritten, (w + 2,).
        enlarged: Overwritten, (8 * (w + 1),).
        weights: Rings of lines, of which this one is written to, in [0, 1], (2, R, W).
    """
    above, below, share = rows_of_cells(y, factors.shape[0], cell)
    factor, ratio = scratch[0], scratch[1]
    own = enlarge_line(factors[above], factors[below], share, cell, padded, enlarged)
    for x in range(factor.size):
        factor[x] = own[x] * own[x]
    for part in range(PARTS):
        blocks, weight = quietest[part], weights[part, y % weights.shape[1]]
        own = enlarge_line(
            blocks[above % POOL_RING], blocks[below % POOL_RING], share, cell, padded, enlarged
        )
        average_down(powers[part], y, height, weight)
        mean = MEANS[part]
        # The blocks are sums.
        squared = SQUARED_FACTORS[part] * (mean / np.float32(cell * cell)) ** 2
        least = SQUARED_FACTORS[part] * LEAST_LEVELS[part] ** 2 if cell == CELL else ZERO
        for x in range(weight.size):
            noise = factor[x] * (squared * own[x] * own[x] + least)
            ratio[x] = noise / (weight[x] * mean + SMALLEST)
        for x in range(weight.size):
            weight[x] = ONE / (ONE + ratio[x] * ratio[x])
