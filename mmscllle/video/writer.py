"""Write video files with PyAV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

from .container import TEXT_ERRORS, open_container
from .frame import Frame, VideoFormat
from .metadata import copy_metadata
from .sound import SoundCopy

if TYPE_CHECKING:
    from av import VideoStream

# Close to what is visible at all.  Scales differ by codec.
QUALITY = {
    'libx264': dict(crf='18'),
    'libvpx-vp9': {'crf': '24', 'b': '0', 'deadline': 'realtime', 'cpu-used': '6', 'row-mt': '1'},
    'mpeg4': dict(qmin='2', qmax='4'),
}
CODECS = {'.webm': 'libvpx-vp9', '.avi': 'mpeg4'}
# Number of a property of colours that is not stated (ISO/IEC 23091-2); of the range it is 0.
UNSTATED = (2, 2, 2, 0)
# Numbers of matrices: red, green and blue themselves, which is not how colours are stored here,
# and that of BT.709.
RGB_MATRIX, BT709_MATRIX = 0, 1
# MPEG-4 counts time in steps of a second divided by a number of 16 bits.
MPEG4_LIMIT = 2**16 - 1
MP4_SUFFIXES = ('.mp4', '.m4v', '.mov')
# The longest time between two frames, in units of the time base; the times of a file may claim any.
# FFmpeg refuses 2**31, to which the gaps of frames that are reordered add up, and in AVI, where
# each frame that is left out takes an entry, 2**16.
LONGEST_GAPS = {'.avi': 2**15}
LONGEST_GAP = 2**28


class VideoWriter:
    """Writes a video file frame by frame; a context in which an error leaves it unfinished.

    H.264, in WebM VP9, in AVI MPEG-4; the sound is copied as it is, metadata and
    chapters as far as they stay true and the container has a place for them.

    Args:
        path: The file.
        like: Size, timing and colours of the frames.
        origin: A video whose sound, metadata and chapters are carried over, or None.

    Attributes:
        notes: What could not be kept.

    Raises:
        OSError: If the file cannot be created, or ``origin`` not be read.
    """

    def __init__(
        self, path: str | os.PathLike, like: VideoFormat, origin: str | os.PathLike | None = None
    ) -> None:
        import av
        from av.codec.context import Flags

        self.path = Path(path)
        self.notes: list[str] = []
        suffix = self.path.suffix.lower()
        codec = CODECS.get(suffix, 'libx264')
        codec = codec if codec in av.codecs_available else 'mpeg4'
        # Players can begin before the whole file is there.
        options = dict(movflags='faststart') if suffix in MP4_SUFFIXES else {}
        rate = limit_rate(like.rate) if codec == 'mpeg4' else like.rate
        with self._naming_file():
            self._container = av.open(str(path), 'w', options=options, metadata_errors=TEXT_ERRORS)
            # PyAV's types do not know that these codecs are those of video.
            self._stream = cast(
                'VideoStream',
                self._container.add_stream(codec, rate=rate, options=QUALITY[codec]),
            )
        self._stream.width, self._stream.height = like.width, like.height
        # H.264 stores colours for squares of 2 x 2 pixels, or for each pixel.
        odd = codec == 'libx264' and (like.width % 2 or like.height % 2)
        self._stream.pix_fmt = 'yuv444p' if odd else 'yuv420p'
        context = self._stream.codec_context
        context.sample_aspect_ratio = like.pixel_aspect
        # MPEG-4 knows no fine time base.
        self._time_base = 1 / rate if codec == 'mpeg4' else like.time_base or 1 / rate
        context.time_base = self._time_base
        # Else FFmpeg drops the durations of frames.
        context.flags |= Flags.frame_duration
        # AVI states no colours; full range or another matrix would be taken for the usual ones.
        self._colour = UNSTATED if suffix == '.avi' else like.colour or UNSTATED
        if self._colour[0] == RGB_MATRIX:
            self._colour = (BT709_MATRIX, *self._colour[1:])
        (context.colorspace, context.color_primaries, context.color_trc, context.color_range) = (
            self._colour
        )
        self._longest_gap = LONGEST_GAPS.get(suffix, LONGEST_GAP)
        self._last_time, self._left_out, self._last_duration = -1, 0, 0
        self._origin = self._sound = None
        if origin is not None:
            self._origin = open_container(origin)
            copy_metadata(self._origin, self._container)
            self._sound = SoundCopy(self._container, self._origin, self.notes)

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
            dst_color_range=colour_range if colour_range != UNSTATED[3] else None,
        )
        self._last_time = self._next_time(frame.seconds)
        picture.pts, picture.time_base = self._last_time, self._time_base
        self._last_duration = min(round((frame.duration or 0) / self._time_base), self._longest_gap)
        picture.duration = self._last_duration
        with self._naming_file():
            if self._sound:
                self._sound.copy(until=frame.seconds)
            self._container.mux(self._stream.encode(picture))

    def _next_time(self, seconds: Fraction) -> int:
        """When a frame is shown, in units of the time base: a gap that is too long is shortened."""
        time = round(seconds / self._time_base) - self._left_out
        excess = time - self._last_time - self._longest_gap
        if excess > 0:
            if not self._left_out:
                self.notes.append(
                    f'the gap before {float(seconds):.0f} s is too long for this '
                    'kind of file and is shortened; sound after it comes too late'
                )
            self._left_out += excess
            time -= excess
        return max(time, self._last_time + 1)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._naming_file(ignore=kind is not None):
            if kind is None:
                packets = self._stream.encode(None)
                # MP4 counts in the order of decoding: else the last picture's is lost if another
                # one is decoded after it.
                if packets and self._last_duration and self.path.suffix.lower() in MP4_SUFFIXES:
                    packets[-1].duration = self._last_duration
                self._container.mux(packets)
                if self._sound:
                    self._sound.copy()
            self._container.close()
        if self._origin:
            self._origin.close()

    @contextmanager
    def _naming_file(self, ignore: bool = False) -> Iterator[None]:
        from av.error import FFmpegError

        try:
            yield
        except FFmpegError as error:
            if not ignore:
                raise OSError(error.errno, error.strerror, str(self.path)) from error


def limit_rate(rate: Fraction) -> Fraction:
    """The nearest frame rate whose two numbers MPEG-4 can hold."""
    rate = min(max(rate, Fraction(1, MPEG4_LIMIT)), Fraction(MPEG4_LIMIT))
    # The larger number is to be limited.
    if rate > 1:
        return 1 / (1 / rate).limit_denominator(MPEG4_LIMIT)
    return rate.limit_denominator(MPEG4_LIMIT)
