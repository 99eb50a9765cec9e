"""Blocks and ringing of a JPEG file."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .shares import check_share


def check_quality(quality: Sequence[int]) -> tuple[int, int]:
    """Check a range of JPEG's quality, two ascending numbers of 1 to 100.

    Raises:
        ValueError: If it is none.
    """
    if len(quality) != 2 or not 1 <= quality[0] <= quality[1] <= 100:
        raise ValueError(f'quality must be two ascending numbers of 1 to 100, got {quality}')
    return int(quality[0]), int(quality[1])


def compress(image: np.ndarray, quality: tuple[int, int]) -> np.ndarray:
    """Compress ``image``, uint8 BGR (H, W, 3), at a quality drawn from a range; decompress it."""
    drawn = np.random.randint(quality[0], quality[1] + 1)
    _, content = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, drawn))
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR))


@TRANSFORMS.register_module()
class CompressJPEG(BaseTransform):
    """Compress ``img``, and ``second_img`` where there is one, as a camera does.

    Args:
        quality: Range of JPEG's quality, from 1 to 100.
        prob: Share of the pictures that are compressed.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, quality: Sequence[int] = (60, 97), prob: float = 0.5) -> None:
        self.quality = check_quality(quality)
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Compress ``results['img']`` and ``results['second_img']``, uint8 BGR (H, W, 3)."""
        for name in ('img', 'second_img'):
            if name in results and np.random.rand() < self.prob:
                results[name] = compress(results[name], self.quality)
        return results
