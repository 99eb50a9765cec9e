"""CamVid: street scenes by day and at dusk."""
from __future__ import annotations

from pathlib import Path

from mmseg.datasets import BaseSegDataset

from mmscllle.registry import DATASETS


@DATASETS.register_module()
class CamVidDataset(BaseSegDataset):
    """CamVid with its usual 11 classes (Brostow et al., *Semantic Object Classes in Video*, 2009).

    Layout: images and label maps of the same names in two folders; labels are class ids, 255 is
    void::

        camvid/img/<split>/0016E5_08001.jpg
        camvid/ann/<split>/0016E5_08001.png

    Args:
        img_suffix: Suffix of the images.
        seg_map_suffix: Suffix of the label maps.
        **kwargs: See mmseg's ``BaseSegDataset``.

    Raises:
        FileNotFoundError: If the folder of images does not exist.
        ValueError: If it holds no image.
    """

    METAINFO = dict(
        classes=('sky', 'building', 'pole', 'road', 'sidewalk', 'tree', 'sign', 'fence', 'car',
                 'pedestrian', 'bicyclist'),
        palette=[[128, 128, 128], [128, 0, 0], [192, 192, 128], [128, 64, 128], [0, 0, 192],
                 [128, 128, 0], [192, 128, 128], [64, 64, 128], [64, 0, 128], [64, 64, 0],
                 [0, 128, 192]])

    def __init__(self, img_suffix: str = '.jpg', seg_map_suffix: str = '.png',
                 **kwargs: object) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List images and label maps, as mmseg does."""
        folder = self.data_prefix.get('img_path', '')
        if not Path(folder).is_dir():
            raise FileNotFoundError(f'data_prefix.img_path: there is no folder {folder!r}')
        entries = super().load_data_list()
        if not entries:
            raise ValueError(f'data_prefix.img_path: no image *{self.img_suffix} in {folder!r}')
        return entries
