"""Keep a segmentor from labelling pictures that show nothing it knows."""

from __future__ import annotations

from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS


@TRANSFORMS.register_module()
class WithoutPseudoLabels(BaseTransform):
    """Mark a picture as one that gets no pseudo-labels: it stays void.

    A segmentor of streets would find a class for each pixel of a still life, too.

    It stands ahead of this package's packing transforms, or behind mmseg's ``PackSegInputs``, which
    drops the mark: :class:`mmscllle.engine.hooks.PipelineHook` refuses it ahead of that.
    """

    # For mmscllle.datasets.pipelines.
    marks = 'pseudo_labels'

    def transform(self, results: dict) -> dict:
        """Set ``pseudo_labels`` to False, in the data sample where the picture is packed."""
        if 'data_samples' in results:
            results['data_samples'].set_metainfo(dict(pseudo_labels=False))
        else:
            results['pseudo_labels'] = False
        return results
