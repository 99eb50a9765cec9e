"""Read and write video files with OpenCV, which every installation has."""
from __future__ import annotations

import math
import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Iterator

import cv2
import numpy as np

from .ffmpeg_program import finish_with_ffmpeg
from .frame import Frame, VideoFormat

# What OpenCV's own build of FFmpeg can encode.
CODECS = {'.webm': 'VP80', '.avi': 'XVID'}
# Containers that say how many frames they hold.
COUNTING_SUFFIXES = ('.mp4', '.m4v', '.mov', '.avi')
# Frames that the writer may be ahead of or behind the times.
SLACK = Fraction(3, 2)
# Frames that are repeated in a video, 18 minutes of 30 a second: times may claim any gap.
MAX_REPEATS = 2**15


class OpenCVReader:
    """Frames of a video file, in order; see :class:`.pyav_reader.PyAVReader`.

    OpenCV tells no error from the end.

    Args:
        path: The file.

    Raises:
        OSError: If the file is no video that can be decoded.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.problems: list[str] = []
        self._capture = cv2.VideoCapture(os.fspath(path))
        # In OpenCV 4.11 it is not the default.
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        done, self._first = self._capture.read()
        if not done:
            raise OSError(f'{os.fspath(path)!r} is no video that OpenCV can decode, or damaged; '
                          'the Python package av decodes more (pip install av)')
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        # 30000/1001 and its like are exact then.
        rate = Fraction(rate).limit_denominator(1001) if 0 < rate < 1000 else Fraction(25)
        aspect = [int(self._capture.get(key))
                  for key in (cv2.CAP_PROP_SAR_NUM, cv2.CAP_PROP_SAR_DEN)]
        self.format = VideoFormat(
            *self._first.shape[:2], rate,
            pixel_aspect=Fraction(*aspect) if min(aspect) > 0 else Fraction(1))
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.frame_count = round(count) if math.isfinite(count) and count > 0 else 0
        # Other containers say how long they are, sound included.
        counting = Path(path).suffix.lower() in COUNTING_SUFFIXES
        self.tolerance = 2 if counting else round(max(rate, Fraction(self.frame_count, 50)))

    def __iter__(self) -> Iterator[Frame]:
        step = 1 / self.format.rate
        seconds = -step
        done, image = True, self._first
        while done:
            stated = Fraction(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000
            # Where OpenCV knows no times they are all 0.
            seconds = stated if stated > seconds else seconds + step
            yield Frame(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), seconds)
            done, image = self._capture.read()

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


class OpenCVWriter:
    """Writes a video file frame by frame; see :class:`.pyav_writer.PyAVWriter`.

    MPEG-4, in WebM VP8, of a constant rate: frames are repeated or left out where a variable one
    departs from it by more than 1.5 frames.  Odd sizes, which OpenCV does not write, get a row or
    column more.  The program ffmpeg, where it is installed, cuts it off and carries the sound over.

    Args:
        path: The file.
        like: Size and rate of the frames.
        sound: A video whose sound is carried over; None: no sound.

    Raises:
        OSError: If the file cannot be created.
    """

    def __init__(self, path: str | os.PathLike, like: VideoFormat,
                 sound: str | os.PathLike | None = None) -> None:
        self.path = Path(path)
        self.notes: list[str] = []
        if like.pixel_aspect != 1:
            self.notes.append(f'its pixels of aspect {like.pixel_aspect} become square: install '
                              'the Python package av (pip install av)')
        self._rate = like.rate
        self._size = like.height, like.width
        # OpenCV would cut the last row or column off.
        self._padding = like.height % 2, like.width % 2
        self._sound = sound
        self._count = 0
        self._repeats_left, self._left_out = MAX_REPEATS, 0
        self._last: np.ndarray | None = None
        code = cv2.VideoWriter_fourcc(*CODECS.get(self.path.suffix.lower(), 'mp4v'))
        self._writer = cv2.VideoWriter(
            str(path), code, float(like.rate),
            (like.width + self._padding[1], like.height + self._padding[0]))
        if not self._writer.isOpened():
            raise OSError(f'OpenCV cannot write {str(path)!r} with {like.width} x {like.height} '
                          'pixels; is the folder writable?')

    def write(self, frame: Frame) -> None:
        """Append a frame.

        Args:
            frame: Of the size of ``like``.
        """
        due = frame.seconds * self._rate - self._left_out
        excess = math.ceil(due - SLACK) - self._count - self._repeats_left
        if self._last is not None and excess > 0:
            if not self._left_out:
                self.notes.append(f'at {float(frame.seconds):.0f} s nothing is shown for so long '
                                  'that the gap is shortened: install the Python package av (pip '
                                  'install av)')
            self._left_out += excess
            due -= excess
        while self._last is not None and self._count < due - SLACK:
            self._append(self._last)
            self._repeats_left -= 1
        bottom, right = self._padding
        self._last = cv2.copyMakeBorder(cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR), 0, bottom, 0,
                                        right, cv2.BORDER_REPLICATE)
        if self._count <= due + SLACK:
            self._append(self._last)

    def _append(self, image: np.ndarray) -> None:
        self._writer.write(image)
        self._count += 1

    def __enter__(self) -> OpenCVWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._writer.release()
        if kind is not None:
            return
        self._check()
        self.notes += finish_with_ffmpeg(
            self.path, self._sound, self._size if any(self._padding) else None)

    def _check(self) -> None:
        """OpenCV raises no error when a disk is full."""
        capture = cv2.VideoCapture(str(self.path))
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        capture.release()
        if count < self._count - 1:
            raise OSError(f'only {max(round(count), 0)} of {self._count} frames were written; is '
                          'the disk full?')
