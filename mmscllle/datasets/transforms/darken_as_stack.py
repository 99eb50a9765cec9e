"""Darken a picture as a real camera would: by a curve measured between two shots of a scene."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmscllle.registry import TRANSFORMS

from ..exposure_stack import ExposureStackDataset
from .highlights import check_highlights, draw_highlights
from .linear_light import DISPLAY_GAMMA, check_range
from .loading import read_picture
from .match_quantiles import count_levels, quantile_tables


@TRANSFORMS.register_module()
class DarkenAsStack(BaseTransform):
    """Darken ``img`` by the curve that takes a bright shot of some scene to a dark one.

    Two shots of a camera that stood still see the same light, so that the quantiles of one belong
    to those of the other: a measured brightness transfer function (Grossberg and Nayar,
    *Determining the camera response from images: what is knowable?*, IEEE Trans. PAMI 25(11),
    2003). It has the tone curve and the white balance of that camera. It is drawn from
    all scenes, whatever the picture: no shot becomes the reference of another.

    What is nearly white stands for light of up to ``highlights`` times white, in large patches:
    well-exposed pictures are cut off there, dark ones show lamps and skies. As the curve ends at
    white, a display gamma of 2.2 makes them brighter.

    Args:
        data_root: Folder of exposure stacks, see :class:`ExposureStackDataset`.
        bright: Range of the mean luma, of 255, of the bright shots.
        dark: Range of the mean luma of the dark shots.
        highlights: Most light of a highlight, in that of white; drawn log-uniformly from 1 on.
        split: ``'train'``, ``'val'`` or ``'all'`` scenes.
        fold: Of the scenes, the first of each so many are for validation.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If a range is not two ascending positive numbers, ``dark`` reaches ``bright``,
            ``highlights`` is less than 1, or no scene has shots of both.
        OSError: If a shot cannot be read.
    """

    def __init__(
        self,
        data_root: str,
        bright: Sequence[float] = (100, 142),
        dark: Sequence[float] = (5, 90),
        highlights: float = 25.0,
        split: str = 'train',
        fold: int = 5,
    ) -> None:
        if check_range('dark', dark)[1] >= check_range('bright', bright)[0]:
            raise ValueError(f'dark must end below bright, {bright}, got {dark}')
        self.highlights = check_highlights(highlights)
        brights, darks = (
            list(ExposureStackDataset(data_root, 'positive', [means], split, fold))
            for means in (bright, dark)
        )
        self.pairs = [
            (from_shot['img_path'], to_shot['img_path'])
            for from_shot in brights
            for to_shot in darks
            if from_shot['scene'] == to_shot['scene']
        ]
        if not self.pairs:
            raise ValueError(
                f'data_root: no scene in {data_root!r}, split {split!r}, has shots of mean '
                f'{bright} and {dark}; widen bright or dark'
            )
        self.tables: dict[tuple[str, str], np.ndarray] = {}

    def transform(self, results: dict) -> dict:
        """Darken ``results['img']``, uint8 BGR (H, W, 3)."""
        pair = self.pairs[np.random.randint(len(self.pairs))]
        if pair not in self.tables:
            counts = (count_levels(read_picture(path)) for path in pair)
            self.tables[pair] = quantile_tables(*counts).astype(np.float32)
        image = results['img']
        brighter = draw_highlights(image, self.highlights) ** (1 / DISPLAY_GAMMA)
        dark = cv2.LUT(image, self.tables[pair][None]) * brighter
        results['img'] = np.rint(dark.clip(0, 255)).astype(np.uint8)
        return results
