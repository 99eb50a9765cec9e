"""Noise taken out scale by scale and tone curves, in one pass over the pixels, compiled by numba.

It computes what :func:`mmscllle.models.enhancers.denoising.denoise` does and applies the curves to
that, line by line.  Bands of the picture run in parallel.  A band is worked on in chunks: a row of
cells, which is 8 lines of the first scale, 4 of the second and 2 of the third.  What is measured is
some chunks ahead of what is taken out, as far as measuring looks down, and rings of a few chunks
hold the lines that are still needed.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

# f0042f077731: digest of curve_lines.py, see there.
from .curve_lines import cells_of_line, curves_of_line, look_up_line, place_line, room_for_curves

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import CELL, ZERO, average_along, enlarge_line, rows_of_cells

# b01638a7b0a0: digest of noise_lines.py, see there.
from .noise_lines import (
    BLOCK_RING,
    PARTS,
    POOL,
    POOL_RING,
    add_blocks,
    clean_line,
    measure_line,
    pool_blocks,
    weigh_line,
)

# f0f5f262c67f: digest of pyramid_lines.py, see there.
from .pyramid_lines import double_line, halve_line

# The rings of lines, in chunks.
RING = 8
# Where noise is measured: the quietest block of five, and its neighbour's.
BLOCKS_DOWN = 3


@njit(fastmath=True, error_model='numpy', cache=True)
def part_of(store: np.ndarray, count: int, height: int, width: int) -> np.ndarray:
    """Take the first numbers of a store, (S,), as lines, (count, height, width)."""
    return store[: count * height * width].reshape(count, height, width)


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
        detail: How much of the finest detail is kept, three channels, and of each of 1 to 3 scales
            the factor on its noise, float32, (3 + J, h, w).
        compression: How far the knots of the curves crowd in the shadows.
        strength: See :func:`mmscllle.inference.strength.apply_strength`.
        bands: How many bands of rows run in parallel.
        result: Written to, RGB in [0, 1], float32, (3, H, W).
    """
    _, height, width = image.shape
    knots, spread = grid.shape[1], np.float32(compression)
    scales, chunks, columns = detail.shape[0] - 3, detail.shape[1], detail.shape[2]
    for band in prange(bands):
        first_chunk, end_chunk = chunks * band // bands, chunks * (band + 1) // bands
        # Of coarser scales less is used, and memory that is not used costs nothing.
        store = np.empty((4 * scales, 3 * RING * CELL * width), np.float32)
        images, bases = store[:scales], store[scales : 2 * scales]
        cleans, powers = store[2 * scales : 3 * scales], store[3 * scales :]
        blocks = np.empty((scales, PARTS, BLOCK_RING, columns), np.float32)
        quietest = np.empty((scales, PARTS, POOL_RING, columns), np.float32)
        pool_line = np.empty(columns + 2 * POOL, np.float32)
        padded_lines = np.empty(3 * (width + 4), np.float32)
        squares = np.empty(PARTS * (width + 4), np.float32)
        weights = np.empty(PARTS * width, np.float32)
        details = np.empty((3, (columns + 1) * CELL), np.float32)
        # Coarser scales keep all of their detail.
        all_details = np.ones((3, width + CELL), np.float32)
        under_lines, clean_lines = (
            np.empty(3 * width, np.float32),
            np.empty((3, 1, width), np.float32),
        )
        mixed = np.empty(width + 1, np.float32)
        cells, enlarged = (
            np.empty(columns + 2, np.float32),
            np.empty((columns + 1) * CELL, np.float32),
        )
        curves = room_for_curves(knots, columns)
        stretched, mantissa = np.empty(width, np.float32), np.empty(width, np.float32)
        place, index = np.empty(width, np.float32), np.empty(width, np.int32)
        pairs = np.empty((2, 2 * width), np.float32)
        left_cell, share = np.empty(width, np.int32), np.empty(width, np.float32)
        cells_of_line(left_cell, share)
        first = first_chunk - 2 * (BLOCKS_DOWN + scales - 1)
        for chunk in range(first, end_chunk):
            for scale in range(scales):
                # Each scale needs two lines more of the one before.
                ahead = chunk + BLOCKS_DOWN + scales - 1 - scale
                if (
                    ahead < max(first_chunk - BLOCKS_DOWN - scales + 1 + scale, 0)
                    or ahead >= chunks
                ):
                    continue
                cell = CELL >> scale
                own_height, own_width = (height - 1 >> scale) + 1, (width - 1 >> scale) + 1
                rows = RING * cell
                own = balanced
                if scale > 0:
                    own = part_of(images[scale], 3, rows, own_width)
                base = part_of(bases[scale], 3, rows, own_width)
                power = part_of(powers[scale], PARTS, rows, own_width)
                padded = part_of(padded_lines, 1, 3, own_width + 4)[0]
                size = part_of(weights, 1, PARTS, own_width)[0]
                square = part_of(squares, 1, PARTS, own_width + 4)[0]
                for part in range(PARTS):
                    blocks[scale, part, ahead % BLOCK_RING] = ZERO
                for y in range(ahead * cell, min(ahead * cell + cell, own_height)):
                    measure_line(own, y, own_height, padded, base, size, square)
                    times = cell - (own_height - 1) % cell if y == own_height - 1 else 1
                    for part in range(PARTS):
                        add_blocks(
                            size[part],
                            np.float32(times),
                            cell,
                            blocks[scale, part, ahead % BLOCK_RING],
                        )
                        average_along(square[part], power[part, y % rows])
                    if scale + 1 < scales and y % 2 == 0:
                        half_rows, half_width = rows // 2, (own_width + 1) // 2
                        halves = part_of(images[scale + 1], 3, half_rows, half_width)
                        for channel in range(3):
                            halve_line(base[channel, y % rows], halves[channel, y // 2 % half_rows])
            if chunk < first_chunk:
                continue
            for row in range(
                max(chunk - 1 if chunk == first_chunk else chunk + 1, 0), min(chunk + 2, chunks)
            ):
                for scale in range(scales):
                    for part in range(PARTS):
                        pool_blocks(
                            blocks[scale, part],
                            row,
                            chunks,
                            pool_line,
                            quietest[scale, part, row % POOL_RING],
                        )
            for scale in range(scales - 1, -1, -1):
                cell = CELL >> scale
                own_height, own_width = (height - 1 >> scale) + 1, (width - 1 >> scale) + 1
                rows = RING * cell
                base = part_of(bases[scale], 3, rows, own_width)
                power = part_of(powers[scale], PARTS, rows, own_width)
                weight = part_of(weights, 1, PARTS, own_width)[0]
                scratch = part_of(squares, 1, 2, own_width)[0]
                under = part_of(under_lines, 1, 3, own_width)[0]
                own, clean, kept = balanced, clean_lines, details
                if scale > 0:
                    own = part_of(images[scale], 3, rows, own_width)
                    clean, kept = part_of(cleans[scale], 3, rows, own_width), all_details
                # Between lines of a coarser scale lie those of the finer one: one more is needed.
                start, stop = chunk * cell, chunk * cell + cell
                if scale > 0:
                    start += chunk > first_chunk
                    stop += 1
                for y in range(start, min(stop, own_height)):
                    weigh_line(
                        power,
                        quietest[scale],
                        detail[3 + scale],
                        y,
                        own_height,
                        cell,
                        scratch,
                        cells,
                        enlarged,
                        weight,
                    )
                    for channel in range(3):
                        under_line, clean_line_ = under[channel], clean[channel, y % clean.shape[1]]
                        if scale + 1 < scales:
                            half_height, half_width = (own_height + 1) // 2, (own_width + 1) // 2
                            halves = part_of(images[scale + 1], 3, rows // 2, half_width)
                            double_line(halves[channel], y, half_height, mixed, under_line)
                            halves = part_of(cleans[scale + 1], 3, rows // 2, half_width)
                            double_line(halves[channel], y, half_height, mixed, clean_line_)
                        else:
                            for x in range(own_width):
                                under_line[x] = clean_line_[x] = base[channel, y % rows, x]
                    if scale > 0:
                        clean_line(own, base, y, weight, kept, under, clean)
                        continue
                    above, below, below_share = rows_of_cells(y, chunks, CELL)
                    for channel in range(3):
                        enlarge_line(
                            detail[channel, above],
                            detail[channel, below],
                            below_share,
                            CELL,
                            cells,
                            kept[channel],
                        )
                    clean_line(own, base, y, weight, kept, under, clean)
                    for channel in range(3):
                        curves_of_line(grid[channel], above, below, below_share, curves)
                        place_line(
                            clean[channel, 0],
                            left_cell,
                            curves,
                            spread,
                            stretched,
                            mantissa,
                            place,
                            index,
                        )
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
