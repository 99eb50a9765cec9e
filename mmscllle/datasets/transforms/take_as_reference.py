"""A well-exposed picture is the reference of what is darkened from it."""

from __future__ import annotations

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .flips import note_flip

# Of the bilateral filter that takes local contrast out: levels, of 1, and pixels.
LEVELS, PIXELS = 0.2, 5.0


@TRANSFORMS.register_module()
class TakeAsReference(BaseTransform):
    r"""Keep a copy of ``img``, which transforms that follow darken, as ``gt_img``.

    Its local contrast may be made stronger, :math:`x + 4 c x (1 - x) (x - B(x))`, with a bilateral
    filter :math:`B`, which leaves strong edges alone (Tomasi and Manduchi, *Bilateral Filtering
    for Gray and Color Images*, ICCV 1998).  Black and white stay as they are.

    Args:
        local_contrast: c; 0 keeps the picture as it is.

    Raises:
        ValueError: If it is negative.
    """

    # For mmscllle.datasets.companions: what it adds, a copy and no file.
    companion, source = 'gt_img', None

    def __init__(self, local_contrast: float = 0.0) -> None:
        if local_contrast < 0:
            raise ValueError(f'local_contrast must not be negative, got {local_contrast}')
        self.local_contrast = local_contrast

    def transform(self, results: dict) -> dict:
        """Add ``gt_img``."""
        image = results['img']
        if self.local_contrast:
            light = image.astype(np.float32) / 255
            smooth = cv2.bilateralFilter(light, -1, LEVELS, PIXELS)
            light += self.local_contrast * 4 * light * (1 - light) * (light - smooth)
            image = np.rint(light.clip(0, 1) * 255).astype(np.uint8)
        results['gt_img'] = image.copy()
        note_flip(results, 'gt_img', loaded=False)
        return results
