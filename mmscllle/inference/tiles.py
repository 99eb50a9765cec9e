"""Overlapping tiles that cover an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import torch

# By default: on a CPU, whose line buffers take 15 KB a column, only of the largest pictures; on a
# GPU, which holds the whole network of a tile, some 1.1 GiB.
SIDES = dict(cpu=4096, cuda=1024)
# Below it the overlap costs more than the tile.
LEAST_SIDE = 64
T = TypeVar('T')


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
                read=(
                    slice(max(top - overlap, 0), min(bottom + overlap, height)),
                    slice(max(left - overlap, 0), min(right + overlap, width)),
                ),
                write=(slice(top, bottom), slice(left, right)),
            )


def default_side(device: torch.device) -> int:
    """Side of the tiles of an engine that is told none."""
    return SIDES.get(device.type, SIDES['cuda'])


def retry_in_smaller_tiles(engine: Any, work: Callable[[], T]) -> T:
    """Do the work of an engine; if a GPU's memory does not suffice, with tiles of half the side.

    Args:
        engine: Its ``tile`` is halved, and stays so; None: it cannot work in tiles.
        work: The work, which begins anew.

    Returns:
        What ``work`` returns.

    Raises:
        RuntimeError: If the memory does not suffice for the smallest tiles either.
    """
    while True:
        try:
            return work()
        except torch.cuda.OutOfMemoryError:
            if engine.tile is None or engine.tile <= LEAST_SIDE:
                raise
        engine.tile //= 2
        torch.cuda.empty_cache()
