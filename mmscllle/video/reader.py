"""Read video files with PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .container import open_container
from .decoded import describe_losses, is_mirrored, quarters, read_format
from .frame import Frame
from .matroska import find_damage

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream


class VideoReader:
    """Frames of a video file, in order.

    Args:
        path: The file.

    Attributes:
        format: Size, rate and the like.
        tolerance: By how many frames ``frame_count`` may be wrong.
        problems: What went wrong while it was read.
        notes: What its frames do not show, and damage that was passed over.

    Raises:
        OSError: If the file is no video that can be decoded.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        import av

        self.problems: list[str] = []
        self.notes: list[str] = []
        self._discarded = 0
        self._path = os.path.abspath(path)
        self._container = open_container(path)
        # PyAV's types do not tell that the best video stream is one.
        stream = cast('VideoStream | None', self._container.streams.best('video'))
        first = None
        if stream is not None:
            stream.thread_type = 'AUTO'
            self._packets = self._container.demux(stream)
            self._frames = self._decode()
            first = next(self._frames, None)
        if stream is None or first is None:
            self._container.close()
            raise OSError(
                f'{os.fspath(path)!r} holds no picture that can be decoded'
                f'{"".join(f"; {problem}" for problem in self.problems)}'
            )
        self._first, self._stream = first, stream
        self.format = read_format(stream, first)
        # Once: PyAV keeps each frame in memory for a while whose side data it was asked for.
        self._is_mirrored = is_mirrored(first)
        self.notes += describe_losses(stream, first)
        self._stated, self.tolerance = self._count_stated(), 1
        # Of the longest stream, which may be the sound; 0: the file does not say.
        self._seconds = Fraction(self._container.duration or 0, av.time_base)
        self._start = Fraction(max(self._container.start_time or 0, 0), av.time_base)
        if self._is('matroska'):
            # It counts from 0, though the first picture or sound may come later; of few frames
            # FFmpeg does not tell when.
            known = self._container.start_time is not None
            begin = self._start if known else self._time_of(first, Fraction(-1))
            self._seconds = max(self._seconds - max(begin, Fraction(0)), Fraction(0))
        if not self._stated and self._seconds:
            self._stated = round(self._seconds * self.format.rate)
            self.tolerance = round(max(self.format.rate, Fraction(self._stated, 50)))

    @property
    def frame_count(self) -> int:
        """How many frames the file says that it shows, as far as is known; 0: it does not say."""
        return max(self._stated - self._discarded, 0)

    def __iter__(self) -> Iterator[Frame]:
        frame: VideoFrame | None = self._first
        seconds, shown = self._time_of(self._first, -1 / self.format.rate), Fraction(0)
        count = damaged = 0
        while frame is not None:
            count += 1
            damaged += frame.is_corrupt
            following = next(self._frames, None)
            if following is None:
                end = self._end(frame, seconds, count)
                shown += end - seconds
            else:
                end = self._time_of(following, seconds)
                # A longer gap is one in which frames may be missing.
                shown += min(self._duration_of(frame), end - seconds)
            pixels = frame.to_ndarray(format='rgb24')
            # The rotation of a mirrored picture is that after it was put upside down.
            upright = np.rot90(pixels[::-1] if self._is_mirrored else pixels, quarters(frame))
            yield Frame(np.ascontiguousarray(upright), seconds, end - seconds)
            frame, seconds = following, end
        self._check_end(count, shown)
        if damaged:
            self.notes.append(f'damaged frames: {damaged}; those after them may be so, too')

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _count_stated(self) -> int:
        """How many frames the file says that it holds; 0: it does not say."""
        stated, index = self._stream.frames, self._stream.index_entries
        # AVI counts times of display, those without a new frame, too; its index has frames only.
        # Where it has none FFmpeg makes one of what it comes by, and counts on.
        if stated and self._is('avi') and index and index[-1].timestamp >= stated - 1:
            return len(index)
        return stated

    def _check_end(self, count: int, shown: Fraction) -> None:
        """After the last frame: find out by number, time and file whether frames are lost."""
        if self._stream.frames:
            self._stated = self._count_stated()
            if self._is('avi') and not self.problems and self._stated - count > self.tolerance:
                self.problems.append(
                    'it ends too early: it is cut off or damaged, or has no new pictures at its end'
                )
            return
        damage = find_damage(self._path) if self._is('matroska') else ''
        slack = max(Fraction(1), self._seconds / 50)
        if damage:
            self.problems.append(damage)
        elif self._seconds and shown >= self._seconds - slack:
            # Then none are missing: some are shown for longer than the rate says.
            self._stated = count + self._discarded

    def _is(self, kind: str) -> bool:
        """Whether the container is of a kind, by FFmpeg's name."""
        return kind in self._container.format.name.split(',')

    def _time_of(self, frame: VideoFrame, before: Fraction) -> Fraction:
        """When a frame is shown, which must be after the one before."""
        if frame.pts is not None and frame.time_base is not None:
            stated = frame.pts * frame.time_base
            if stated > before:
                return stated
        return before + 1 / self.format.rate

    def _end(self, last: VideoFrame, seconds: Fraction, count: int) -> Fraction:
        """Until when the last frame is shown."""
        stream, time_base = self._stream, self._stream.time_base
        end = seconds
        # MP4 says it of the whole: there a frame's duration is one in the order of decoding.
        if stream.duration and time_base and count == self.frame_count:
            end = (stream.duration + (stream.start_time or 0)) * time_base
        if end <= seconds:
            end = seconds + self._duration_of(last)
        whole = self._start + self._seconds
        return whole if seconds < whole < end else end

    def _duration_of(self, frame: VideoFrame) -> Fraction:
        """How long a frame is shown, by what the file says of it or else of all."""
        return Fraction(frame.duration * (frame.time_base or 0)) or 1 / self.format.rate

    def _decode(self) -> Iterator[VideoFrame]:
        """Decode, and go on after a damaged place."""
        for packet in self._readable_packets():
            # Before or after what an edit list shows.
            self._discarded += packet.is_discard
            with self._noting_damage():
                yield from packet.decode()

    def _readable_packets(self) -> Iterator[Any]:
        with self._noting_damage():
            yield from self._packets

    @contextmanager
    def _noting_damage(self) -> Iterator[None]:
        from av.error import EOFError, FFmpegError

        try:
            yield
        except EOFError:
            pass
        except FFmpegError as error:
            problem = f'a part of it is damaged ({error.strerror})'
            if problem not in self.problems:
                self.problems.append(problem)
