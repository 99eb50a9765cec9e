"""The pictures and the video that the page shows before anybody has opened a file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from shutil import copyfile

import numpy as np

from mmscllle.fileio import read_photograph
from mmscllle.video import Frame, VideoFormat, create_video

# Drawn by tools/draw_web_examples.py.
PICTURES = Path(__file__).parent / 'pictures'
NAMES = ('street', 'crossing', 'tall street')
# Which of them the video pans over, and its frames and their number a second.
PANNED, FRAMES, RATE = 'crossing', 36, 12


@dataclass
class Examples:
    """Files that the project draws itself.

    Attributes:
        pictures: Photographs, by what they are called.
        video: A short video.
    """

    pictures: dict[str, Path]
    video: Path

    @property
    def first(self) -> Path:
        """What the page shows at first."""
        return next(iter(self.pictures.values()))

    @property
    def all(self) -> list[Path]:
        """All files."""
        return [*self.pictures.values(), self.video]


def write_examples(folder: Path) -> Examples:
    """Write the examples.

    Args:
        folder: Where they go.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {}
    for name in NAMES:
        file = f'{name.replace(" ", "-")}.jpg'
        pictures[name] = folder / file
        copyfile(PICTURES / file, pictures[name])
    video = folder / 'drive.mp4'
    write_pan(read_photograph(pictures[PANNED]).frames[0], video)
    return Examples(pictures, video)


def write_pan(picture: np.ndarray, path: Path) -> None:
    """Write a video that pans over a picture, and back, with the noise of a camera."""
    rng = np.random.default_rng(0)
    height, width = picture.shape[0], picture.shape[1] // 2
    form = VideoFormat(height, width, Fraction(RATE))
    with create_video(path, form) as writer:
        for number in range(FRAMES):
            left = round((1 - np.cos(2 * np.pi * number / FRAMES)) / 2 * width)
            frame = picture[:, left : left + width] + rng.normal(0, 2, (height, width, 3))
            image = frame.round().clip(0, 255).astype(np.uint8)
            writer.write(Frame(image, Fraction(number, RATE)))
