"""The generated scenes as an mmseg data set."""
from __future__ import annotations

from pathlib import Path

from mmseg.datasets import BaseSegDataset

from mmscllle.registry import DATASETS

from .classes import CLASSES, PALETTE


@DATASETS.register_module()
class NightStreetDataset(BaseSegDataset):
    """What :func:`generate_night_street` writes.

    An image of ``night_val`` has the same street by day as its reference (``gt_path``).

    Args:
        img_suffix: Suffix of the images.
        seg_map_suffix: Suffix of the label maps.
        **kwargs: See mmseg's ``BaseSegDataset``.
    """

    METAINFO = dict(classes=CLASSES, palette=[list(color) for color in PALETTE])

    def __init__(self, img_suffix: str = '.png', seg_map_suffix: str = '.png',
                 **kwargs: object) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List images and label maps, and references where there are any."""
        entries = super().load_data_list()
        for entry in entries:
            path = Path(entry['img_path'])
            if path.parent.name == 'night_val':
                entry['gt_path'] = str(path.parent.with_name('day_val') / path.name)
        return entries
