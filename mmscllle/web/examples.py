"""The pictures and the video that the page shows before anybody has opened a file."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmscllle.datasets.night_street import render_street
from mmscllle.fileio import Photograph, write_photograph
from mmscllle.video import Frame, VideoFormat, create_video

# Streets whose nights differ: seed, height, width.
STREETS = (('street', 5, 640, 960), ('crossing', 11, 480, 720), ('tall street', 2, 640, 480))
FRAMES, RATE = 36, 12


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
    """Draw the examples.

    Args:
        folder: Where they go.

    Returns:
        The files.
    """
    pictures = {}
    for name, seed, height, width in STREETS:
        pictures[name] = folder / f'{name.replace(" ", "-")}.jpg'
        write_photograph(Photograph([draw_night(seed, height, width)], 'JPEG'), pictures[name])
    video = folder / 'drive.mp4'
    write_pan(draw_night(STREETS[1][1], 360, 720), video)
    return Examples(pictures, video)


def draw_night(seed: int, height: int, width: int) -> np.ndarray:
    """Draw a street by night, uint8 RGB (height, width, 3)."""
    _, night = render_street((seed, ), (height, width), ('night', ))
    return np.ascontiguousarray(night[..., ::-1])


def write_pan(picture: np.ndarray, path: Path) -> None:
    """Write a video that pans over a picture, and back, with the noise of a camera."""
    rng = np.random.default_rng(0)
    height, width = picture.shape[0], picture.shape[1] // 2
    form = VideoFormat(height, width, Fraction(RATE))
    with create_video(path, form) as writer:
        for number in range(FRAMES):
            left = round((1 - np.cos(2 * np.pi * number / FRAMES)) / 2 * width)
            frame = picture[:, left:left + width] + rng.normal(0, 2, (height, width, 3))
            image = frame.round().clip(0, 255).astype(np.uint8)
            writer.write(Frame(image, Fraction(number, RATE)))
