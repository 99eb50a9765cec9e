"""Where in a picture there is light, drawn at random."""

from __future__ import annotations

import cv2
import numpy as np

# Cells of a random pattern, to each side.
CELLS = (2, 5)


def draw_light_pattern(image: np.ndarray, blur: float) -> tuple[np.ndarray, bool]:
    """Draw a smooth random pattern, or take the picture itself, blurred, as likely.

    Args:
        image: uint8, (H, W, 3).
        blur: Standard deviation of the blur in pixels.

    Returns:
        Levels, mostly in [0, 1], float32 (H, W), and whether they are those of the picture.
    """
    height, width = image.shape[:2]
    if np.random.rand() < 0.5:
        coarse = np.random.rand(*2 * (np.random.randint(*CELLS),)).astype(np.float32)
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), False
    return cv2.GaussianBlur(image, (0, 0), blur).max(axis=2) / np.float32(255), True
