"""Noise taken out scale by scale and tone curves, in one pass over the pixels, compiled by numba.

It computes what :func:`mmscllle.models.enhancers.denoising.denoise` does and applies the curves to
that, line by line.  Bands of the picture run in parallel.  A band is worked on in chunks of 8 rows:
each scale follows the one before by as many chunks as it looks down, and rings of a few chunks hold
the rows that are still needed.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

# 48841b31baf0: digest of curve_lines.py, see there.
from .curve_lines import cells_of_line, curves_of_line, look_up_line, place_line

# 227fb06ef494: digest of kernel_lines.py, see there.
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

# 82b0cbd9aece: digest of noise_lines.py, see there.
from .noise_lines import (
    BLOCK_RING,
    COLOUR,
    GREY,
    PARTS,
    POOL,
    THIRD,
    add_blocks,
    measure_line,
    pool_blocks,
)

# The longest rings of rows, and of the quietest blocks, in chunks.
RING, POOL_RING = 16, 4
# The quietest block of five, and its neighbour's.
BLOCKS_DOWN = 3
# Of grey and colour: the factor on the noise of colour is twice that of grey, here squared; means
# are of one channel and of three.
SQUARED_FACTORS = (ONE, FOUR)
MEANS = (ONE, THIRD)


@njit(parallel=True, fastmath=True, error_model='numpy', cache=True)
def denoise_and_apply_grid(
    image: np.ndarray,
    balanced: np.ndarray,
    grid: np.ndarray,
    detail: np.ndarray,
    compression: float,
    strength: float,
    bands: int,
    result: np.ndarray,
) -> None:
    """Take out what is no stronger than the noise, and apply a grid of tone curves.

    Args:
        image: What the result is mixed with for a strength below 1, RGB in [0, 1], float32,
            (3, H, W).
        balanced: What noise is taken out of and the curves are applied to, of the same shape; it
            may be the same array.
        grid: Values of the curves at their knots, float32, (3, K, h, w).
        detail: How much of the finest scale is kept, three channels, and of each of 1 to 4 scales
            the factor on its noise, float32, (3 + J, h, w).
        compression: How far the knots of the curves crowd in the shadows.
        strength: See :func:`mmscllle.inference.strength.apply_strength`.
        bands: How many bands of rows run in parallel.
        result: Written to, RGB in [0, 1], float32, (3, H, W).
    """
    _, height, width = image.shape
    knots, spread = grid.shape[1], np.float32(compression)
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
        curves = np.empty((knots, columns + 2), np.float32)
        place, index = np.empty(width, np.float32), np.empty(width, np.int32)
        corners = np.empty((4, width), np.float32)
        left_cell, share = np.empty(width, np.int32), np.empty(width, np.float32)
        cells_of_line(left_cell, share)
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
                        own = balanced[channel]
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
                        finer = balanced[channel, y]
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
                    light, clean = balanced[channel, y], left_out[channel]
                    for x in range(width):
                        clean[x] = min(max(light[x] - clean[x], ZERO), ONE)
                    curves_of_line(grid[channel], above, below, weight, curves)
                    place_line(clean, left_cell, curves, spread, factor, ratio, place, index)
                    look_up_line(
                        place,
                        index,
                        share,
                        curves,
                        corners,
                        image[channel, y],
                        strength,
                        result[channel, y],
                    )
