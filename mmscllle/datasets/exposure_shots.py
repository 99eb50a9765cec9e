"""Stacks of exposures on disk: which shots a scene has, and how bright each is."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
from mmengine.logging import print_log
from mmengine.utils import track_iter_progress

from .image_files import find_images

# SICE's folder of fused references, which are no shots.
NOT_SCENES = ('label',)
NAME_WITH_MEAN = re.compile(r'(\d{2,})_(\d{3})')
# How far the mean in a name may be from the measured one: names round, and JPEG changes pixels.
TOLERANCE = 4.0
# Scenes whose brightest shot is measured to see whether names tell means.
CHECKED = 5
THREADS = 4


class Shot(NamedTuple):
    """One exposure of a scene.

    Attributes:
        path: The file.
        mean: Mean over its pixels of luma, 0.299 R + 0.587 G + 0.114 B of display values, 0 to 255.
    """

    path: str
    mean: float


def read_stacks(root: str) -> dict[str, list[Shot]]:
    """List the shots of each scene from dark to bright.

    Each folder in ``root`` is a scene. Where its files are named ``NN_MEAN`` (``00_015.jpg``,
    ``01_028.jpg``, ...: a running number and the mean in three digits), means are those of the
    names, if the brightest shots of the first scenes are so bright: numbers may be shutter times,
    too. Otherwise they are measured, once in a process.

    Args:
        root: Folder of the scenes. Its folder ``Label``, as SICE has it, is left out.

    Returns:
        Shots by the name of the scene, sorted by it.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it holds no scene, or a scene no image.
        OSError: If an image that has to be measured cannot be read.
    """
    if not Path(root).is_dir():
        raise FileNotFoundError(f'data_root: there is no folder {root!r}')
    folders = sorted(
        path
        for path in Path(root).iterdir()
        if path.is_dir() and path.name.lower() not in NOT_SCENES and not path.name.startswith('.')
    )
    if not folders:
        raise ValueError(
            f'data_root: {root!r} holds no folder; give one that has a folder of '
            'shots for each scene'
        )
    files = {folder.name: find_images(str(folder), 'data_root') for folder in folders}
    means = {scene: _means_of_names(paths) for scene, paths in files.items()}
    named = [(files[scene][-1], own[-1]) for scene, own in means.items() if own]
    if not all(_are_means(*brightest) for brightest in named[:CHECKED]):
        means = dict.fromkeys(files)
    unknown = [path for scene, paths in files.items() if means[scene] is None for path in paths]
    measured = dict(zip(unknown, _measure(unknown, root), strict=True))
    return {
        scene: sorted(
            (
                Shot(path, mean)
                for path, mean in zip(
                    paths, means[scene] or [measured[path] for path in paths], strict=True
                )
            ),
            key=lambda shot: shot.mean,
        )
        for scene, paths in files.items()
    }


@cache
def measure_mean(path: str) -> float:
    """Mean luma of an image (ITU-R BT.601).

    Of a JPEG file a copy at an eighth of the size is read, for which it need not be decoded in
    full; of others such a copy would leave most pixels out.

    Args:
        path: The file.

    Returns:
        The mean over pixels, 0 to 255.

    Raises:
        OSError: If it cannot be read.
    """
    is_jpeg = Path(path).suffix.lower() in ('.jpg', '.jpeg')
    image = cv2.imread(path, cv2.IMREAD_REDUCED_GRAYSCALE_8 if is_jpeg else cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise OSError(f'image {path!r} is damaged or no image')
    return float(image.mean())


def _means_of_names(paths: list[str]) -> list[float] | None:
    """The means that the names of a scene's files tell; None where they are other names."""
    found = [match for path in paths if (match := NAME_WITH_MEAN.fullmatch(Path(path).stem))]
    if len(found) < len(paths):
        return None
    means = [float(match[2]) for match in found]
    # Names of other cameras may look alike, but do not count up together with brightness.
    counted = [int(match[1]) for match in found] == list(range(len(paths)))
    return means if counted and means == sorted(means) and means[-1] <= 255 else None


def _are_means(path: str, mean: float) -> bool:
    """Whether the name of a shot tells its mean; of one that cannot be read nothing is known."""
    try:
        return abs(measure_mean(path) - mean) <= TOLERANCE
    except OSError:
        return True


def _measure(paths: list[str], root: str) -> list[float]:
    if not paths:
        return []
    print_log(f'measuring how bright the {len(paths)} shots in {root!r} are', 'current')
    with ThreadPoolExecutor(THREADS) as threads:
        return list(track_iter_progress((threads.map(measure_mean, paths), len(paths))))
