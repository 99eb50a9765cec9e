"""An mmseg data set that says when its folder is missing or empty."""

from __future__ import annotations

import logging
from pathlib import Path

from mmengine.logging import print_log
from mmseg.datasets import BaseSegDataset

from .image_files import DATASET_SUFFIXES


def existing_image_folder(data_prefix: dict) -> str:
    """The folder of images of an mmseg data set.

    Args:
        data_prefix: The data set's, joined with its root.

    Returns:
        ``img_path``.

    Raises:
        FileNotFoundError: If the folder does not exist.
    """
    folder = data_prefix.get('img_path', '')
    if not Path(folder).is_dir():
        raise FileNotFoundError(f'data_prefix.img_path: there is no folder {folder!r}')
    return folder


class CheckedFolder(BaseSegDataset):
    """An mmseg data set, or a base ahead of another, that has to have at least one image."""

    def load_data_list(self) -> list[dict]:
        """List images and label maps, as mmseg does."""
        folder = existing_image_folder(self.data_prefix)
        entries = super().load_data_list()
        if not entries:
            raise ValueError(f'data_prefix.img_path: no image *{self.img_suffix} in {folder!r}')
        # A list of files names what is wanted, and label maps may lie beside the images.
        apart = not self.ann_file and self.data_prefix.get('seg_map_path') != folder
        others = _other_images(folder, self.img_suffix) if apart else []
        if others:
            print_log(
                f'data_prefix.img_path: {len(others)} images in {folder!r} do not end with '
                f'{self.img_suffix!r} and are left out, the first is {others[0]!r}; '
                'img_suffix says which are read',
                'current',
                logging.WARNING,
            )
        return entries


def _other_images(folder: str, suffix: str) -> list[str]:
    """Names of the images of a folder that have another suffix."""
    return sorted(
        path.name
        for path in Path(folder).iterdir()
        if not path.name.endswith(suffix) and path.suffix.lower() in DATASET_SUFFIXES
    )
