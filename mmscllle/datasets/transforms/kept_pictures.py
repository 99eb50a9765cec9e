"""Pictures of a folder whose coarse look counts, read once and kept small."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from .loading import read_picture

# They are kept at most this wide and high.
KEPT_SIZE = 512


@lru_cache(maxsize=256)
def load_kept(path: str) -> np.ndarray:
    """Load a picture, uint8 BGR (H, W, 3), of at most :data:`KEPT_SIZE` pixels a side."""
    image = read_picture(path)
    factor = KEPT_SIZE / max(image.shape[:2])
    if factor >= 1:
        return image
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
