"""The lines of a scale of the pyramid that compiled code still needs, or overwrites.

As of :mod:`.kernel_lines`, files that use this one name its digest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import CELL

# 739df8ac0eec: digest of noise_lines.py, see there.
from .noise_lines import BLOCK_RING, PARTS, POOL, POOL_RING

# The rings of lines, in chunks.
RING = 8


class Scale(NamedTuple):
    """A scale, its lines and its blocks.

    A line y lies in the ring of R lines at y modulo R.  Arrays are float32.

    Attributes:
        cell: Lines of a chunk, and height and width of a block: 8, 4 or 2.
        height: H of this scale.
        image: RGB, (3, R, W); of the first scale the whole picture, (3, H, W).
        bases: Its lines, averaged, (3, R, W).
        cleans: Its lines without noise, (3, R, W); of the first scale one line, (3, 1, W).
        powers: Squares of grey and of colour, averaged along lines, (2, R, W).
        weights: How much of grey and of colour is no noise, (2, R, W).
        blocks: Sums of absolute values of grey and of colour in blocks, (2, BLOCK_RING, w).
        quietest: Of each block the quietest one around it, (2, POOL_RING, w).
        details: How much of the detail of a line is kept from the fifth number on, (3, 8 * w + 8).
    """

    cell: int
    height: int
    image: np.ndarray
    bases: np.ndarray
    cleans: np.ndarray
    powers: np.ndarray
    weights: np.ndarray
    blocks: np.ndarray
    quietest: np.ndarray
    details: np.ndarray


class Scratch(NamedTuple):
    """Lines of a scale that are overwritten.

    Attributes:
        padded: A line with two pixels more on either side, (3, W + 4).
        sizes: Absolute values of grey and of colour, (2, W).
        squares: Their squares, with two pixels more on either side, (2, W + 4).
        ratios: Factors, and how strong noise is in what there is, (2, W).
        blocks: A line of blocks, (w + 4,).
        cells: A line of cells, (w + 2,).
        enlarged: A line of cells, enlarged, (8 * w + 8,).
        mixed: The mean of two lines of the next scale, (W + 1,).
        under: What the next scale gives of a line, (3, W).
        under_weights: The weights of the next scale, 0 if there is none, (2, W).
    """

    padded: np.ndarray
    sizes: np.ndarray
    squares: np.ndarray
    ratios: np.ndarray
    blocks: np.ndarray
    cells: np.ndarray
    enlarged: np.ndarray
    mixed: np.ndarray
    under: np.ndarray
    under_weights: np.ndarray


@njit(fastmath=True, error_model='numpy', cache=True)
def room_for_scale(picture: np.ndarray, scale: int, scales: int) -> Scale:
    """Make room for the lines of a scale.

    Args:
        picture: RGB, (3, H, W).
        scale: Which one, from 0.
        scales: How many there are.  A scale beyond has no lines.

    Returns:
        The scale, its lines not yet filled.  Coarser scales keep all of their detail.
    """
    _, height, width = picture.shape
    columns = (width + CELL - 1) // CELL
    cell, own_height = CELL >> scale, ((height - 1) >> scale) + 1
    own_width = rows = 0
    if scale < scales:
        own_width, rows = ((width - 1) >> scale) + 1, RING * cell
    return Scale(
        cell,
        own_height,
        picture if scale == 0 else np.empty((3, rows, own_width), np.float32),
        np.empty((3, rows, own_width), np.float32),
        np.empty((3, 1 if scale == 0 else rows, own_width), np.float32),
        np.empty((PARTS, rows, own_width), np.float32),
        np.empty((PARTS, rows, own_width), np.float32),
        np.empty((PARTS, BLOCK_RING, columns), np.float32),
        np.empty((PARTS, POOL_RING, columns), np.float32),
        np.ones((3, (columns + 1) * CELL), np.float32),
    )


@njit(fastmath=True, error_model='numpy', cache=True)
def room_for_scratch(scale: Scale) -> Scratch:
    """Make room for the lines of a scale that are overwritten."""
    width, columns = scale.bases.shape[2], scale.blocks.shape[2]
    return Scratch(
        np.empty((3, width + 4), np.float32),
        np.empty((PARTS, width), np.float32),
        np.empty((PARTS, width + 4), np.float32),
        np.empty((PARTS, width), np.float32),
        np.empty(columns + 2 * POOL, np.float32),
        np.empty(columns + 2, np.float32),
        np.empty((columns + 1) * CELL, np.float32),
        np.empty(width + 1, np.float32),
        np.empty((3, width), np.float32),
        np.zeros((PARTS, width), np.float32),
    )
