"""Read video files with PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
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
        notes: What its frames do not show, and damage that was passed over.

    Raises:
        OSError: If the file is no video that can be decoded.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        import av

        self.problems: list[str] = []
        self.notes: list[str] = []
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
        self._first, self._stream = first, stream
        self.format = _read_format(stream, first)
        # Once: PyAV keeps each frame in memory for a while whose side data it was asked for.
        self._is_mirrored = _is_mirrored(first)
        self.notes += _describe_losses(stream, first)
        self._stated, self.tolerance = stream.frames, 1
        # Of the longest stream, which may be the sound; 0: the file does not say.
        self._seconds = Fraction(self._container.duration or 0, av.time_base)
        self._start = Fraction(max(self._container.start_time or 0, 0), av.time_base)
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
            upright = np.rot90(pixels[::-1] if self._is_mirrored else pixels, _quarters(frame))
            yield Frame(np.ascontiguousarray(upright), seconds, end - seconds)
            frame, seconds = following, end
        # Then none are missing: some are shown for longer than the rate says.
        slack = max(Fraction(1), self._seconds / 50)
        if self._seconds and not self._stream.frames and shown >= self._seconds - slack:
            self._stated = count + self._discarded
        if damaged:
            self.notes.append(f'damaged frames: {damaged}; those after them may be so, too')

    def close(self) -> None:
        """Close the file."""
        self._container.close()

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


def _is_mirrored(frame: VideoFrame) -> bool:
    """Whether a frame is to be put upside down before it is turned."""
    matrix = _side_data(frame).get('DISPLAYMATRIX')
    if matrix is None:
        return False
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    return a * d < b * c


def _side_data(frame: VideoFrame) -> Mapping[Any, Any]:
    """What comes with a frame; nothing where PyAV does not know a kind of it."""
    try:
        return frame.side_data
    except ValueError:
        return {}


def _describe_losses(stream: VideoStream, frame: VideoFrame) -> list[str]:
    """Say what upright frames of 8-bit RGB do not keep."""
    notes = []
    parts = frame.format.components
    # VP8 and VP9 have it in a stream of its own, which is not decoded.
    if any(part.is_alpha for part in parts) or stream.metadata.get('alpha_mode') == '1':
        notes.append('its transparency is not kept')
    bits = max(part.bits for part in parts)
    if bits > 8:
        notes.append(f'its {bits} bits a colour become 8')
    if frame.rotation and not _side_data(frame):
        notes.append('it is turned; whether it is to be mirrored, too, cannot be read')
    return notes
