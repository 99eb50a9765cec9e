"""Small helpers for textures: colour conversion and smooth noise."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np


def linear(color: Sequence[float]) -> np.ndarray:
    """Linear RGB in [0, 1], (3,) float32, of sRGB values in [0, 255], by a 2.2 gamma."""
    return (np.asarray(color, np.float32) / 255) ** 2.2


def vary(rng: np.random.Generator, color: Sequence[float], amount: float = 18) -> np.ndarray:
    """A linear RGB colour near the sRGB ``color``; ``amount`` in 8-bit steps."""
    shift = rng.uniform(-amount, amount) + rng.uniform(-0.4 * amount, 0.4 * amount, 3)
    return linear(np.clip(np.asarray(color) + shift, 4, 252))


def smooth_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cells: Sequence[int],
) -> np.ndarray:
    """Sum of value-noise octaves, (h, w) float32 with mean about 0 and spread about 1.

    Args:
        rng: Source of the noise.
        shape: (h, w) of the result.
        cells: Number of noise cells along the longer side, one entry per octave; octave ``k`` is
            weighted ``1 / (k + 1)``.
    """
    total = np.zeros(shape, np.float32)
    for octave, count in enumerate(cells):
        grid = [max(int(count * side / max(shape)), 2) for side in shape]
        coarse = rng.standard_normal(grid, dtype=np.float32)
        total += cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC) / (octave + 1)
    return total


def plain(color: np.ndarray, rows: int = 1, cols: int = 1) -> np.ndarray:
    """A uniform (rows, cols, 3) float32 texture."""
    return np.array(np.broadcast_to(color, (rows, cols, 3)), np.float32, order='C')
