"""A well-exposed picture is the reference of what is darkened from it."""
from __future__ import annotations

from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS


@TRANSFORMS.register_module()
class TakeAsReference(BaseTransform):
    """Keep a copy of ``img``, which transforms that follow darken, as ``gt_img``."""

    def transform(self, results: dict) -> dict:
        """Add ``gt_img``."""
        results['gt_img'] = results['img'].copy()
        return results
