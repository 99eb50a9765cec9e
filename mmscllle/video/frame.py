"""One picture of a video, and what all of them have in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np


class Frame(NamedTuple):
    """One picture of a video.

    Attributes:
        image: Upright, uint8 RGB, (H, W, 3).
        seconds: When it is shown, from the beginning of the video.
        duration: How long it is shown, in seconds; None: until the next one, or as long as others.
    """

    image: np.ndarray
    seconds: Fraction
    duration: Fraction | None = None


@dataclass(frozen=True)
class VideoFormat:
    """What a video must share with another one to be shown like it.

    Attributes:
        height: Of the upright picture, in pixels.
        width: Of the upright picture, in pixels.
        rate: Frames per second, of a variable rate the average.
        time_base: The unit of the frames' times, in seconds; None: a frame's duration.
        pixel_aspect: Width over height of a pixel.
        colour: Numbers of matrix, primaries, transfer curve and range of the encoded colours
            (ISO/IEC 23091-2); None: not stated.
    """

    height: int
    width: int
    rate: Fraction
    time_base: Fraction | None = None
    pixel_aspect: Fraction = Fraction(1)
    colour: tuple[int, int, int, int] | None = None
