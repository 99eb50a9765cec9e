"""One photograph on its way from input to result."""
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, Sequence

import numpy as np
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.fileio import Photograph, Source

from .tensors import frames_to_tensor

# What one bad photograph may raise: others are not stopped by it.  RuntimeError: out of memory.
FAILURES = (OSError, ValueError, RuntimeError, MemoryError)


@dataclass
class Enhancement:
    """What became of one input.

    Attributes:
        source: The input.
        original: The photograph that was read, or None.
        photograph: The enhanced one; None if there is none.
        visualization: The panel input | enhanced (| segmentations of both), uint8 RGB (H, W, 3),
            where one was asked for.
        curves: The plot of the tone curves, uint8 RGB (H, W, 3), where one was asked for.
        out_file: Where the photograph is written; None without an output folder.
        skipped: Whether nothing was done since ``out_file`` was there.
        error: Why it failed, or None.
    """

    source: Source
    original: Photograph | None = None
    photograph: Photograph | None = None
    visualization: np.ndarray | None = None
    curves: np.ndarray | None = None
    out_file: Path | None = None
    skipped: bool = False
    error: Exception | None = None

    @property
    def name(self) -> str:
        """Path or URL of the input, or a number for an array."""
        return self.source.name

    @property
    def reason(self) -> str:
        """Why it failed, in one line; empty if it did not."""
        if self.error is None:
            return ''
        text = ' '.join(str(self.error).split())
        if text and isinstance(self.error, (OSError, ValueError)):
            return text
        return f'{type(self.error).__name__}: {text}'

    def to_array(self) -> np.ndarray | list[np.ndarray] | None:
        """The enhanced pixels (:meth:`Photograph.to_array`), or None."""
        return None if self.photograph is None else self.photograph.to_array()

    def to_datasample(self) -> SegDataSample | list[SegDataSample] | None:
        """The enhanced pixels as :meth:`SCLLLE.predict` gives them, or None.

        Returns:
            A data sample with ``enhanced``, float32 RGB in [0, 1], (3, H, W); one a frame of an
            animation.
        """
        if self.photograph is None:
            return None
        size = self.photograph.size
        samples = [
            SegDataSample(
                metainfo=dict(img_path=self.name, ori_shape=size, img_shape=size),
                enhanced=PixelData(data=frames_to_tensor([frame], 'cpu')[0]))
            for frame in self.photograph.frames
        ]
        return samples if len(samples) > 1 else samples[0]


@contextmanager
def collect_failure(enhancements: Sequence[Enhancement]) -> Iterator[None]:
    """Within it an error that photographs may cause becomes that of ``enhancements``."""
    try:
        yield
    except FAILURES as error:
        for enhancement in enhancements:
            enhancement.error = error
            enhancement.photograph = None


def group_by_size(items: Iterable[Enhancement], batch_size: int) -> Iterator[list[Enhancement]]:
    """Group consecutive photographs of one size.

    Args:
        items: Animations, and items without a photograph, go alone.
        batch_size: Length of a group at most.

    Yields:
        The groups, in order.
    """
    group: list[Enhancement] = []
    for item in items:
        alone = item.original is None or len(item.original.frames) > 1
        if group and (alone or item.original.size != group[0].original.size):
            yield group
            group = []
        group.append(item)
        if alone or len(group) == batch_size:
            yield group
            group = []
    if group:
        yield group
