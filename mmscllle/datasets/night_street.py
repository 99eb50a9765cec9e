"""The streets by day and by night that the quick start generates (``tools/night_street``)."""

from __future__ import annotations

from pathlib import Path

from mmseg.datasets import BaseSegDataset

from mmscllle.registry import DATASETS

from .companions import check_companions


@DATASETS.register_module()
class NightStreetDataset(BaseSegDataset):
    """Generated streets with labels of eight classes, in colours of CamVid.

    An image of ``night_val`` has the same street by day as its reference (``gt_path``).

    Args:
        img_suffix: Suffix of the images.
        seg_map_suffix: Suffix of the label maps.
        **kwargs: See mmseg's ``BaseSegDataset``.

    Raises:
        ValueError: If ``pipeline`` moves an image and not its reference.
    """

    METAINFO = dict(
        classes=('sky', 'building', 'pole', 'road', 'sidewalk', 'tree', 'car', 'pedestrian'),
        palette=[
            [128, 128, 128],
            [128, 0, 0],
            [192, 192, 128],
            [128, 64, 128],
            [0, 0, 192],
            [128, 128, 0],
            [64, 0, 128],
            [64, 64, 0],
        ],
    )

    def __init__(
        self, img_suffix: str = '.png', seg_map_suffix: str = '.png', **kwargs: object
    ) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)
        check_companions(self, 'pipeline')

    def load_data_list(self) -> list[dict]:
        """List images and label maps, and references where there are any."""
        entries = super().load_data_list()
        for entry in entries:
            path = Path(entry['img_path'])
            if path.parent.name == 'night_val':
                entry['gt_path'] = str(path.parent.with_name('day_val') / path.name)
        return entries
