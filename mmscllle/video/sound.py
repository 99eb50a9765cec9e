"""Copy the sound of a video with PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer, OutputContainer


class SoundCopy:
    """Copies the sound into a container that PyAV writes, bit by bit as the pictures come.

    Args:
        target: The container, before anything is written to it.
        source: The video that has the sound.
        notes: Takes in what could not be kept.
    """

    def __init__(self, target: OutputContainer, source: InputContainer, notes: list[str]) -> None:
        self._target, self._source, self._notes = target, source, notes
        self._streams = {}
        for stream in self._source.streams.audio:
            codec = stream.codec_context.name
            if codec in target.supported_codecs:
                self._streams[stream.index] = target.add_stream_from_template(stream)
            else:
                notes.append(f'its sound is not carried over: {codec} does not fit the container')
        self._packets = self._read()
        self._next = next(self._packets, None)

    def copy(self, until: Fraction | None = None) -> None:
        """Copy what is heard before a time, in seconds; None: all the rest."""
        while self._next is not None:
            packet = self._next
            if until is not None and (packet.dts or 0) * packet.time_base > until:
                return
            packet.stream = self._streams[packet.stream.index]
            self._target.mux(packet)
            self._next = next(self._packets, None)

    def _read(self) -> Iterator[Packet]:
        from av.error import FFmpegError

        sources = [stream for stream in self._source.streams.audio if stream.index in self._streams]
        if not sources:
            return
        try:
            yield from (packet for packet in self._source.demux(*sources) if packet.dts is not None)
        except FFmpegError as error:
            self._notes.append(f'its sound is damaged ({error.strerror})')
