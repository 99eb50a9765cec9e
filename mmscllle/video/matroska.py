"""Whether a Matroska or WebM file is whole, which FFmpeg does not tell.

Such a file states no number of frames, but the size of each of its parts (RFC 8794, *Extensible
Binary Meta Language*; RFC 9559, *Matroska*).
"""

from __future__ import annotations

import os
from typing import BinaryIO

SEGMENT, CLUSTER = 0x18538067, 0x1F43B675
# The longest identifier and size, in bytes.
LONGEST = 4 + 8
# Of parts that are looked at: hours of video, and seconds of looking.
MOST = 2**23


class DamageError(ValueError):
    """A place where a file is not as it says."""


def find_damage(path: str | os.PathLike) -> str:
    """Find out whether a Matroska file is cut off, or overwritten in between.

    Args:
        path: The file.

    Returns:
        What is wrong, in words; empty if nothing is, or the file does not tell, as one that was
        recorded without going back to its beginning.

    Raises:
        OSError: If it cannot be read.
    """
    with open(path, 'rb') as file:
        try:
            _Walk(file).check()
        except DamageError as error:
            return str(error)
    return ''


class _Walk:
    """Goes from part to part of a file."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.length = os.fstat(file.fileno()).st_size
        self.left = MOST

    def check(self) -> None:
        """Raise :class:`DamageError` if there is some."""
        place, kind = 0, None
        while place < self.length and kind != SEGMENT:
            kind, start, size = self.read(place)
            if size is None and kind != SEGMENT:
                return
            place = self.length if size is None else start + size
            if place > self.length:
                raise DamageError(f'its last {place - self.length:,} bytes are missing')
        if kind == SEGMENT:
            # What follows is no part of it.
            self.check_parts(start, place)

    def check_parts(self, place: int, end: int) -> None:
        """Check that parts, and those of clusters, fill a stretch of the file."""
        while place < end and self.left:
            kind, start, size = self.read(place)
            if size is None:
                return
            if start + size > end:
                raise self.damage(place)
            if kind == CLUSTER:
                self.check_parts(start, start + size)
            place = start + size

    def read(self, place: int) -> tuple[int, int, int | None]:
        """Identifier of a part, where its content begins, and its size; None: not stated."""
        self.left -= 1
        self.file.seek(place)
        head = self.file.read(LONGEST)
        # The number of zeros ahead is that of the bytes that follow the first.
        width = 9 - head[0].bit_length()
        rest = head[width:]
        length = 9 - rest[0].bit_length() if rest else 9
        if width > 4 or length > 8 or len(rest) < length:
            raise self.damage(place)
        unknown = (1 << 7 * length) - 1
        size = int.from_bytes(rest[:length], 'big') & unknown
        kind = int.from_bytes(head[:width], 'big')
        return kind, place + width + length, None if size == unknown else size

    def damage(self, place: int) -> DamageError:
        """Say where something is wrong."""
        where = f'behind byte {place:,} of {self.length:,}'
        return DamageError(f'it is damaged, or breaks off, {where}')
