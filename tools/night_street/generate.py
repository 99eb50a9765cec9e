"""Write the data set to a folder."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from .exposure import expose
from .lighting import light_day, light_night
from .scene import build_scene

SPLITS = ('day_train', 'day_val', 'night_train', 'night_val')
MARKER = 'night_street.json'
MIN_SIDE = 32
# At night the camera is exposed for 1.3 to 2.3 stops less than the streets would need: it moves.
NIGHT_EXPOSURE = (0.2, 0.4)
# Each stream of scenes is independent of the others; validation shows one stream twice.
_DAY_TRAIN, _NIGHT_TRAIN, _VAL = range(3)


class _Task(NamedTuple):
    """One scene to render: its random stream and number, and the splits it goes to."""

    stream: int
    index: int
    splits: tuple[str, ...]


def render_street(
    entropy: tuple[int, ...],
    size: tuple[int, int],
    times: tuple[str, ...],
) -> tuple[np.ndarray, ...]:
    """Render one random street.

    Args:
        entropy (tuple[int]): Seeds the scene, its lighting and the noise.
        size (tuple[int]): (height, width) in pixels.
        times (tuple[str]): Which pictures to take of it, of 'day' and 'night'.

    Returns:
        tuple[np.ndarray]: The labels, (height, width) uint8, then one (height, width, 3) uint8
        BGR picture per entry of ``times``.
    """
    height, width = size
    scene = build_scene(np.random.default_rng([*entropy, 0]), height, width)
    pictures = []
    for time in times:
        if time == 'day':
            rng = np.random.default_rng([*entropy, 1])
            pictures.append(expose(light_day(scene, rng), rng, 2e-4, 0.002))
        elif time == 'night':
            rng = np.random.default_rng([*entropy, 2])
            radiance = light_night(scene, rng) * np.float32(rng.uniform(*NIGHT_EXPOSURE))
            pictures.append(expose(radiance, rng, rng.uniform(2e-4, 8e-4), rng.uniform(8e-4, 2e-3)))
        else:
            raise ValueError(f"times has to hold 'day' or 'night', got {time!r}")
    return (scene.surface.labels, *pictures)


def _check(out_dir: Path, num_train: int, num_val: int, size: tuple[int, int]) -> None:
    for name, count in (('num_train', num_train), ('num_val', num_val)):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f'{name} has to be a positive integer, got {count!r}')
    if (
        not isinstance(size, (tuple, list))
        or len(size) != 2
        or not all(isinstance(side, int) and side >= MIN_SIDE for side in size)
    ):
        raise ValueError(
            'size has to be (height, width), two integers of at least '
            f'{MIN_SIDE} pixels, got {size!r}'
        )
    if out_dir.exists() and not out_dir.is_dir():
        raise NotADirectoryError(f'out_dir is a file: {out_dir}; name a folder')
    if out_dir.is_dir() and any(out_dir.iterdir()) and not (out_dir / MARKER).is_file():
        raise FileExistsError(
            f'out_dir is not empty and was not written by this generator (it has '
            f'no {MARKER}): {out_dir}; name an empty or new folder'
        )


def _prepare(out_dir: Path) -> None:
    """Make the folders; clear pictures of an earlier run."""
    for kind in ('img', 'ann'):
        for split in SPLITS:
            folder = out_dir / kind / split
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob('street_*.png'):
                old.unlink()


def _tasks(num_train: int, num_val: int) -> list[_Task]:
    return (
        [_Task(_DAY_TRAIN, k, ('day_train',)) for k in range(num_train)]
        + [_Task(_NIGHT_TRAIN, k, ('night_train',)) for k in range(num_train)]
        + [_Task(_VAL, k, ('day_val', 'night_val')) for k in range(num_val)]
    )


def generate_night_street(
    out_dir: str | Path,
    num_train: int = 80,
    num_val: int = 20,
    size: tuple[int, int] = (192, 256),
    seed: int = 0,
    workers: int = 1,
    advanced: Callable[[], None] = lambda: None,
) -> None:
    """Render streets by day and by night, with labels, in the layout of the CamVid folders.

    ``img/{day_train,day_val,night_train,night_val}/street_*.png`` are pictures,
    ``ann/{same}/street_*.png`` their labels: one channel, uint8, ids as in ``classes.py``, 255 for
    what belongs to no class. ``day_val`` and ``night_val`` show the same streets under the
    same names, so that the day picture is the reference of the night one; ``night_train`` shows
    other streets than ``day_train``. The same arguments give the same pixels.

    Args:
        out_dir (str | Path): A new or empty folder, or one that this function wrote earlier, which
            is then replaced.
        num_train (int): Pictures in each of ``day_train`` and ``night_train``.
        num_val (int): Pictures in each of ``day_val`` and ``night_val``.
        size (tuple[int]): (height, width) in pixels, at least 32 each.
        seed (int): Not negative.
        workers (int): Processes that draw; the pixels are the same for any number.
        advanced: Called after each street.

    Raises:
        ValueError: If a number or the size is not as above.
        FileExistsError: If ``out_dir`` holds files that are not this function's.
        NotADirectoryError: If ``out_dir`` is a file.
        OSError: If a picture cannot be written.
    """
    out_dir = Path(out_dir)
    _check(out_dir, num_train, num_val, size)
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f'seed has to be an integer that is not negative, got {seed!r}')
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / MARKER).write_text(
        json.dumps(dict(num_train=num_train, num_val=num_val, size=size, seed=seed), indent=1),
        encoding='utf-8',
    )
    _prepare(out_dir)
    draw = partial(_draw, out_dir, tuple(size), seed)
    tasks = _tasks(num_train, num_val)
    if workers <= 1:
        for task in tasks:
            draw(task)
            advanced()
        return
    # A fork has the libraries loaded; a fresh process would import those of the caller, too.
    method = 'fork' if hasattr(os, 'fork') else None
    with multiprocessing.get_context(method).Pool(workers, cv2.setNumThreads, (0,)) as pool:
        for _ in pool.imap_unordered(draw, tasks):
            advanced()


def _draw(out_dir: Path, size: tuple[int, int], seed: int, task: _Task) -> None:
    """Draw one street and write its pictures and labels."""
    labels, *pictures = render_street(
        (seed, task.stream, task.index), size, tuple(split.split('_')[0] for split in task.splits)
    )
    for split, picture in zip(task.splits, pictures, strict=True):
        name = f'street_{task.index:05d}.png'
        for path, image in (
            (out_dir / 'img' / split / name, picture),
            (out_dir / 'ann' / split / name, labels),
        ):
            if not cv2.imwrite(str(path), image):
                raise OSError(f'cannot write {path}; is there space and permission?')
