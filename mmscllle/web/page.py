"""The page: what calls what."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import gradio as gr

from .jobs import JobEndedError
from .layout import TITLE, Layout, pair_of, status_text
from .pool import Pool
from .view import Choice, View
from .visits import PREVIEW, Visits

# Lanes of Gradio's queue: full-size jobs wait for each other, the strength slider does not wait.
WORK, PREVIEWS = 'work', 'previews'
PREVIEW_WORKERS = 2
# Gradio gives each call a bar of its own in place of this one.
PROGRESS = gr.Progress()


class Page:
    """Builds the page.

    Args:
        visits: Does what visitors ask for.
        first: What is shown before anybody has asked.
    """

    def __init__(self, visits: Visits, first: View) -> None:
        self.visits = visits
        self.models = visits.enhancing.models
        self.work = Pool(visits.sessions.limits.workers)
        self.previews = Pool(PREVIEW_WORKERS)
        with gr.Blocks(title=TITLE, analytics_enabled=False) as self.blocks:
            self.layout = Layout(self.models.names, visits.examples, first)
            self._connect()

    def _connect(self) -> None:
        parts, workers = self.layout, self.visits.sessions.limits.workers
        quick = dict(queue=False, api_visibility='private', show_progress='hidden')
        lane = dict(concurrency_id=WORK, concurrency_limit=workers)
        work = dict(api_visibility='private', show_progress_on=[parts.status], **lane)
        opened = [parts.upload, parts.folder, parts.name, parts.archive]
        # What is quick ends the visitor's job at once; the next one then waits for its turn.
        starts = [
            parts.upload.upload(self._open, [parts.upload], opened, **quick),
            parts.folder.upload(self._open, [parts.folder], opened, **quick),
            parts.gallery.select(self._choose_example, None, [parts.name], **quick).success(
                self._replace, parts.choice, None, **quick
            ),
            parts.example_video.click(self._choose_video, None, [parts.name], **quick).success(
                self._replace, parts.choice, None, **quick
            ),
            parts.model.input(self._choose_model, parts.choice, [parts.mode], **quick),
            parts.mode.input(self._replace, parts.choice, None, **quick),
            parts.name.input(self._replace, parts.choice, None, **quick),
        ]
        for start in starts:
            start.success(self._following(self.visits.show), parts.choice, parts.shown, **work)
        parts.strength.input(
            self._adjust,
            parts.choice,
            [parts.view, parts.download, parts.status],
            api_visibility='private',
            concurrency_id=PREVIEWS,
            concurrency_limit=PREVIEW_WORKERS,
            show_progress='hidden',
            trigger_mode='always_last',
        ).success(
            self._following(self.visits.finish),
            parts.choice,
            parts.shown,
            trigger_mode='always_last',
            **work,
        )
        parts.position.input(
            self._set_divider, [parts.position], [parts.view], trigger_mode='always_last', **quick
        )
        parts.pack.click(self._pack, parts.choice[1:], [parts.status, parts.archive], **work)
        parts.stop.click(self._stop, None, None, **quick)
        parts.call.click(
            self._call, [parts.file, *parts.choice[1:]], parts.result, api_name='enhance', **lane
        )
        self.blocks.unload(self._leave)

    def _open(self, uploads: list[str] | None, request: gr.Request) -> dict:
        names = self.visits.open(uploads or [], _key(request))
        others = [path.name for path in self.visits.examples.all]
        parts = self.layout
        return {
            parts.upload: None,
            parts.folder: None,
            parts.name: gr.Dropdown(
                [*names, *(name for name in others if name not in names)], value=names[0]
            ),
            parts.archive: gr.DownloadButton(visible=False),
        }

    def _choose_example(self, event: gr.SelectData) -> str:
        return list(self.visits.examples.pictures.values())[event.index].name

    def _choose_video(self) -> str:
        return self.visits.examples.video.name

    def _choose_model(
        self, name: str | None, model: str, mode: str, strength: float, request: gr.Request
    ) -> gr.Radio:
        self._replace(name, model, mode, strength, request)
        modes = list(self.models.modes(model))
        return gr.Radio(modes, value=mode if mode in modes else modes[0])

    def _replace(
        self, name: str | None, model: str, mode: str, strength: float, request: gr.Request
    ) -> None:
        self.visits.replace(name, Choice(model, mode, strength), _key(request))

    def _stop(self, request: gr.Request) -> None:
        self.visits.sessions.stop(_key(request))

    def _set_divider(self, position: float) -> gr.ImageSlider:
        return gr.ImageSlider(slider_position=position)

    def _leave(self, request: gr.Request) -> None:
        self.visits.sessions.close(_key(request))
        # Gradio would keep a copy of the page's state for each of the last 10,000 visitors.
        self.blocks.state_holder.session_data.pop(_key(request), None)
        self.blocks.state_holder.time_last_used.pop(_key(request), None)

    def _following(self, visit: Callable[..., Iterator[tuple[str, View | None]]]) -> Callable:
        """Make what shows the steps of :meth:`Visits.show` or :meth:`Visits.finish`."""

        def follow(
            name: str | None,
            model: str,
            mode: str,
            strength: float,
            request: gr.Request,
            progress: gr.Progress = PROGRESS,
        ) -> Iterator[dict]:
            steps = visit(name, Choice(model, mode, strength), _key(request), _reporter(progress))
            try:
                for text, view in self.work.iterate(steps):
                    yield self.layout.update(text, view)
            except JobEndedError:
                # A newer job of this visitor has taken its place.
                pass
            # Gradio sends the last step once more, which by now may be out of date.
            yield {self.layout.status: gr.skip()}

        return follow

    def _adjust(
        self, name: str | None, model: str, mode: str, strength: float, request: gr.Request
    ) -> dict:
        parts = self.layout
        try:
            view = self.previews.run(
                self.visits.adjust, name, Choice(model, mode, strength), _key(request)
            )
        except JobEndedError:
            return {parts.download: gr.skip()}
        changes = {parts.download: gr.DownloadButton(interactive=False)}
        if view is not None:
            changes.update({parts.view: pair_of(view), parts.status: status_text(PREVIEW)})
        return changes

    def _pack(
        self,
        model: str,
        mode: str,
        strength: float,
        request: gr.Request,
        progress: gr.Progress = PROGRESS,
    ) -> dict:
        parts = self.layout
        try:
            text, archive = self.work.run(
                self.visits.pack, Choice(model, mode, strength), _key(request), _reporter(progress)
            )
        except JobEndedError:
            return {parts.status: gr.skip()}
        return {
            parts.status: status_text(text),
            parts.archive: gr.DownloadButton(value=str(archive), visible=True),
        }

    def _call(self, file: str, model: str, mode: str, strength: float) -> str:
        if not file:
            raise gr.Error('file: name a picture or a video', print_exception=False)
        return self.work.run(
            self.visits.call, file, Choice(model, mode, strength), secrets.token_hex(16)
        )


def _key(request: gr.Request) -> str:
    """What tells a visitor, or a page that is open twice, from others."""
    return request.session_hash or ''


def _reporter(progress: gr.Progress) -> Callable[[int, int], None]:
    """What shows the visitor how far a job is."""

    def report(done: int, total: int) -> None:
        progress((done, total) if total else None, desc=f'{done} done')

    return report
