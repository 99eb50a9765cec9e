"""Exposure and sensor noise act on linear light, not on display values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DISPLAY_GAMMA = 2.2


def check_range(name: str, values: Sequence[float], zero: bool = False) -> tuple[float, float]:
    """Check a range of positive numbers.

    Args:
        name: The argument, for the error message.
        values: (lowest, highest).
        zero: Whether 0 is allowed, too.

    Returns:
        The range as floats.

    Raises:
        ValueError: If it is not two ascending numbers of that kind.
    """
    if len(values) != 2 or not 0 <= values[0] <= values[1] or (not zero and not values[0]):
        kind = 'numbers of at least 0' if zero else 'positive numbers'
        raise ValueError(f'{name} must be two ascending {kind}, got {values}')
    return float(values[0]), float(values[1])


def draw_log_uniform(values: tuple[float, float]) -> float:
    """Draw from a range so that each factor of two is as likely."""
    return float(np.exp(np.random.uniform(*np.log(values))))


def change_exposure(
    image: np.ndarray,
    exposure: float,
    gamma: float = 1.0,
    shot_noise: float = 0.0,
    read_noise: float = 0.0,
) -> np.ndarray:
    """Take a display-referred image again with another exposure.

    Args:
        image: Uint8, any shape.
        exposure: Factor on linear light.
        gamma: Exponent on linear light.
        shot_noise: Variance of the noise per unit of linear signal in [0, 1].
        read_noise: Constant variance of the noise.

    Returns:
        Uint8 of the same shape.

    Raises:
        TypeError: If the image is not uint8.
    """
    if image.dtype != np.uint8:
        raise TypeError(
            f'exposure works on uint8 images, got {image.dtype}; leave to_float32 of '
            'LoadImageFromFile off and darken before normalising'
        )
    levels = (np.arange(256, dtype=np.float32) / 255) ** DISPLAY_GAMMA
    light = ((levels * exposure) ** gamma)[image]
    if shot_noise or read_noise:
        noise = np.random.standard_normal(image.shape).astype(np.float32)
        light += noise * np.sqrt(light * shot_noise + read_noise)
    return np.rint(np.clip(light, 0, 1) ** (1 / DISPLAY_GAMMA) * 255).astype(np.uint8)
