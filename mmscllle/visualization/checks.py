"""Checks shared by the drawing functions."""

from __future__ import annotations

import numpy as np


def check_rgb(image: np.ndarray, name: str) -> None:
    """Refuse what is not a picture.

    Args:
        image: Expected: uint8 array (H, W, 3), RGB.
        name: How the error message calls it.

    Raises:
        TypeError: If it is no numpy array or not uint8.
        ValueError: If its shape is not (H, W, 3) with H, W >= 1.
    """
    if not isinstance(image, np.ndarray):
        raise TypeError(f'{name} must be a numpy array, got {type(image).__name__}')
    if image.dtype != np.uint8:
        raise TypeError(f'{name} must be uint8 (0 to 255), got {image.dtype}')
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f'{name} must have shape (H, W, 3), got {image.shape}')
