"""Overlapping tiles that cover an image."""
from __future__ import annotations

from typing import Iterator, NamedTuple


class Tile(NamedTuple):
    """A part of an image.

    Attributes:
        read: The rows and columns to read, with the overlap.
        write: The rows and columns that are this tile's own.
    """

    read: tuple[slice, slice]
    write: tuple[slice, slice]


def tiles(height: int, width: int, side: int | None, overlap: int) -> Iterator[Tile]:
    """Cover an image with tiles, row by row.

    Args:
        height: Of the image.
        width: Of the image.
        side: Height and width of what a tile owns; those at the right and lower edge may be
            smaller.  None: one tile.
        overlap: Pixels that a tile reads beyond what it owns, within the image.

    Yields:
        The tiles.
    """
    side = max(height, width) if side is None else side
    for top in range(0, height, side):
        for left in range(0, width, side):
            bottom, right = min(top + side, height), min(left + side, width)
            yield Tile(
                read=(slice(max(top - overlap, 0), min(bottom + overlap, height)),
                      slice(max(left - overlap, 0), min(right + overlap, width))),
                write=(slice(top, bottom), slice(left, right)))
