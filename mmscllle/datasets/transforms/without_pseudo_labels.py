"""Keep a segmentor from labelling pictures that show nothing it knows."""

from __future__ import annotations

from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS


@TRANSFORMS.register_module()
class WithoutPseudoLabels(BaseTransform):
    """Mark a picture as one that gets no pseudo-labels: it stays void.

    A segmentor of streets would find a class for each pixel of a still life, too.
    """

    def transform(self, results: dict) -> dict:
        """Set ``results['pseudo_labels']`` to False."""
        results['pseudo_labels'] = False
        return results
