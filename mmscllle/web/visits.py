"""What happens when a visitor opens files, moves a control or leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
from mmengine.logging import print_log

from mmscllle.video import is_video

from .enhancing import Enhancing
from .examples import Examples
from .jobs import REPLACED, STOPPED, Job, JobEndedError
from .preview import Preview
from .session import Session
from .sessions import Sessions
from .view import Choice, View
from .words import describe

# Seconds in which a newer position of the slider replaces a full-size job that has not begun.
PAUSE = 0.2
PREVIEW = 'Preview; the full size follows …'


class Visits:
    """Does what visitors ask for, each with a session of his own.

    Args:
        enhancing: Does the work.
        sessions: The sessions.
        examples: What is shown where a visitor has opened nothing.
    """

    def __init__(self, enhancing: Enhancing, sessions: Sessions, examples: Examples) -> None:
        self.enhancing = enhancing
        self.sessions = sessions
        self.examples = examples

    def open(self, uploads: Sequence[str], key: str) -> list[str]:
        """Open uploaded files; return the names by which they are chosen.

        Raises:
            gr.Error: If there are too many, or one has gone.
        """
        most = self.sessions.limits.files
        if len(uploads) > most:
            raise gr.Error(f'These are {len(uploads)} files; open {most} at most together.')
        with self.sessions.work(key) as (session, _), self._told(session):
            self.sessions.drop_preview(key)
            session.shown = None
            session.take(uploads)
            return list(session.inputs)

    def show(
        self, name: str | None, choice: Choice, key: str, progress: Callable[[int, int], None]
    ) -> Iterator[tuple[str, View | None]]:
        """Show a file: a picture reduced at first, then as it will be downloaded.

        Args:
            name: Of the opened file, or of an example; None: the first example.
            choice: How it is enhanced.
            key: The visitor.
            progress: Called with frames done and their number.

        Yields:
            What is going on, in words, and what there is to see, if that has changed.

        Raises:
            gr.Error: If it cannot be enhanced.
        """
        if not self._is_new(name, choice, key):
            return
        with self.sessions.work(key) as (session, job), self._told(session):
            source = self._find(session, name)
            session.shown = (source.name if name is None else name, choice.model, choice.mode)
            # What could be downloaded till now is of another file.
            yield f'Enhancing {source.name} …', None
            if not is_video(source):
                preview = self._preview(session, key, source, choice.model, job)
                yield (
                    PREVIEW,
                    self.enhancing.show_preview(preview, choice.strength, session.new_folder()),
                )
            yield from self._show_whole(session, key, source, choice, job, progress)

    def replace(self, name: str | None, choice: Choice, key: str) -> None:
        """End the visitor's job if something else is to be shown."""
        if self._is_new(name, choice, key):
            self.sessions.stop(key, REPLACED)

    def adjust(self, name: str | None, choice: Choice, key: str) -> View | None:
        """Show a picture at another strength, reduced; None for a video."""
        with self.sessions.work(key) as (session, job), self._told(session):
            source = self._find(session, name)
            if is_video(source):
                return None
            preview = self._preview(session, key, source, choice.model, job)
            return self.enhancing.show_preview(preview, choice.strength, session.new_folder())

    def finish(
        self, name: str | None, choice: Choice, key: str, progress: Callable[[int, int], None]
    ) -> Iterator[tuple[str, View]]:
        """Follow :meth:`adjust` with the full size; see :meth:`show`.

        Raises:
            JobEndedError: If the slider has moved on.
        """
        with self.sessions.work(key) as (session, job), self._told(session):
            job.wait(PAUSE)
            yield from self._show_whole(
                session, key, self._find(session, name), choice, job, progress
            )

    def pack(
        self, choice: Choice, key: str, progress: Callable[[int, int], None]
    ) -> tuple[str, Path]:
        """Enhance all opened files; return what is to be said and the archive."""
        with self.sessions.work(key) as (session, job), self._told(session):
            sources = list(session.inputs.values()) or list(self.examples.pictures.values())
            archive, failures, notes = self.enhancing.pack(
                sources, choice, session.new_folder(), job, progress
            )
            text = f'{len(sources) - len(failures)} of {len(sources)} files are enhanced.'
            reasons = [describe(error, session.folder) for error in failures.values()]
            return ' '.join([text, *reasons]) + _note(notes), archive

    def call(self, upload: str, choice: Choice, key: str) -> str:
        """Enhance one file for a program; return the path of the result.

        Raises:
            gr.Error: If it cannot be enhanced, or only in part.
        """
        self.open([upload], key)
        with self.sessions.work(key) as (session, job), self._told(session):
            (source,) = session.inputs.values()
            result = self.enhancing.enhance(source, choice, session.new_folder(), job)
            # A program would take the part for the whole.
            if result.problem:
                raise OSError(f'{source.name}: {result.problem}')
            return str(result.path)

    def _is_new(self, name: str | None, choice: Choice, key: str) -> bool:
        """Whether the page shows something else: to leave a control is no choice, nor is it new."""
        with self.sessions.visit(key) as session:
            return session.shown != (name, choice.model, choice.mode)

    def _find(self, session: Session, name: str | None) -> Path:
        known = {**{path.name: path for path in self.examples.all}, **session.inputs}
        if name is None:
            return self.examples.first
        if name not in known:
            raise FileNotFoundError(f'{name!r} is here no longer; open it again')
        return known[name]

    def _show_whole(
        self,
        session: Session,
        key: str,
        source: Path,
        choice: Choice,
        job: Job,
        progress: Callable[[int, int], None],
    ) -> Iterator[tuple[str, View]]:
        folder = session.new_folder()
        if is_video(source):
            views = self.enhancing.show_video(source, choice, folder, job, progress)
        else:
            preview = self._preview(session, key, source, choice.model, job)
            views = self.enhancing.show_picture(source, choice, preview, folder, job)
        for view in views:
            # Else an old result would be shown after what has replaced it.
            job.check()
            yield _summary(source, view), view

    def _preview(self, session: Session, key: str, source: Path, model: str, job: Job) -> Preview:
        found = self.sessions.find_preview(key)
        if found is None or found.of != (source, model):
            found = self.enhancing.prepare_preview(source, model, job)
            self.sessions.keep_preview(key, found)
        return found

    @contextmanager
    def _told(self, session: Session) -> Iterator[None]:
        """Within it errors become what the visitor reads; a replaced job has nothing to say."""
        try:
            yield
        except gr.Error:
            raise
        except JobEndedError as error:
            if error.why == REPLACED:
                raise
            session.shown = None
            if error.why == STOPPED:
                raise gr.Error('Stopped.', title='Stopped', print_exception=False) from None
            raise gr.Error(
                f'It took longer than the {self.sessions.limits.seconds:g} seconds that '
                'a job may take here; try a smaller file or a faster model.',
                title='Too long',
                print_exception=False,
            ) from None
        except Exception as error:
            session.shown = None
            print_log(f'a job failed: {error!r}', 'current', logging.WARNING)
            raise gr.Error(
                describe(error, session.folder),
                title='Not enhanced',
                duration=30,
                print_exception=False,
            ) from None


def _summary(source: Path, view: View) -> str:
    return f'{source.name} is enhanced, ready to download.{_note(view.notes)}'


def _note(notes: Sequence[str]) -> str:
    return f' Note: {"; ".join(notes)}.' if notes else ''
