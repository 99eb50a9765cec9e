"""One photograph on its way from input to result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmscllle.fileio import Photograph, Source
from mmscllle.inference.tensors import frames_to_tensor
from mmscllle.utils.messages import one_line

if TYPE_CHECKING:
    from mmseg.structures import SegDataSample

    from .output_plan import OutputPlan, Outputs


@dataclass
class Enhancement:
    """One input and its results.

    Attributes:
        source: The input.
        original: The photograph that was read, or None.
        photograph: The enhanced one; None if there is none.
        visualization: The panel input | enhanced (| segmentations of both), uint8 RGB (H, W, 3),
            where one was asked for.
        curves: The plot of the tone curves, uint8 RGB (H, W, 3), where one was asked for.
        outputs: Where the results are written; None without an output folder.
        skipped: Whether nothing was done since ``outputs`` were there.
        error: Why it failed, or None.
    """

    source: Source
    original: Photograph | None = None
    photograph: Photograph | None = None
    visualization: np.ndarray | None = None
    curves: np.ndarray | None = None
    outputs: Outputs | None = None
    skipped: bool = False
    error: Exception | None = None

    @property
    def name(self) -> str:
        """Path or URL of the input, or a number for an array."""
        return self.source.name

    @property
    def reason(self) -> str:
        """Why it failed, in one line; empty if it did not."""
        return '' if self.error is None else one_line(self.error)

    @property
    def notes(self) -> list[str]:
        """Notes of what of the file is not kept."""
        return [] if self.photograph is None else self.photograph.notes

    @property
    def out_file(self) -> Path | None:
        """Where the photograph is written; None without an output folder."""
        return None if self.outputs is None else self.outputs.result

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
        # mmseg takes a second to import.
        from mmengine.structures import PixelData
        from mmseg.structures import SegDataSample

        size = self.photograph.size
        samples = [
            SegDataSample(
                metainfo=dict(img_path=self.name, ori_shape=size, img_shape=size),
                enhanced=PixelData(data=frames_to_tensor([frame], 'cpu')[0]),
            )
            for frame in self.photograph.frames
        ]
        return samples if len(samples) > 1 else samples[0]


@contextmanager
def collect_failure(enhancements: Sequence[Enhancement]) -> Iterator[None]:
    """Within it any error becomes that of ``enhancements``: others are not stopped by it."""
    try:
        yield
    except Exception as error:
        for enhancement in enhancements:
            enhancement.error = error
            enhancement.photograph = None


def begin(source: Source, plan: OutputPlan | None) -> Enhancement:
    """Begin an enhancement: give its results their places, or note why there are none.

    Args:
        source: The input.
        plan: Gives the places; None: nothing is written.

    Returns:
        The enhancement.
    """
    item = Enhancement(source, error=source.error)
    if plan is not None and item.error is None:
        with collect_failure([item]):
            try:
                item.outputs = plan.place(source)
            except FileExistsError as error:
                raise FileExistsError(
                    f"{error}; existing='overwrite' replaces it, existing='skip' keeps it"
                ) from error
            item.skipped = plan.is_done(item.outputs)
    return item


def group_by_size(items: Iterable[Enhancement], batch_size: int) -> Iterator[list[Enhancement]]:
    """Group consecutive photographs of one size.

    Args:
        items: Animations, and items without a photograph, go alone.
        batch_size: Length of a group at most.

    Yields:
        The groups, in order.
    """
    group: list[Enhancement] = []
    last = None
    for item in items:
        original = item.original
        # None: it goes alone.
        size = None if original is None or len(original.frames) > 1 else original.size
        if group and (size is None or size != last):
            yield group
            group = []
        group.append(item)
        last = size
        if size is None or len(group) == batch_size:
            yield group
            group = []
    if group:
        yield group
