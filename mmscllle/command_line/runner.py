"""Do the work of the enhance command and tell what became of it."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib.util import find_spec

from rich.progress import Progress

from mmscllle.apis.enhancement import Enhancement
from mmscllle.apis.output_plan import OutputPlan, Outputs
from mmscllle.apis.photograph_enhancer import PhotographEnhancer
from mmscllle.fileio import MAX_PIXELS, Photograph, RawFile, Source, write_photograph
from mmscllle.inference import Engine
from mmscllle.models.enhancers import make_engine
from mmscllle.utils.commands import INTERRUPTED
from mmscllle.utils.interrupts import interrupts_between_steps
from mmscllle.utils.messages import one_line, printable
from mmscllle.video import Comparison, FrameEnhancer, enhance_camera, enhance_video

from .jobs import Job
from .progress import make_progress

# So many photographs take longer than compiling the fast mode, which is done once.
MANY = 20


class CommandEnhancer(PhotographEnhancer):
    """Its errors name the options of the command."""

    @staticmethod
    def name_argument(argument: str) -> str:
        """``segmentor_weights`` is ``--segmentor-weights``."""
        return f'--{argument.replace("_", "-")}'


class EnhanceRun:
    """One run of the enhance command.

    Args:
        args: Its arguments.
        photographs: How many photographs it enhances.

    Raises:
        Exception: Of any kind, if the model cannot be built.
    """

    def __init__(self, args: argparse.Namespace, photographs: int = 0) -> None:
        self.args = args
        self.max_pixels = MAX_PIXELS if args.max_pixels is None else args.max_pixels or None
        self.enhancer = CommandEnhancer(
            args.model,
            args.weights,
            args.device,
            fast=bool(args.fast),
            tile=args.tile,
            precision=args.precision,
            compile=args.compile,
            segmentor=args.segmentor,
            segmentor_weights=args.segmentor_weights,
            max_pixels=self.max_pixels,
        )
        if photographs >= MANY:
            self.enhancer.engine = self._engine_of_many
        self.overview = make_engine(self.enhancer.model, self.enhancer.device)
        self.done = self.skipped = self.raw = 0
        self.failures: list[str] = []
        self.notes: list[str] = []

    def enhance_files(self, jobs: Sequence[Job], plan: OutputPlan) -> int:
        """Enhance photographs, then videos, as planned; return the exit status."""
        # The report is a step, too.
        with interrupts_between_steps() as check:
            try:
                self._enhance(jobs, plan, check)
            except KeyboardInterrupt:
                self._report()
                left = len(jobs) - self.done - self.skipped - self.raw - len(self.failures)
                print(
                    f'stopped; {left} of {len(jobs)} are left: the same command with '
                    '--skip-existing goes on from here',
                    file=sys.stderr,
                )
                return INTERRUPTED
            self._report()
            return int(bool(self.failures))

    def enhance_camera(self, index: int, stamp: str) -> int:
        """Show or record a camera; return the exit status."""
        folder = self.args.out_dir
        record = folder and folder / f'camera-{index}-{stamp}.mp4'
        enhance = self._frame_enhancer()
        try:
            with make_progress() as progress:
                task = progress.add_task(f'camera {index}, Ctrl-C ends', total=None)
                enhance_camera(
                    index, enhance, self._comparison(), record, lambda: progress.advance(task)
                )
        except (ImportError, OSError) as error:
            print(f'enhance: error: {error}', file=sys.stderr)
            return 1
        finally:
            if record and record.exists():
                print(f'recorded: {record}')
        return 0

    def _enhance(self, jobs: Sequence[Job], plan: OutputPlan, check: Callable[[], None]) -> None:
        with make_progress() as progress:
            photographs = [job for job in jobs if not job.is_video]
            self._enhance_photographs(photographs, plan, progress, check)
            for job in jobs:
                if job.is_video and job.outputs is not None:
                    self._enhance_video(job.source, job.outputs, plan, progress, check)

    def _enhance_photographs(
        self,
        jobs: Sequence[Job],
        plan: OutputPlan,
        progress: Progress,
        check: Callable[[], None],
    ) -> None:
        if not jobs:
            return
        args = self.args
        task = progress.add_task('images', total=len(jobs))
        items = (
            Enhancement(
                job.source,
                outputs=job.outputs,
                error=job.source.error,
                skipped=job.outputs is not None and plan.is_done(job.outputs),
            )
            for job in jobs
        )
        results = self.enhancer.enhance_items(
            items, plan, args.batch_size, args.strength, args.num_workers
        )
        with closing(results):
            for item in results:
                if isinstance(item.error, RawFile) and item.name not in self.args.inputs:
                    self.raw += 1
                    self.notes.append(item.reason)
                elif item.error is not None:
                    self._fail(item.name, item.reason)
                elif item.skipped:
                    self.skipped += 1
                else:
                    self.done += 1
                self.notes += [f'{item.name}: {note}' for note in item.notes]
                progress.advance(task)
                check()

    def _enhance_video(
        self,
        source: Source,
        outputs: Outputs,
        plan: OutputPlan,
        progress: Progress,
        check: Callable[[], None],
    ) -> None:
        if plan.is_done(outputs):
            self.skipped += 1
            return
        name = source.name
        task = progress.add_task(source.relative.name, total=None)
        enhance = self._frame_enhancer()
        comparison = self._comparison()

        def advance() -> None:
            progress.advance(task)
            check()

        def write_plot() -> None:
            if outputs.plot is not None and (plot := enhance.plot()) is not None:
                write_photograph(Photograph([plot]), outputs.plot, plan.put)

        try:
            report = enhance_video(
                str(source.content),
                outputs.result,
                enhance,
                (comparison, outputs.comparison) if comparison and outputs.comparison else None,
                self.args.num_workers > 0,
                self.max_pixels,
                lambda count: progress.update(task, total=count or None),
                advance,
                write_plot,
                plan.put,
            )
        # Whatever it is, it is this video's failure.
        except Exception as error:
            self._fail(name, one_line(error))
            progress.remove_task(task)
            return
        progress.update(task, total=report.frames)
        self.notes += [f'{name}: {note}' for note in report.notes]
        if report.problem:
            self._fail(name, report.problem)
        else:
            self.done += 1

    @functools.cached_property
    def _engine_of_many(self) -> Engine:
        """For many pictures or frames: the fast mode, where it gives the same, unless told."""
        enhancer, args = self.enhancer, self.args
        same = getattr(enhancer.model, 'fast_is_exact', False) and find_spec('numba') is not None
        if args.fast is not None or not same:
            return enhancer.engine
        options = dict(precision=args.precision, tile=args.tile, compile=args.compile)
        return make_engine(enhancer.model, enhancer.device, fast=True, **options)

    def _frame_enhancer(self) -> FrameEnhancer:
        return FrameEnhancer(
            self._engine_of_many, self.overview, self.args.smoothing, self.args.strength
        )

    def _comparison(self) -> Comparison | None:
        if not (self.args.compare or self.args.segmentor):
            return None
        return Comparison(
            self.enhancer.segmentor,
            self.enhancer.segmentor_meta.get('palette', ()),
            self.enhancer.device,
        )

    def _fail(self, name: str, reason: str) -> None:
        self.failures.append(reason if name in reason else f'{name}: {reason}')

    def _report(self) -> None:
        for note in self.notes:
            print(f'note: {printable(note)}', file=sys.stderr)
        for failure in self.failures:
            print(f'failed: {printable(failure)}', file=sys.stderr)
        counts = [
            f'{self.done} enhanced',
            f'{self.skipped} were there' if self.skipped else '',
            f'{len(self.failures)} failed' if self.failures else '',
            f'{self.raw} RAW files skipped' if self.raw else '',
        ]
        print(f'{", ".join(filter(None, counts))}: {self.args.out_dir}')
