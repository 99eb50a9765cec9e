"""How much light there was in what a well-exposed picture cuts off."""

from __future__ import annotations

import cv2
import numpy as np

from .linear_light import draw_log_uniform

# Values above this may have been brighter than the camera could tell.
NEARLY_WHITE = 0.7


def check_highlights(most: float) -> float:
    """Check the argument ``highlights`` of a transform.

    Args:
        most: Most light of a highlight, in that of white.

    Returns:
        The value.

    Raises:
        ValueError: If it is less than 1.
    """
    if most < 1:
        raise ValueError(f'highlights must be at least 1, got {most}')
    return most


def draw_highlights(image: np.ndarray, most: float) -> np.ndarray:
    """Draw how much brighter than it looks what is nearly white was, in large patches.

    Args:
        image: uint8, (H, W, 3).
        most: Most light of a highlight, in that of white; drawn log-uniformly from 1 on.

    Returns:
        Factor on linear light, float32, (H, W, 1), at least 1.
    """
    height, width = image.shape[:2]
    coarse = np.random.rand(*2 * (np.random.randint(1, 5),)).astype(np.float32)
    patches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    white = (image.max(axis=2) / np.float32(255) - NEARLY_WHITE) / (1 - NEARLY_WHITE)
    most = draw_log_uniform((1.0, most))
    return (1 + (most - 1) * patches * np.maximum(white, 0) ** 1.5)[..., None]
