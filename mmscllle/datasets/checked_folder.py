"""An mmseg data set that says when its folder is missing or empty."""

from __future__ import annotations

from pathlib import Path

from mmseg.datasets import BaseSegDataset


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
        return entries
