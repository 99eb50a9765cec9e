"""Crop all pictures of a scene alike."""

from __future__ import annotations

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .shares import check_share

# What is cropped, where it is there, and how it is reduced: classes have no mean.
PICTURES = dict(
    img=cv2.INTER_AREA,
    second_img=cv2.INTER_AREA,
    gt_img=cv2.INTER_AREA,
    gt_seg_map=cv2.INTER_NEAREST,
)


@TRANSFORMS.register_module()
class RandomSquareCrop(BaseTransform):
    """Cut a random square out of ``img``, ``second_img``, ``gt_img`` and ``gt_seg_map`` alike.

    The square is of the size asked for, or it is larger and then reduced to it, so that a network
    sees details as well as whole pictures.  Half of the squares are flipped.

    Args:
        size: Height and width of the result in pixels.
        zoom_prob: Share of the squares whose side is drawn between ``size`` and the picture's
            shorter side.

    Raises:
        ValueError: If an argument is out of range.
    """

    # For mmscllle.datasets.companions.
    moves_all = True

    def __init__(self, size: int, zoom_prob: float = 0.5) -> None:
        if size < 1:
            raise ValueError(f'size must be at least 1 pixel, got {size}')
        self.size = size
        self.zoom_prob = check_share('zoom_prob', zoom_prob)

    def transform(self, results: dict) -> dict:
        """Crop.

        Raises:
            ValueError: If the picture is smaller than the square, or the pictures differ in size.
        """
        height, width = results['img'].shape[:2]
        shorter = min(height, width)
        if shorter < self.size:
            raise ValueError(
                f'{results["img_path"]!r} of {height} x {width} pixels is smaller '
                f'than the square of {self.size} that RandomSquareCrop cuts out'
            )
        zoomed = np.random.rand() < self.zoom_prob
        side = np.random.randint(self.size, shorter + 1) if zoomed else self.size
        top, left = (np.random.randint(extent - side + 1) for extent in (height, width))
        flipped = np.random.rand() < 0.5
        for name, interpolation in PICTURES.items():
            picture = results.get(name)
            if picture is None:
                continue
            if picture.shape[:2] != (height, width):
                raise ValueError(
                    f'{name} of {results["img_path"]!r} is of {picture.shape[:2]} '
                    f'pixels, img of {(height, width)}'
                )
            square = picture[top : top + side, left : left + side]
            if side != self.size:
                square = cv2.resize(square, (self.size, self.size), interpolation=interpolation)
            results[name] = np.ascontiguousarray(square[:, ::-1] if flipped else square)
        results['img_shape'] = (self.size, self.size)
        return results
