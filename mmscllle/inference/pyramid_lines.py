"""What the compiled code does with a line of a pyramid, whose scales have half the size each.

As of :mod:`.kernel_lines`, files that use this one name its digest.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# 03278c704e38: digest of kernel_lines.py, see there.
from .kernel_lines import HALF


@njit(fastmath=True, error_model='numpy', cache=True)
def halve_line(line: np.ndarray, result: np.ndarray) -> None:
    """Take every second pixel.

    Args:
        line: (W,).
        result: Written to, (ceil(W / 2),).
    """
    for x in range(result.size):
        result[x] = line[2 * x]


@njit(fastmath=True, error_model='numpy', cache=True)
def double_line(
    lines: np.ndarray, y: int, height: int, mixed: np.ndarray, result: np.ndarray
) -> None:
    """Interpolate a line of a scale from those of the next, see :func:`.denoising.double`.

    Args:
        lines: A ring of lines of the next scale, (H or fewer, ceil(W / 2)).
        y: The line in this scale.
        height: H of the next scale.
        mixed: Overwritten, (ceil(W / 2) + 1,).
        result: Written to, (W,).
    """
    ring, width, half = lines.shape[0], result.size, lines.shape[1]
    upper, lower = lines[y // 2 % ring], lines[min((y + 1) // 2, height - 1) % ring]
    for x in range(half):
        mixed[x] = HALF * (upper[x] + lower[x])
    mixed[half] = mixed[half - 1]
    after = mixed[1:]
    for x in range(width // 2):
        result[2 * x] = mixed[x]
        result[2 * x + 1] = HALF * (mixed[x] + after[x])
    if width % 2:
        result[width - 1] = mixed[half - 1]
