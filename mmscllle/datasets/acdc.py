"""ACDC: streets by night and in fog, rain and snow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmseg.datasets import CityscapesDataset

from mmscllle.registry import DATASETS

from .checked_folder import existing_image_folder

CONDITIONS = ('fog', 'night', 'rain', 'snow')
SPLITS = ('train', 'val', 'test')


@DATASETS.register_module()
class ACDCDataset(CityscapesDataset):
    """ACDC with Cityscapes' 19 classes (Sakaridis et al., ICCV 2021; acdc.vision.ee.ethz.ch).

    Layout: that of the archives ``rgb_anon_trainvaltest``, ``gt_trainval`` and
    ``gt_trainval_ref``.  Each image has a reference, the same place on a clear day; about half of
    these have labels, and no image of ``test`` has::

        acdc/rgb_anon/fog/train/GOPR0475/GOPR0475_frame_000041_rgb_anon.png
        acdc/gt/fog/train/GOPR0475/GOPR0475_frame_000041_gt_labelTrainIds.png
        acdc/rgb_anon/fog/train_ref/GOPR0475/GOPR0475_frame_000041_rgb_ref_anon.png
        acdc/gt/fog/train_ref/GOPR0475/GOPR0475_frame_000041_gt_ref_labelTrainIds.png

    Args:
        conditions: Which of ``'fog'``, ``'night'``, ``'rain'`` and ``'snow'``; None for all that
            lie below ``data_prefix``.
        split: ``'train'``, ``'val'`` or ``'test'``; None for all that lie below ``data_prefix``.
        reference: Take the clear-day references.  With a ``seg_map_path`` only those that have
            labels.
        data_prefix: ``img_path`` and ``seg_map_path``; a folder further down will also do, such
            as ``rgb_anon/night/val``.  Leave ``seg_map_path`` out for images without labels.
        img_suffix: Suffix of the images; by default as above.
        seg_map_suffix: Suffix of the label maps; by default as above.
        **kwargs: See mmseg's ``BaseSegDataset``.

    Raises:
        ValueError: If a condition or the split is unknown, or one that is asked for has no image.
        FileNotFoundError: If the folder of images does not exist.
    """

    def __init__(
        self,
        conditions: str | Sequence[str] | None = None,
        split: str | None = None,
        reference: bool = False,
        data_prefix: dict | None = None,
        img_suffix: str | None = None,
        seg_map_suffix: str | None = None,
        **kwargs: object,
    ) -> None:
        self.conditions = (conditions,) if isinstance(conditions, str) else conditions
        unknown = set(self.conditions or ()) - set(CONDITIONS)
        if unknown or (conditions is not None and not conditions):
            raise ValueError(f'conditions must be of {", ".join(CONDITIONS)}, got {conditions!r}')
        if split not in (None, *SPLITS):
            raise ValueError(
                f'split must be one of {", ".join(SPLITS)}, got {split!r}; '
                'for the clear-day images set reference=True'
            )
        self.split = split
        self.reference = reference
        kind = '_ref' if reference else ''
        super().__init__(
            img_suffix=img_suffix or f'_rgb{kind}_anon.png',
            seg_map_suffix=seg_map_suffix or f'_gt{kind}_labelTrainIds.png',
            data_prefix=data_prefix or dict(img_path='rgb_anon', seg_map_path='gt'),
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the images of the conditions and the split that are asked for."""
        folder = existing_image_folder(self.data_prefix)
        found: dict[str, list[dict]] = {}
        for entry in super().load_data_list():
            condition, split = Path(entry['img_path']).parts[-4:-2]
            if self.split in (None, split[: -len('_ref')] if self.reference else split):
                found.setdefault(condition, []).append(entry)
        conditions = self.conditions or sorted(found)
        missing = [condition for condition in conditions if condition not in found]
        if missing or not found:
            raise ValueError(
                f'no image *{self.img_suffix} of {", ".join(missing) or "ACDC"}, '
                f'split {self.split}, in {folder!r}'
            )
        entries = [entry for condition in conditions for entry in found[condition]]
        if not self.reference:
            return entries
        return [
            entry
            for entry in entries
            if 'seg_map_path' not in entry or Path(entry['seg_map_path']).is_file()
        ]
