"""Noise taken out scale by scale, in one pass over the pixels, compiled by numba.

It computes what :func:`mmscllle.models.enhancers.denoising.denoise` does.  Bands of the picture
run in parallel.  A band is worked on in chunks of 8 rows: each scale follows the one before by as
many chunks as it looks down, and rings of a few chunks hold the rows that are still needed.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

# 227fb06ef494: its digest, see there.
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

# The longest rings, in chunks: of rows, of measured blocks, and of the quietest ones.
RING, BLOCK_RING, POOL_RING = 16, 16, 4
# More than any block has.
LOUD = np.float32(1e9)
# The quietest block of five, and its neighbour's.
POOL, BLOCKS_DOWN = 2, 3
# The parts of a difference: grey and colour.  The factor on the noise of colour is twice that of
# grey, here squared; means are of one channel and of three.
GREY, COLOUR, PARTS = 0, 1, 2
SQUARED_FACTORS = (ONE, FOUR)
THIRD = np.float32(1 / 3)
MEANS = (ONE, THIRD)


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


@njit(parallel=True, fastmath=True, error_model='numpy', cache=True)
def denoise(image: np.ndarray, detail: np.ndarray, bands: int, result: np.ndarray) -> None:
    """Take out what is no stronger than the noise.

    Args:
        image: RGB in [0, 1], float32, (3, H, W).
        detail: How much of the finest scale is kept, three channels, and of each of 1 to 4 scales
            the factor on its noise, float32, (3 + J, ceil(H / 8), ceil(W / 8)).
        bands: How many bands of rows run in parallel.
        result: Written to, RGB in [0, 1], float32, (3, H, W).
    """
    _, height, width = image.shape
    scales, chunks, columns = detail.shape[0] - 3, detail.shape[1], detail.shape[2]
    # How many chunks the last scale is behind the first: each looks down 2, 4, 8, 16 rows.
    behind = scales - 1 if scales < 4 else 4
    # Rows in the rings.
    ring = CELL * (RING // 2 if scales < 4 else RING)
    for band in prange(bands):
        first_chunk, end_chunk = chunks * band // bands, chunks * (band + 1) // bands
        bases = np.empty((scales, 3, ring, width), np.float32)
        powers = np.empty((scales, PARTS, ring, width), np.float32)
        blocks = np.empty((scales, PARTS, BLOCK_RING, columns), np.float32)
        pooled = np.empty((scales, PARTS, POOL_RING, columns), np.float32)
        pool_line = np.empty(columns + 2 * POOL, np.float32)
        padded = np.empty(width + 4 * 2 ** (scales - 1), np.float32)
        differences = np.empty((3, width), np.float32)
        size, square = np.empty((PARTS, width), np.float32), np.empty((PARTS, width), np.float32)
        factor = np.empty(width, np.float32)
        cells = np.empty(columns + 2, np.float32)
        enlarged = np.empty((columns + 1) * CELL, np.float32)
        ratio = np.empty(width, np.float32)
        # How much of each part of a difference is kept, and what is taken out.
        shares = np.empty((scales, PARTS, width), np.float32)
        left_out = np.empty((3, width), np.float32)
        for front in range(first_chunk - BLOCKS_DOWN - behind, end_chunk + BLOCKS_DOWN + behind):
            for scale in range(scales):
                lag = scale if scale < 3 else 4
                chunk = front - lag
                step = 2**scale
                first = max(first_chunk - BLOCKS_DOWN - behind + lag, 0)
                last = min(end_chunk - 1 + BLOCKS_DOWN + behind - lag, chunks - 1)
                if chunk < first or chunk > last:
                    continue
                for part in range(PARTS):
                    blocks[scale, part, chunk % BLOCK_RING] = ZERO
                for y in range(chunk * CELL, min(chunk * CELL + CELL, height)):
                    middle = padded[2 * step : 2 * step + width]
                    for channel in range(3):
                        own = image[channel]
                        if scale > 0:
                            own = bases[scale - 1, channel]
                        finer = own[y % own.shape[0]]
                        average_down(own, y, step, height, middle)
                        base = bases[scale, channel, y % ring]
                        average_along(padded, step, base)
                        for x in range(width):
                            differences[channel, x] = finer[x] - base[x]
                    measure_line(differences, size, square)
                    times = CELL - (height - 1) % CELL if y == height - 1 else 1
                    for part in range(PARTS):
                        add_blocks(
                            size[part], np.float32(times), blocks[scale, part, chunk % BLOCK_RING]
                        )
                        middle[:] = square[part]
                        average_along(padded, step, powers[scale, part, y % ring])
            chunk = front - behind - BLOCKS_DOWN
            if chunk < first_chunk or chunk >= end_chunk:
                continue
            for row in range(
                max(chunk - 1 if chunk == first_chunk else chunk + 1, 0), min(chunk + 2, chunks)
            ):
                for scale in range(scales):
                    for part in range(PARTS):
                        quietest = pooled[scale, part, row % POOL_RING]
                        pool_blocks(blocks[scale, part], row, chunks, pool_line, quietest)
            for y in range(chunk * CELL, min(chunk * CELL + CELL, height)):
                above, below, weight = rows_of_cells(y, chunks)
                for scale in range(scales):
                    enlarge_line(
                        detail[3 + scale, above], detail[3 + scale, below], weight, cells, enlarged
                    )
                    for x in range(width):
                        factor[x] = enlarged[x + CELL // 2] * enlarged[x + CELL // 2]
                    for part in range(PARTS):
                        power = square[part]
                        average_down(powers[scale, part], y, 2**scale, height, power)
                        quietest = pooled[scale, part]
                        enlarge_line(
                            quietest[above % POOL_RING],
                            quietest[below % POOL_RING],
                            weight,
                            cells,
                            enlarged,
                        )
                        mean, squared = MEANS[part], SQUARED_FACTORS[part]
                        kept = shares[scale, part]
                        for x in range(width):
                            # Of blocks, a mean of 64 pixels.
                            level = enlarged[x + CELL // 2] * mean * np.float32(1 / 64)
                            ratio[x] = (
                                squared * factor[x] * level * level / (power[x] * mean + SMALLEST)
                            )
                        for x in range(width):
                            kept[x] = ONE / (ONE + ratio[x] * ratio[x])
                for scale in range(scales):
                    grey_kept, colour_kept = shares[scale, GREY], shares[scale, COLOUR]
                    for channel in range(3):
                        finer = image[channel, y]
                        if scale > 0:
                            finer = bases[scale - 1, channel, y % ring]
                        base = bases[scale, channel, y % ring]
                        for x in range(width):
                            differences[channel, x] = finer[x] - base[x]
                    for x in range(width):
                        grey = THIRD * (differences[0, x] + differences[1, x] + differences[2, x])
                        ratio[x] = (grey_kept[x] - colour_kept[x]) * grey
                    for channel in range(3):
                        difference, left = differences[channel], left_out[channel]
                        if scale > 0:
                            for x in range(width):
                                left[x] += difference[x] * (ONE - colour_kept[x]) - ratio[x]
                            continue
                        enlarge_line(
                            detail[channel, above], detail[channel, below], weight, cells, enlarged
                        )
                        for x in range(width):
                            left[x] = difference[x] - enlarged[x + CELL // 2] * (
                                difference[x] * colour_kept[x] + ratio[x]
                            )
                for channel in range(3):
                    line, target, left = image[channel, y], result[channel, y], left_out[channel]
                    for x in range(width):
                        target[x] = min(max(line[x] - left[x], ZERO), ONE)
