"""Paste classes of a labelled picture into one that has no labels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from ..image_files import find_images
from .kept_pictures import load_kept
from .shares import check_share

# mmseg's label of pixels that do not count.
VOID = 255


@TRANSFORMS.register_module()
class ClassMix(BaseTransform):
    """Paste half of the classes of ``img`` into a picture drawn from a folder.

    Objects of a synthetic night then stand in a real one (Olsson et al., *ClassMix*, WACV 2021;
    between domains Tranheden et al., *DACS*, WACV 2021, who label the rest by a teacher).  Here
    the rest is void.

    Args:
        folder: Folders or glob patterns of real night pictures.
        prob: Share of the pictures that are changed.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If it holds no image, or ``prob`` is no share.
    """

    def __init__(self, folder: str | Sequence[str], prob: float = 1.0) -> None:
        self.paths = find_images(folder, 'ClassMix.folder')
        self.prob = check_share('prob', prob)

    def transform(self, results: dict) -> dict:
        """Change ``img``, uint8 (H, W, 3), and ``gt_seg_map``, uint8 (H, W).

        A picture without a class stays.

        Raises:
            KeyError: If there are no labels.
            ValueError: If there is a reference or a second shot: they would show another scene.
        """
        for name in ('gt_img', 'second_img'):
            if name in results:
                raise ValueError(f'ClassMix changes the scene, but {name} shows it as it was')
        if np.random.rand() >= self.prob:
            return results
        labels = results['gt_seg_map']
        classes = np.setdiff1d(labels, [VOID])
        if not len(classes):
            return results
        chosen = np.random.choice(classes, (len(classes) + 1) // 2, replace=False)
        pasted = np.isin(labels, chosen)
        night = self._draw_night(labels.shape)
        results['img'] = np.where(pasted[..., None], results['img'], night)
        results['gt_seg_map'] = np.where(pasted, labels, VOID).astype(labels.dtype)
        return results

    def _draw_night(self, size: Sequence[int]) -> np.ndarray:
        """A random part, of ``size``, of a random picture, flipped or not."""
        picture = load_kept(self.paths[np.random.randint(len(self.paths))])
        factor = max(
            wanted / extent for wanted, extent in zip(size, picture.shape[:2], strict=True)
        )
        if factor > 1:
            # Rounded up, so that it is at least of the size.
            height, width = (int(np.ceil(extent * factor)) for extent in picture.shape[:2])
            picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
        top, left = (
            np.random.randint(extent - wanted + 1)
            for extent, wanted in zip(picture.shape[:2], size, strict=True)
        )
        part = picture[top : top + size[0], left : left + size[1]]
        return part[:, ::-1] if np.random.rand() < 0.5 else part
