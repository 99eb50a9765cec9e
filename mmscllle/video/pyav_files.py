"""Read and write video files with PyAV: exact times, sound, any size, most codecs."""
from __future__ import annotations

import os
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Iterator

import numpy as np

from .frame import Frame, VideoFormat
from .sound import SoundCopy

if TYPE_CHECKING:
    from av import VideoFrame

# Close to what is visible at all.  Scales differ by codec.
QUALITY = {
    'libx264': dict(crf='18'),
    'libvpx-vp9': {'crf': '24', 'b': '0', 'deadline': 'realtime', 'cpu-used': '6', 'row-mt': '1'},
    'mpeg4': dict(qmin='2', qmax='4'),
}
CODECS = {'.webm': 'libvpx-vp9', '.avi': 'mpeg4'}
# Number of a property of colours that is not stated (ISO/IEC 23091-2); of the range it is 0.
UNSTATED = (2, 2, 2, 0)


class PyAVReader:
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
            self._container = av.open(os.fspath(path))
        except av.error.FFmpegError as error:
            raise OSError(f'{name} is no video, or damaged: {error.strerror}') from error
        self._stream = self._container.streams.best('video')
        first = None
        if self._stream is not None:
            self._stream.thread_type = 'AUTO'
            self._packets = self._container.demux(self._stream)
            self._frames = self._decode()
            first = next(self._frames, None)
        if first is None:
            self._container.close()
            raise OSError(f'{name} holds no picture that can be decoded'
                          f'{"".join(f"; {problem}" for problem in self.problems)}')
        self._first = first
        self.format = self._read_format(first)
        self._stated, self.tolerance = self._stream.frames, 1
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
            stated = None if frame.pts is None else frame.pts * frame.time_base
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

    def _read_format(self, frame: VideoFrame) -> VideoFormat:
        stream, context = self._stream, self._stream.codec_context
        height, width = frame.height, frame.width
        aspect = stream.sample_aspect_ratio or Fraction(1)
        if _quarters(frame) % 2:
            height, width, aspect = width, height, 1 / aspect
        colour = (context.colorspace, context.color_primaries, context.color_trc,
                  context.color_range)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        return VideoFormat(height, width, rate, stream.time_base, aspect,
                           tuple(int(number) for number in colour))


def _quarters(frame: VideoFrame) -> int:
    """How many quarter turns, counter-clockwise, make a frame upright."""
    return round(frame.rotation / 90) % 4


class PyAVWriter:
    """Writes a video file frame by frame; a context in which an error leaves it unfinished.

    H.264, in WebM VP9, in AVI MPEG-4; the sound is copied as it is.

    Args:
        path: The file.
        like: Size, timing and colours of the frames.
        sound: A video whose sound is carried over; None: no sound.

    Attributes:
        notes: What could not be kept.

    Raises:
        OSError: If the file cannot be created.
    """

    def __init__(self, path: str | os.PathLike, like: VideoFormat,
                 sound: str | os.PathLike | None = None) -> None:
        import av
        self.path = Path(path)
        self.notes: list[str] = []
        suffix = self.path.suffix.lower()
        codec = CODECS.get(suffix, 'libx264')
        codec = codec if codec in av.codecs_available else 'mpeg4'
        # Players can begin before the whole file is there.
        options = dict(movflags='faststart') if suffix in ('.mp4', '.m4v', '.mov') else {}
        with self._naming_file():
            self._container = av.open(str(path), 'w', options=options)
            self._stream = self._container.add_stream(
                codec, rate=like.rate, options=QUALITY[codec])
        self._stream.width, self._stream.height = like.width, like.height
        # H.264 stores colours for squares of 2 x 2 pixels, or for each pixel.
        odd = codec == 'libx264' and (like.width % 2 or like.height % 2)
        self._stream.pix_fmt = 'yuv444p' if odd else 'yuv420p'
        context = self._stream.codec_context
        context.sample_aspect_ratio = like.pixel_aspect
        # MPEG-4 knows no fine time base.
        self._time_base = 1 / like.rate if codec == 'mpeg4' else like.time_base or 1 / like.rate
        context.time_base = self._time_base
        self._colour = like.colour or UNSTATED
        (context.colorspace, context.color_primaries, context.color_trc,
         context.color_range) = self._colour
        self._last_time = -1
        self._sound = SoundCopy(self._container, sound, self.notes) if sound is not None else None

    def write(self, frame: Frame) -> None:
        """Append a frame.

        Args:
            frame: Of the size of ``like``, later than the last one.

        Raises:
            OSError: If it cannot be written.
        """
        from av import VideoFrame
        matrix, _, _, colour_range = self._colour
        picture = VideoFrame.from_ndarray(frame.image, format='rgb24').reformat(
            format=self._stream.pix_fmt,
            dst_colorspace=matrix if matrix != UNSTATED[0] else None,
            dst_color_range=colour_range if colour_range != UNSTATED[3] else None)
        self._last_time = max(round(frame.seconds / self._time_base), self._last_time + 1)
        picture.pts, picture.time_base = self._last_time, self._time_base
        with self._naming_file():
            if self._sound:
                self._sound.copy(until=frame.seconds)
            self._container.mux(self._stream.encode(picture))

    def __enter__(self) -> PyAVWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        with self._naming_file(ignore=kind is not None):
            if kind is None:
                self._container.mux(self._stream.encode(None))
                if self._sound:
                    self._sound.copy()
            self._container.close()
        if self._sound:
            self._sound.close()

    @contextmanager
    def _naming_file(self, ignore: bool = False) -> Iterator[None]:
        from av.error import FFmpegError
        try:
            yield
        except FFmpegError as error:
            if not ignore:
                raise OSError(error.errno, error.strerror, str(self.path)) from error
