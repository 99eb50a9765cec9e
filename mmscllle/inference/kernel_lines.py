"""What the compiled code of the bilateral grid does with a line of pixels.

Numba keeps compiled code until the content of the function's own file changes, whatever it calls.
So each file that uses this one names its digest, which a test compares: after an update nobody
runs what was compiled from an older version.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

# As in the enhancer, whose file compiled code does not mind.
CELL = 8
# Numba takes a module's numbers for constants; float32 keeps it from computing in float64.
HALF, ONE, ZERO = np.float32(0.5), np.float32(1), np.float32(0)
TWO, FOUR, SIX = np.float32(2), np.float32(4), np.float32(6)
SHARE = np.float32(1 / 256)
SMALLEST = np.float32(1e-8)
FIRST, ANOTHER = np.int32(0), np.int32(1)
# A float32 is 2^(e - 127) (1 + m / 2^23), with m in the lower 23 bits and e above.
DIGITS, FRACTION, BIAS = np.int32(23), np.int32(0x7FFFFF), np.int32(127)
EXPONENT_OF_ONE = np.int32(0x3F800000)
# log2(1.5 + t) for t from -0.5 to 0.5, to 1e-7.
MIDDLE = np.float32(1.5)
_fit = np.polynomial.Chebyshev.interpolate(lambda t: np.log2(1.5 + t), 8, domain=(-0.5, 0.5))
P0, P1, P2, P3, P4, P5, P6, P7, P8 = _fit.convert(kind=np.polynomial.Polynomial).coef.astype(
    np.float32
)


@njit(fastmath=True, error_model='numpy', cache=True)
def compress_line(
    light: np.ndarray,
    compression: np.float32,
    scale: np.float32,
    stretched: np.ndarray,
    mantissa: np.ndarray,
    result: np.ndarray,
) -> None:
    r"""Compute :math:`s \log_2(1 + a x)` of a line of pixels.

    Args:
        light: x; what is outside of [0, 1] counts as 0 or 1.  All are float32, (W,).
        compression: a.
        scale: s.
        stretched: Written to, :math:`1 + a x`.
        mantissa: Overwritten.
        result: Written to.
    """
    bits, mantissa_bits = stretched.view(np.int32), mantissa.view(np.int32)
    for x in range(light.size):
        stretched[x] = ONE + compression * min(max(light[x], ZERO), ONE)
    for x in range(light.size):
        result[x] = np.float32(np.int32((bits[x] >> DIGITS) - BIAS))
        mantissa_bits[x] = (bits[x] & FRACTION) | EXPONENT_OF_ONE
    for x in range(light.size):
        t = mantissa[x] - MIDDLE
        logarithm = P0 + t * (
            P1 + t * (P2 + t * (P3 + t * (P4 + t * (P5 + t * (P6 + t * (P7 + t * P8))))))
        )
        result[x] = (result[x] + logarithm) * scale


@njit(fastmath=True, error_model='numpy', cache=True)
def average_down(lines: np.ndarray, y: int, height: int, result: np.ndarray) -> None:
    """Average a line with those above and below it binomially, times 16.

    :func:`average_along` divides by that.  What lies beyond the border is like the border.

    Args:
        lines: Of the picture, or a ring of them, float32, (H or fewer, W).
        y: The line.
        height: H.
        result: Written to, (W,).
    """
    ring = lines.shape[0]
    first, second = lines[max(y - 2, 0) % ring], lines[max(y - 1, 0) % ring]
    third, fourth = lines[y % ring], lines[min(y + 1, height - 1) % ring]
    fifth = lines[min(y + 2, height - 1) % ring]
    for x in range(result.size):
        result[x] = first[x] + fifth[x] + FOUR * (second[x] + fourth[x]) + SIX * third[x]


@njit(fastmath=True, error_model='numpy', cache=True)
def average_along(padded: np.ndarray, result: np.ndarray) -> None:
    """Average along a line binomially, and divide by 16.

    Args:
        padded: (W + 4,), of which the middle is filled; the ends are written to.
        result: Written to, (W,).
    """
    width = result.size
    # One by one: numba copies slices much more slowly.
    padded[0], padded[1] = padded[2], padded[2]
    padded[width + 2], padded[width + 3] = padded[width + 1], padded[width + 1]
    # Slices, as numba looks for negative indices, unless they count from 0, pixel by pixel.
    first, second = padded[:width], padded[1 : 1 + width]
    third, fourth, fifth = padded[2 : 2 + width], padded[3 : 3 + width], padded[4 : 4 + width]
    for x in range(width):
        result[x] = SHARE * (first[x] + fifth[x] + FOUR * (second[x] + fourth[x]) + SIX * third[x])


@njit(fastmath=True, error_model='numpy', cache=True)
def rows_of_cells(y: int, rows: int, cell: int) -> tuple[int, int, np.float32]:
    """Find the rows of cells that a line of pixels lies between.

    Args:
        y: The line.
        rows: How many rows of cells there are.
        cell: Height of a cell in pixels.

    Returns:
        The row above, the one below, and the share of the one below.
    """
    position = (np.float32(y) + HALF) / np.float32(cell) - HALF
    above = int(math.floor(position))
    return max(above, 0), min(above + 1, rows - 1), position - np.float32(above)


@njit(fastmath=True, error_model='numpy', cache=True)
def enlarge_line(
    above: np.ndarray,
    below: np.ndarray,
    weight: np.float32,
    cell: int,
    padded: np.ndarray,
    result: np.ndarray,
) -> np.ndarray:
    """Enlarge a value a cell to a line of pixels, bilinearly.

    Args:
        above: Of the row of cells above the line, float32, (w,).
        below: Of the one below it.
        weight: Share of the one below.
        cell: Width of a cell in pixels: 8, 4 or 2.
        padded: Overwritten, (w + 2,).
        result: Overwritten, (8 * (w + 1),).

    Returns:
        The line, a part of ``result``, (cell * w,).
    """
    columns = above.size
    for column in range(columns):
        padded[column + 1] = above[column] + weight * (below[column] - above[column])
    padded[0], padded[columns + 1] = padded[1], padded[columns]
    if cell == CELL:
        # With a constant the compiler does eight pixels at once.
        for column in range(columns + 1):
            step = (padded[column + 1] - padded[column]) / np.float32(CELL)
            for x in range(CELL):
                result[column * CELL + x] = padded[column] + (np.float32(x) + HALF) * step
    else:
        for column in range(columns + 1):
            step = (padded[column + 1] - padded[column]) / np.float32(cell)
            for x in range(cell):
                result[column * cell + x] = padded[column] + (np.float32(x) + HALF) * step
    return result[cell // 2 : cell // 2 + cell * columns]
