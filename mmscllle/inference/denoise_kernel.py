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

# 739df8ac0eec: digest of noise_lines.py, see there.
from .noise_lines import (
    BLOCK_RING,
    PARTS,
    POOL_RING,
    add_blocks,
    measure_line,
    pool_blocks,
    weigh_line,
)

# 6915a13d985c: digest of pyramid_lines.py, see there.
from .pyramid_lines import clean_line, expand_line, halve_line

# 08e18e1e66be: digest of scale_lines.py, see there.
from .scale_lines import Scale, Scratch, room_for_scale, room_for_scratch

# Where noise is measured: the quietest block of five, and its neighbour's.
BLOCKS_DOWN = 3


@njit(fastmath=True, error_model='numpy', cache=True)
def measure_chunk(scale: Scale, coarser: Scale, scratch: Scratch, chunk: int) -> None:
    """Measure what differs between the lines of a chunk and their bases.

    Args:
        scale: Its bases, powers and blocks of the chunk are written to.
        coarser: The next scale, whose image is written to; without lines, if there is none.
        scratch: Overwritten.
        chunk: Which one.
    """
    cell, height, rows = scale.cell, scale.height, scale.bases.shape[1]
    block = chunk % BLOCK_RING
    scale.blocks[:, block] = ZERO
    for y in range(chunk * cell, min(chunk * cell + cell, height)):
        measure_line(
            scale.image, y, height, scratch.padded, scale.bases, scratch.sizes, scratch.squares
        )
        # What lies below the picture is as its last line.
        times = cell - (height - 1) % cell if y == height - 1 else 1
        for part in range(PARTS):
            add_blocks(scratch.sizes[part], np.float32(times), cell, scale.blocks[part, block])
            average_along(scratch.squares[part], scale.powers[part, y % rows])
        if coarser.image.size and y % 2 == 0:
            for channel in range(3):
                halve_line(
                    scale.bases[channel, y % rows],
                    coarser.image[channel, y // 2 % coarser.image.shape[1]],
                )


@njit(fastmath=True, error_model='numpy', cache=True)
def clean_line_of_scale(
    scale: Scale, coarser: Scale, scratch: Scratch, factors: np.ndarray, y: int
) -> None:
    """Take out of a line of a scale what is no stronger than the noise.

    Args:
        scale: Its line of weights and of what is clean is written to.
        coarser: The next scale, of which the lines above and below are clean.
        scratch: Overwritten.
        factors: On the noise, of each cell, (h, w).
        y: The line.
    """
    weigh_line(
        scale.powers,
        scale.quietest,
        factors,
        y,
        scale.height,
        scale.cell,
        scratch.ratios,
        scratch.cells,
        scratch.enlarged,
        scale.weights,
    )
    expand_line(
        scale.bases,
        coarser.image,
        coarser.cleans,
        coarser.weights,
        y,
        scale.height,
        scratch.mixed,
        scratch.under,
        scratch.under_weights,
        scale.cleans,
    )
    clean_line(
        scale.image,
        scale.bases,
        y,
        scale.weights,
        scale.details,
        scratch.under,
        scratch.under_weights,
        scale.cleans,
    )


@njit(fastmath=True, error_model='numpy', cache=True)
def work_on_band(
    image: np.ndarray,
    balanced: np.ndarray,
    grid: np.ndarray,
    detail: np.ndarray,
    compression: float,
    strength: float,
    first_chunk: int,
    end_chunk: int,
    result: np.ndarray,
) -> None:
    """Do what :func:`denoise_and_apply_grid` does for the chunks of a band.

    Args:
        image: See there.
        balanced: See there.
        grid: See there.
        detail: See there.
        compression: See there.
        strength: See there.
        first_chunk: The band's first.
        end_chunk: The one after the band's last.
        result: See there; the lines of the band are written to.
    """
    width, knots, spread = image.shape[2], grid.shape[1], np.float32(compression)
    scales, chunks, columns = detail.shape[0] - 3, detail.shape[1], detail.shape[2]
    # One more than there may be: the last one of all has no lines.
    levels = (
        room_for_scale(balanced, 0, scales),
        room_for_scale(balanced, 1, scales),
        room_for_scale(balanced, 2, scales),
        room_for_scale(balanced, 3, scales),
    )
    scratches = (
        room_for_scratch(levels[0]),
        room_for_scratch(levels[1]),
        room_for_scratch(levels[2]),
    )
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
            if max(first_chunk - ahead + scale, 0) <= measured < chunks:
                measure_chunk(levels[scale], levels[scale + 1], scratches[scale], measured)
        if chunk < first_chunk:
            continue
        # The rows of blocks around the chunk: the first time three, then one more.
        first_row = chunk - 1 if chunk == first_chunk else chunk + 1
        for row in range(max(first_row, 0), min(chunk + 2, chunks)):
            for scale in range(scales):
                level, line = levels[scale], scratches[scale].blocks
                for part in range(PARTS):
                    quietest = level.quietest[part, row % POOL_RING]
                    pool_blocks(level.blocks[part], row, chunks, line, quietest)
        for scale in range(scales - 1, 0, -1):
            level, coarser, scratch = levels[scale], levels[scale + 1], scratches[scale]
            # Between two lines of a coarser scale lie lines of the finer one: it is a line ahead.
            start = chunk * level.cell + (chunk > first_chunk)
            for y in range(start, min(chunk * level.cell + level.cell + 1, level.height)):
                clean_line_of_scale(level, coarser, scratch, detail[3 + scale], y)
        level, coarser, scratch = levels[0], levels[1], scratches[0]
        for y in range(chunk * CELL, min(chunk * CELL + CELL, level.height)):
            above, below, below_share = rows_of_cells(y, chunks, CELL)
            for channel in range(3):
                enlarge_line(
                    detail[channel, above],
                    detail[channel, below],
                    below_share,
                    CELL,
                    scratch.cells,
                    level.details[channel],
                )
            clean_line_of_scale(level, coarser, scratch, detail[3], y)
            for channel in range(3):
                curves_of_line(grid[channel], above, below, below_share, curves)
                place_line(
                    level.cleans[channel, 0],
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
    chunks = detail.shape[1]
    for band in prange(bands):
        work_on_band(
            image,
            balanced,
            grid,
            detail,
            compression,
            strength,
            chunks * band // bands,
            chunks * (band + 1) // bands,
            result,
        )
