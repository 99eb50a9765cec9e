"""The images that a config names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from glob import glob
from pathlib import Path

from mmengine.dataset import Compose
from torch.utils.data import Dataset

from mmscllle.utils.folders import walk_files

DATASET_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')


def find_images(sources: str | Sequence[str], key: str, root: str | None = None) -> list[str]:
    """List the images below folders, or those that glob patterns match.

    Args:
        sources: Folders (searched recursively, hidden files left out) or glob patterns such as
            ``'SICE/*/1.JPG'``.
        key: The config key that names them, for error messages.
        root: Folder that relative sources start from.

    Returns:
        Sorted paths, each once.

    Raises:
        TypeError: If ``sources`` is neither a string nor a list of strings, or one is empty.
        FileNotFoundError: If a folder does not exist.
        OSError: If a folder, or one below it, cannot be listed; a pattern passes over it.
        ValueError: If a source holds no image.
    """
    if isinstance(sources, str):
        sources = [sources]
    if (
        not isinstance(sources, (list, tuple))
        or not sources
        or not all(isinstance(source, str) and source for source in sources)
    ):
        raise TypeError(f'{key} must name one folder or more, got {sources!r}')
    found: set[str] = set()
    for source in sources:
        path = Path(root or '', source)
        if any(sign in source for sign in '*?['):
            files = [Path(name) for name in glob(str(path), recursive=True)]
        elif path.is_dir():
            files = list(walk_files(path, follow_links=True))
        else:
            raise FileNotFoundError(f'{key}: there is no folder {str(path)!r}')
        images = {str(file) for file in files if file.suffix.lower() in DATASET_SUFFIXES}
        if not images:
            raise ValueError(
                f'{key}: no image in {str(path)!r}; '
                f'suffixes looked for: {", ".join(DATASET_SUFFIXES)}'
            )
        found |= images
    return sorted(found)


class ImageFiles(Dataset):
    """Images by themselves, of files that are known.

    Args:
        paths: The files.
        pipeline: Transforms of ``dict(img_path=…)``.
    """

    def __init__(self, paths: Sequence[str], pipeline: Sequence[dict | Callable]) -> None:
        self.paths = list(paths)
        self.pipeline = Compose(pipeline)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.paths)

    def get_data_info(self, index: int) -> dict:
        """The dict that the transforms start from."""
        return dict(img_path=self.paths[index])

    def __getitem__(self, index: int) -> dict:
        """The image as ``pipeline`` gives it."""
        return self.pipeline(self.get_data_info(index))
