"""Find images that are too small for NIQE before NIQE does."""

from __future__ import annotations

from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

BLOCK = 96
MIN_BLOCKS = 2


@TRANSFORMS.register_module()
class CheckNIQESize(BaseTransform):
    """Check that an image is large enough for NIQE, which mmagic's metric does not.

    NIQE (Mittal et al., IEEE Signal Processing Letters 20(3), 2013) takes the covariance of
    features over the whole blocks of 96 x 96 pixels in an image, so it needs two of them. Without
    any, mmagic's metric ends in an index error; of one it gives a number that means nothing.

    Raises:
        ValueError: If ``img`` has fewer.
    """

    def transform(self, results: dict) -> dict:
        """Return ``results`` as they are."""
        height, width = results['img'].shape[:2]
        blocks = (height // BLOCK) * (width // BLOCK)
        if blocks < MIN_BLOCKS:
            raise ValueError(
                f'image {results["img_path"]!r} of {height} x {width} (H x W) is too small for '
                f'NIQE: it holds {blocks} whole blocks of {BLOCK} x {BLOCK}, and NIQE needs '
                f'{MIN_BLOCKS}. Take it out of the folder'
            )
        return results
