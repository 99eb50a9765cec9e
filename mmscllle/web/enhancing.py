"""The work of the page, by the parts that the command uses, too."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmscllle.fileio import Photograph, read_photograph, write_photograph
from mmscllle.video import (
    Comparison,
    FrameEnhancer,
    VideoReport,
    enhance_video,
    is_video,
    result_path,
)

from .histograms import histogram_plot
from .jobs import Job, running
from .models import Models
from .preview import SIDE, Preview, reduce_frame, to_screen
from .segmentor_view import SegmentorViewer
from .view import Choice, View

# What browsers show as it is; other pictures are shown as PNG of 8 bit.
SHOWN_SUFFIXES = ('.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp', '.avif')


class EnhancedPicture(NamedTuple):
    """A picture before and after, where the result is, and what was not kept."""

    before: Photograph
    after: Photograph
    path: Path
    notes: list[str]


class Enhanced(NamedTuple):
    """Where a result is, what was not kept, and why, of a video, it is only a part, or empty."""

    path: Path
    notes: list[str]
    problem: str = ''


class Enhancing:
    """Does the work.

    Args:
        models: The enhancers.
        max_pixels: See :class:`mmscllle.apis.EnhanceInferencer`.
        viewer: The segmentor, if there is one.
    """

    def __init__(
        self, models: Models, max_pixels: int, viewer: SegmentorViewer | None = None
    ) -> None:
        self.models = models
        self.max_pixels = max_pixels
        self.viewer = viewer

    def prepare_preview(self, source: Path, model: str, job: Job) -> Preview:
        """Read a picture and estimate its curves, for a preview.

        Raises:
            OSError, ValueError: If it cannot be read, or there is no such model.
        """
        engine = self.models.preview_engine(model)
        with running(job):
            return Preview(read_photograph(source, self.max_pixels), engine, (source, model))

    def show_preview(self, preview: Preview, strength: float, folder: Path) -> View:
        """Write a preview at a strength."""
        before, after = folder / 'before.jpg', folder / 'after.jpg'
        for path, picture in ((before, preview.before), (after, preview(strength))):
            write_photograph(Photograph([to_screen(picture)], 'JPEG'), path)
        return View(before, after)

    def enhance(
        self,
        source: Path,
        choice: Choice,
        folder: Path,
        job: Job,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Enhanced:
        """Enhance a picture or a video, as the command does.

        Args:
            source: The file.
            choice: How.
            folder: Where the result goes.
            job: Says whether to go on.
            progress: Called with the frames done of a video and their number, 0 if it is unknown.

        Returns:
            The result.

        Raises:
            JobEndedError: If the job is to end.
            OSError, ValueError: If the file cannot be enhanced.
        """
        job.check()
        if is_video(source):
            result = folder / result_path(Path(source.name))
            _, report = self._enhance_video(source, choice, result, job, progress)
            return Enhanced(result, report.notes, report.problem)
        item = self._enhance_picture(source, choice, folder, job)
        return Enhanced(item.path, item.notes)

    def show_picture(
        self, source: Path, choice: Choice, preview: Preview, folder: Path, job: Job
    ) -> Iterator[View]:
        """Enhance a picture, see :meth:`enhance`.

        Yields:
            The result, and then, as these take time, too, plots and the segmentor's view as well.
        """
        job.check()
        item = self._enhance_picture(source, choice, folder, job)
        job.check()
        view = View(source, item.path, result=item.path, notes=item.notes)
        frames = item.before.frames[0], item.after.frames[0]
        if item.path.suffix.lower() not in SHOWN_SUFFIXES:
            view.before, view.after = (
                _write_shown(to_screen(frame), folder / 'shown' / name)
                for frame, name in zip(frames, ('before.png', 'after.png'), strict=True)
            )
        before, after = (to_screen(reduce_frame(frame, SIDE)) for frame in frames)
        # The preview and the plots need it no more.
        del item, frames
        yield view
        job.check()
        with running(job):
            view.curves = _draw_plot(preview.plot(choice.strength), folder)
            view.histograms = _write_shown(
                histogram_plot(before, after), folder / 'shown' / 'histograms.png'
            )
            if self.viewer is not None:
                seen = self.viewer(before, after)
                view.seen = (
                    _write_shown(seen.before, folder / 'shown' / 'seen-before.png'),
                    _write_shown(seen.after, folder / 'shown' / 'seen-after.png'),
                )
                view.legend = seen.table
        view.is_complete = True
        yield view

    def show_video(
        self,
        source: Path,
        choice: Choice,
        folder: Path,
        job: Job,
        progress: Callable[[int, int], None],
    ) -> Iterator[View]:
        """Enhance a video, see :meth:`enhance`, with the input beside it for the view."""
        result = folder / result_path(Path(source.name))
        pairs = folder / 'shown' / 'before-after.mp4'
        viewer = self.viewer
        comparison = Comparison(
            viewer.segmentor if viewer else None,
            viewer.palette if viewer else (),
            self.models.get(choice.model, choice.mode).device,
        )
        enhance, report = self._enhance_video(
            source, choice, result, job, progress, (comparison, pairs)
        )
        with running(job):
            curves = _draw_plot(enhance.plot(), folder)
        yield View(
            video=pairs,
            result=result,
            curves=curves,
            notes=[*report.notes, *filter(None, [report.problem])],
            is_complete=True,
        )

    def pack(
        self,
        sources: Sequence[Path],
        choice: Choice,
        folder: Path,
        job: Job,
        progress: Callable[[int, int], None],
    ) -> tuple[Path, dict[str, Exception], list[str]]:
        """Enhance several files and pack the results.

        Args:
            sources: The files.
            choice: How.
            folder: Where the archive goes.
            job: Says whether to go on.
            progress: Called with the files done and their number.

        Returns:
            The archive, what could not be enhanced, or only in part, and what was not kept.

        Raises:
            JobEndedError: If the job is to end.
            OSError: If not one could be enhanced.
        """
        archive = folder / 'enhanced.zip'
        failures: dict[str, Exception] = {}
        names: list[str] = []
        notes: list[str] = []
        with zipfile.ZipFile(archive, 'w') as packed:
            for number, source in enumerate(sources):
                progress(number, len(sources))
                try:
                    result = self.enhance(source, choice, folder / 'packed', job)
                except (OSError, ValueError) as error:
                    failures[source.name] = error
                    continue
                names.append(_free_name(result.path.name, names))
                packed.write(result.path, names[-1])
                result.path.unlink()
                notes += [f'{source.name}: {note}' for note in result.notes]
                if result.problem:
                    failures[source.name] = OSError(f'{source.name}: {result.problem}')
        if not names:
            raise next(iter(failures.values()))
        return archive, failures, notes

    def _enhance_picture(
        self, source: Path, choice: Choice, folder: Path, job: Job
    ) -> EnhancedPicture:
        inferencer = self.models.get(choice.model, choice.mode)
        with running(job):
            (item,) = inferencer.stream([str(source)], strength=choice.strength, out_dir=folder)
        if item.error is not None:
            raise item.error
        if item.original is None or item.photograph is None or item.out_file is None:
            raise OSError(f'{source.name} was not enhanced: its result is there already')
        return EnhancedPicture(item.original, item.photograph, item.out_file, item.notes)

    def _enhance_video(
        self,
        source: Path,
        choice: Choice,
        result: Path,
        job: Job,
        progress: Callable[[int, int], None],
        compare: tuple[Comparison, Path] | None = None,
    ) -> tuple[FrameEnhancer, VideoReport]:
        inferencer = self.models.get(choice.model, choice.mode)
        enhance = FrameEnhancer(
            inferencer.engine, self.models.overview(choice.model), strength=choice.strength
        )
        count = [0, 0]

        def opened(total: int) -> None:
            count[1] = total

        def advanced() -> None:
            count[0] += 1
            job.check()
            progress(*count)

        with running(job):
            report = enhance_video(
                source,
                result,
                enhance,
                compare,
                max_pixels=self.max_pixels,
                opened=opened,
                advanced=advanced,
            )
        return enhance, report


def _free_name(name: str, taken: Sequence[str]) -> str:
    """This name, or one like it: different from those taken, in more than upper and lower case."""
    path, number = Path(name), 1
    while name.casefold() in map(str.casefold, taken):
        number += 1
        name = f'{path.stem}-{number}{path.suffix}'
    return name


def _draw_plot(plot: np.ndarray | None, folder: Path) -> Path | None:
    """Write a plot of tone curves, where there is one."""
    return None if plot is None else _write_shown(plot, folder / 'shown' / 'curves.png')


def _write_shown(picture: np.ndarray, path: Path) -> Path:
    """Write what is only shown, uint8 RGB (H, W, 3), as PNG."""
    write_photograph(Photograph([picture]), path)
    return path
