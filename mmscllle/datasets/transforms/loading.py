"""Load what mmseg's transforms do not, or do not check."""
from __future__ import annotations

from mmcv.transforms import BaseTransform, LoadImageFromFile
from mmseg.datasets.transforms import LoadAnnotations

from mmscllle.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadLabelMap(LoadAnnotations):
    """mmseg's ``LoadAnnotations``, which also checks that the label map fits the image.

    Raises:
        ValueError: If the label map is of another size.
    """

    def transform(self, results: dict) -> dict:
        """Add ``gt_seg_map``, uint8 (H, W)."""
        results = super().transform(results)
        size, image_size = results['gt_seg_map'].shape, results['img'].shape[:2]
        if size != image_size:
            raise ValueError(f"label map {results['seg_map_path']!r} is of size {size}, its image "
                             f"{results['img_path']!r} of {image_size}")
        return results


@TRANSFORMS.register_module()
class LoadReference(BaseTransform):
    """Load the reference image ``gt_path``, where there is one, into ``gt_img``.

    Args:
        **kwargs: See mmcv's ``LoadImageFromFile``.

    Raises:
        ValueError: If image and reference differ in size.
    """

    def __init__(self, **kwargs: object) -> None:
        self.load = LoadImageFromFile(**kwargs)

    def transform(self, results: dict) -> dict:
        """Add ``gt_img``, uint8 BGR (H, W, 3)."""
        if 'gt_path' not in results:
            return results
        reference = self.load(dict(img_path=results['gt_path']))['img']
        if reference.shape != results['img'].shape:
            raise ValueError(f"reference {results['gt_path']!r} is of shape {reference.shape}, its "
                             f"image {results['img_path']!r} of {results['img'].shape}")
        results['gt_img'] = reference
        return results
