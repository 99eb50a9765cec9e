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

# 7ab0d0f0cf77: digest of noise_lines.py, see there.
from .noise_lines import (
    BLOCK_RING,
    PARTS,
    POOL,
    POOL_RING,
    add_blocks,
    measure_line,
    pool_blocks,
    weigh_line,
)

# 8642c3d3c216: digest of pyramid_lines.py, see there.
from .pyramid_lines import clean_line, expand_line, halve_line

# The rings of lines, in chunks.
RING = 8
# Where noise is measured: the quietest block of five, and its neighbour's.
BLOCKS_DOWN = 3


@njit(fastmath=True, error_model='numpy', cache=True)
def part_of(store: np.ndarray, count: int, height: int, width: int) -> np.ndarray:
    """Take the first numbers of a store, (S,), as lines, (count, height, width)."""
    return store[: count * height * width].reshape(count, height, width)


@njit(fastmath=True, error_model='numpy', cache=True)
def measure_chunk(
    image: np.ndarray,
    chunk: int,
    height: int,
    cell: int,
    padded: np.ndarray,
    sizes: np.ndarray,
    squares: np.ndarray,
    bases: np.ndarray,
    powers: np.ndarray,
    blocks: np.ndarray,
    halves: np.ndarray,
) -> None:
    """Measure what differs between the lines of a chunk and their bases.

    Args:
        image: RGB, or a ring of its lines, (3, H or fewer, W).
        chunk: Which one.
        height: H.
        cell: Lines of a chunk.
        padded: Overwritten, (3, W + 4).
        sizes: Overwritten, (2, W).
        squares: Overwritten, (2, W + 4).
        bases: A ring of lines; those of the chunk are written to, (3, R, W).
        powers: The same for the squares of grey and colour, averaged along lines, (2, R, W).
        blocks: The same for the sums of their absolute values in blocks, (2, BLOCK_RING, w).
        halves: The same for the next scale, (3, R / 2, ceil(W / 2)); (3, 0, 0), if there is none.
    """
    rows, block = bases.shape[1], chunk % BLOCK_RING
    blocks[:, block] = ZERO
    for y in range(chunk * cell, min(chunk * cell + cell, height)):
        measure_line(image, y, height, padded, bases, sizes, squares)
        # What lies below the picture is as its last line.
        times = cell - (height - 1) % cell if y == height - 1 else 1
        for part in range(PARTS):
            add_blocks(sizes[part], np.float32(times), cell, blocks[part, block])
            average_along(squares[part], powers[part, y % rows])
        if halves.size and y % 2 == 0:
            for channel in range(3):
                halve_line(bases[channel, y % rows], halves[channel, y // 2 % (rows // 2)])


@njit(fastmath=True, error_model='numpy', cache=True)
def sizes_of_scale(
    scale: int, scales: int, height: int, width: int
) -> tuple[int, int, int, int, int, int]:
    """Find how large a scale and its rings are.

    Args:
        scale: Which one, from 0.
        scales: How many there are.
        height: Of the picture.
        width: Of the picture.

    Returns:
        Lines of a chunk, height, width, and lines in a ring; lines in a ring of the next scale and
        its width, 0 if there is none.
    """
    cell = CELL >> scale
    own_width = (width - 1 >> scale) + 1
    half_rows, half_width = RING * cell // 2, (own_width + 1) // 2
    if scale == scales - 1:
        half_rows = half_width = 0
    return cell, (height - 1 >> scale) + 1, own_width, RING * cell, half_rows, half_width


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
        # Rings of lines of each scale: as it is, its bases, without noise, squares, and weights.
        starts = np.zeros(scales + 1, np.int64)
        for scale in range(scales):
            _, _, own_width, rows, _, _ = sizes_of_scale(scale, scales, height, width)
            starts[scale + 1] = starts[scale] + 3 * rows * own_width
        store = np.empty((5, starts[scales]), np.float32)
        images, bases, cleans, powers, weights = store[0], store[1], store[2], store[3], store[4]
        blocks = np.empty((scales, PARTS, BLOCK_RING, columns), np.float32)
        quietest = np.empty((scales, PARTS, POOL_RING, columns), np.float32)
        pool_line = np.empty(columns + 2 * POOL, np.float32)
        lines = np.empty((4, 3 * (width + 4)), np.float32)
        # Where there is no next scale, its weights count for nothing, but must be numbers.
        under_weights = np.zeros(PARTS * width, np.float32)
        details = np.empty((3, (columns + 1) * CELL), np.float32)
        # Coarser scales keep all of their detail.
        all_details = np.ones((3, width + CELL), np.float32)
        own_cleans = np.empty((3, 1, width), np.float32)
        mixed, cells = np.empty(width + 1, np.float32), np.empty(columns + 2, np.float32)
        enlarged = np.empty((columns + 1) * CELL, np.float32)
        curves = room_for_curves(knots, columns)
        stretched, mantissa = np.empty(width, np.float32), np.empty(width, np.float32)
        place, index = np.empty(width, np.float32), np.empty(width, np.int32)
        pairs = np.empty((2, 2 * width), np.float32)
        left_cell, share = np.empty(width, np.int32), np.empty(width, np.float32)
        cells_of_line(left_cell, share)
        ahead = BLOCKS_DOWN + scales - 1
        for chunk in range(first_chunk - 2 * ahead, end_chunk):
            for scale in range(scales):
                # Each scale looks two lines further down than the next one.
                measured = chunk + ahead - scale
                if measured < max(first_chunk - ahead + scale, 0) or measured >= chunks:
                    continue
                cell, own_height, own_width, rows, half_rows, half_width = sizes_of_scale(
                    scale, scales, height, width
                )
                own = (
                    balanced if scale == 0 else part_of(images[starts[scale] :], 3, rows, own_width)
                )
                measure_chunk(
                    own,
                    measured,
                    own_height,
                    cell,
                    part_of(lines[0], 1, 3, own_width + 4)[0],
                    part_of(lines[1], 1, PARTS, own_width)[0],
                    part_of(lines[2], 1, PARTS, own_width + 4)[0],
                    part_of(bases[starts[scale] :], 3, rows, own_width),
                    part_of(powers[starts[scale] :], PARTS, rows, own_width),
                    blocks[scale],
                    part_of(images[starts[scale + 1] :], 3, half_rows, half_width),
                )
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
                cell, own_height, own_width, rows, half_rows, half_width = sizes_of_scale(
                    scale, scales, height, width
                )
                base = part_of(bases[starts[scale] :], 3, rows, own_width)
                power = part_of(powers[starts[scale] :], PARTS, rows, own_width)
                weight = part_of(weights[starts[scale] :], PARTS, rows, own_width)
                halves = part_of(images[starts[scale + 1] :], 3, half_rows, half_width)
                clean_halves = part_of(cleans[starts[scale + 1] :], 3, half_rows, half_width)
                half_weights = part_of(weights[starts[scale + 1] :], PARTS, half_rows, half_width)
                under = part_of(lines[0], 1, 3, own_width)[0]
                under_weight = part_of(under_weights, 1, PARTS, own_width)[0]
                scratch = part_of(lines[1], 1, 2, own_width)[0]
                own, clean, kept = balanced, own_cleans, details
                # Between two lines of a coarser scale lie lines of the finer one: it is a line
                # ahead.
                start, stop = chunk * cell, chunk * cell + cell
                if scale > 0:
                    own = part_of(images[starts[scale] :], 3, rows, own_width)
                    clean, kept = part_of(cleans[starts[scale] :], 3, rows, own_width), all_details
                    start, stop = start + (chunk > first_chunk), stop + 1
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
                    expand_line(
                        base,
                        halves,
                        clean_halves,
                        half_weights,
                        y,
                        own_height,
                        mixed,
                        under,
                        under_weight,
                        clean,
                    )
                    if scale == 0:
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
                    clean_line(own, base, y, weight, kept, under, under_weight, clean)
                    if scale > 0:
                        continue
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
