"""One photograph on its way from input to result."""
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Iterator, Sequence

import numpy as np

from mmscllle.fileio import Photograph, Source

# What one bad photograph may raise: others are not stopped by it.  RuntimeError: out of memory.
FAILURES = (OSError, ValueError, RuntimeError, MemoryError, HTTPException)


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


@contextmanager
def collect_failure(enhancements: Sequence[Enhancement]) -> Iterator[None]:
    """Within it an error that photographs may cause becomes that of ``enhancements``."""
    try:
        yield
    except FAILURES as error:
        for enhancement in enhancements:
            enhancement.error = error
            enhancement.photograph = None
