"""What a visitor of the page has chosen, and what the page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Choice:
    """What a visitor has chosen.

    Attributes:
        model: Name of the enhancer.
        mode: ``'exact'`` or ``'fast'``.
        strength: See :class:`mmscllle.inference.Engine`.
    """

    model: str
    mode: str = 'exact'
    strength: float = 1.0


@dataclass
class View:
    """What is shown of one file.

    Attributes:
        before: The picture as it came, or a reduced one.
        after: The enhanced one.
        video: Input and result side by side.
        result: The file to download; None before there is one.
        curves: Plot of the tone curves; None where there are none.
        histograms: Plot of the histograms.
        seen: What the segmentor sees before and after.
        legend: The classes that it sees, in HTML.
        notes: What was not kept.
        is_complete: Whether the plots and what the segmentor sees are those of ``result``.
    """

    before: Path | None = None
    after: Path | None = None
    video: Path | None = None
    result: Path | None = None
    curves: Path | None = None
    histograms: Path | None = None
    seen: tuple[Path, Path] | None = None
    legend: str = ''
    notes: list[str] = field(default_factory=list)
    is_complete: bool = False
