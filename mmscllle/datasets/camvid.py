"""CamVid: street scenes by day and at dusk."""

from __future__ import annotations

from mmscllle.registry import DATASETS

from .checked_folder import CheckedFolder


@DATASETS.register_module()
class CamVidDataset(CheckedFolder):
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
        classes=(
            'sky',
            'building',
            'pole',
            'road',
            'sidewalk',
            'tree',
            'sign',
            'fence',
            'car',
            'pedestrian',
            'bicyclist',
        ),
        palette=[
            [128, 128, 128],
            [128, 0, 0],
            [192, 192, 128],
            [128, 64, 128],
            [0, 0, 192],
            [128, 128, 0],
            [192, 128, 128],
            [64, 64, 128],
            [64, 0, 128],
            [64, 64, 0],
            [0, 128, 192],
        ],
    )

    def __init__(
        self, img_suffix: str = '.jpg', seg_map_suffix: str = '.png', **kwargs: object
    ) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)
