"""Enhance a video file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from mmscllle.apis.ordered_map import ordered_map
from mmscllle.fileio import atomic_path

from .comparison import Comparison
from .files import create_video, open_video
from .frame import Frame, VideoFormat
from .frame_enhancer import FrameEnhancer
from .read_ahead import read_ahead

# Frames that are decoded before they are needed.
DEPTH = 4


@dataclass
class VideoReport:
    """What became of a video.

    Attributes:
        frames: How many were enhanced.
        expected: How many the file says that it holds; 0: it does not say.
        problem: Why frames are missing; empty if none are.
        notes: What could not be kept.
    """

    frames: int = 0
    expected: int = 0
    problem: str = ''
    notes: list[str] = field(default_factory=list)


def enhance_video(
    source: str | os.PathLike,
    target: str | os.PathLike,
    enhance: FrameEnhancer,
    compare: tuple[Comparison, Path] | None = None,
    threads: bool = True,
    max_pixels: int | None = None,
    opened: Callable[[int], None] = lambda count: None,
    advanced: Callable[[], None] = lambda: None,
    enhanced: Callable[[], None] = lambda: None,
    put: Callable[[Path, Path], None] = os.replace,
) -> VideoReport:
    """Enhance a video file, frame by frame; few frames are in memory at a time.

    Frame rate, times, size, way up and sound are kept.  The result takes its place when it is
    complete.  A video that breaks off gives a result as far as it can be read, and a report that
    says so.

    Args:
        source: The video.
        target: The enhanced one.
        enhance: Enhances the frames.
        compare: Draws a comparison for each frame, and the video file that these go to.
        threads: Whether frames are decoded and encoded beside the enhancing.
        max_pixels: Videos of larger frames are refused; None: no limit.
        opened: Called with the number of frames that the file says that it holds; 0: unknown.
        advanced: Called after each frame.
        enhanced: Called after the last frame, before the result takes its place.
        put: Moves finished files to their places; see :func:`atomic_path`.

    Returns:
        The report.

    Raises:
        ImportError: If PyAV is missing.
        OSError: If the video cannot be read at all, or the result not be written.
        ValueError: If its frames have more than ``max_pixels`` pixels.
    """
    with ExitStack() as stack:
        reader = stack.enter_context(closing(open_video(source)))
        form = reader.format
        if max_pixels is not None and form.height * form.width > max_pixels:
            raise ValueError(
                f'{os.fspath(source)!r} has frames of {form.width} x {form.height} '
                f'pixels, more than max_pixels={max_pixels:,}'
            )
        report = VideoReport(expected=reader.frame_count)
        opened(report.expected)
        temporary = stack.enter_context(atomic_path(target, put))
        writer = stack.enter_context(create_video(temporary, form, source))
        drawn = None
        if compare:
            wide = replace(form, width=form.width * compare[0].columns)
            drawn = stack.enter_context(
                create_video(stack.enter_context(atomic_path(compare[1], put)), wide, source)
            )

        def write(pair: tuple[Frame, np.ndarray]) -> None:
            frame, image = pair
            writer.write(frame._replace(image=image))
            if compare and drawn:
                drawn.write(frame._replace(image=compare[0](frame.image, image)))

        # Closed before the files that their threads use.
        frames = stack.enter_context(closing(read_ahead(reader, DEPTH if threads else 0)))
        pairs = ((frame, enhance(frame)) for frame in of_one_size(frames, form, source))
        written = stack.enter_context(closing(ordered_map(write, pairs, int(threads))))
        for _ in written:
            report.frames += 1
            advanced()
        report.expected = reader.frame_count
        enhanced()
    report.problem = describe_shortage(report, reader.tolerance, reader.problems)
    report.notes = reader.notes + writer.notes
    return report


def of_one_size(
    frames: Iterable[Frame], form: VideoFormat, source: str | os.PathLike
) -> Iterator[Frame]:
    """Pass frames on.

    Raises:
        OSError: If one has another size than the first.
    """
    for frame in frames:
        if frame.image.shape[:2] != (form.height, form.width):
            height, width = frame.image.shape[:2]
            raise OSError(
                f'the frames of {os.fspath(source)!r} change their size, from '
                f'{form.width} x {form.height} to {width} x {height} pixels'
            )
        yield frame


def describe_shortage(report: VideoReport, tolerance: int, problems: list[str]) -> str:
    """Say what is missing of a video; empty if nothing is."""
    missing = report.expected - report.frames > tolerance
    if not missing and not problems:
        return ''
    count = f' of {report.expected}' if report.expected else ''
    reason = '; '.join(problems) or 'it ends too early: it is cut off or damaged'
    return (
        f'only {report.frames}{count} frames could be read, and were enhanced: {reason}'
        if missing
        else f'{report.frames}{count} frames could be read and were enhanced, but {reason}'
    )
