"""NightCity: streets of many cities by night."""

from __future__ import annotations

from mmseg.datasets import CityscapesDataset

from mmscllle.registry import DATASETS

from .checked_folder import CheckedFolder


@DATASETS.register_module()
class NightCityDataset(CheckedFolder, CityscapesDataset):
    """NightCity (Tan et al., TIP 2021) with Cityscapes' 19 classes.

    Layout: that of NightCity-fine, the release with refined labels (Wei et al., *Disentangle then
    Parse*, ICCV 2023; github.com/w1oves/DTP)::

        nightcity-fine/val/img/Chicago_0002.png
        nightcity-fine/val/lbl/Chicago_0002_trainIds.png

    Label maps hold train ids.  The first release has ``images/<split>/*.png`` and
    ``label/<split>/*_labelIds.png``, with label ids: convert them with cityscapesScripts' table
    and give the new files' ``seg_map_suffix``.

    Args:
        img_suffix: Suffix of the images.
        seg_map_suffix: Suffix of the label maps.
        **kwargs: See mmseg's ``BaseSegDataset``.

    Raises:
        FileNotFoundError: If the folder of images does not exist.
        ValueError: If it holds no image.
    """

    def __init__(
        self, img_suffix: str = '.png', seg_map_suffix: str = '_trainIds.png', **kwargs: object
    ) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)
