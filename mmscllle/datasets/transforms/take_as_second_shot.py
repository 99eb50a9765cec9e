"""A picture without a reference, and what is darkened from it, should become one picture."""

from __future__ import annotations

from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from .flips import note_flip


@TRANSFORMS.register_module()
class TakeAsSecondShot(BaseTransform):
    """Keep a copy of ``img``, which transforms that follow darken, as ``second_img``."""

    # For mmscllle.datasets.companions: what it adds, a copy and no file.
    companion, source = 'second_img', None

    def transform(self, results: dict) -> dict:
        """Add ``second_img``."""
        results['second_img'] = results['img'].copy()
        note_flip(results, 'second_img', loaded=False)
        return results
