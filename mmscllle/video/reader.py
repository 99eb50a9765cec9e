"""Read video files with PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .frame import Frame, VideoFormat

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream


# FFmpeg's names of what is read: no playlists, no descriptions of streams, which lead elsewhere.
FORMATS = (
    'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,asf,flv,ogg,m4v,h264,'
    'hevc,mxf,dv,gif,ivf,nut'
)


class VideoReader:
    """Frames of a video file, in order.

    Args:
        path: The file.

    Attributes:
        format: Size, rate and the like.
        tolerance: By how many frames ``frame_count`` may be wrong.
        problems: What went wrong while it was read.

    Raises:
        OSError: If the file is no video that can be decoded.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        import av

        self.problems: list[str] = []
        self._discarded = 0
        name = repr(os.fspath(path))
        try:
            self._container = av.open(os.fspath(path), options=dict(format_whitelist=FORMATS))
        except av.error.FFmpegError as error:
            raise OSError(f'{name} is no video, or damaged: {error.strerror}') from error
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
                f'{name} holds no picture that can be decoded'
                f'{"".join(f"; {problem}" for problem in self.problems)}'
            )
        self._first = first
        self.format = _read_format(stream, first)
        self._stated, self.tolerance = stream.frames, 1
        if not self._stated and self._container.duration:
            seconds = Fraction(self._container.duration, av.time_base)
            # Of the longest stream, which may be the sound.
            self._stated = round(seconds * self.format.rate)
            self.tolerance = round(max(self.format.rate, Fraction(self._stated, 50)))

    @property
    def frame_count(self) -> int:
        """How many frames the file says that it shows, as far as is known; 0: it does not say."""
        return max(self._stated - self._discarded, 0)

    def __iter__(self) -> Iterator[Frame]:
        step = 1 / self.format.rate
        seconds = -step
        frame: VideoFrame | None = self._first
        while frame is not None:
            stated = (
                None
                if frame.pts is None or frame.time_base is None
                else frame.pts * frame.time_base
            )
            seconds = seconds + step if stated is None or stated <= seconds else stated
            pixels = frame.to_ndarray(format='rgb24')
            yield Frame(np.ascontiguousarray(np.rot90(pixels, _quarters(frame))), seconds)
            frame = next(self._frames, None)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

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


def _read_format(stream: VideoStream, frame: VideoFrame) -> VideoFormat:
    context = stream.codec_context
    height, width = frame.height, frame.width
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if _quarters(frame) % 2:
        height, width, aspect = width, height, 1 / aspect
    colour = (
        int(context.colorspace),
        int(context.color_primaries),
        int(context.color_trc),
        int(context.color_range),
    )
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return VideoFormat(height, width, rate, stream.time_base, aspect, colour)


def _quarters(frame: VideoFrame) -> int:
    """How many quarter turns, counter-clockwise, make a frame upright."""
    return round(frame.rotation / 90) % 4
