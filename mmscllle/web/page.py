"""The page: what is where, and what calls what."""
from __future__ import annotations

import secrets
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Iterator

import gradio as gr

from mmscllle.fileio import IMAGE_SUFFIXES
from mmscllle.video import VIDEO_SUFFIXES

from .enhancing import Choice, View
from .jobs import REPLACED, JobEnded
from .models import MODES
from .visits import PREVIEW, Visits

TITLE = 'mmscllle: see in the dark'
INTRODUCTION = (f'# {TITLE}\nDrop or paste a dark picture, a folder of pictures or a video. '
                'Nothing leaves the machine that this page runs on.')
MOST_STRENGTH = 2.0
# Lanes of Gradio's queue: full-size jobs wait for each other, the strength slider does not wait.
WORK, PREVIEWS = 'work', 'previews'


class Page:
    """Builds the page.

    Args:
        visits: Does what visitors ask for.
        first: What is shown before anybody has asked.
    """

    def __init__(self, visits: Visits, first: View) -> None:
        self.visits = visits
        self.models = visits.enhancing.models
        self.workers = visits.sessions.limits.workers
        with gr.Blocks(title=TITLE, analytics_enabled=False) as self.blocks:
            gr.Markdown(INTRODUCTION, elem_id='app-title')
            with gr.Row():
                with gr.Column(scale=1, min_width=300):
                    self._add_controls()
                with gr.Column(scale=2, min_width=300):
                    self._add_results(first)
            self._add_endpoint()
            self._connect()

    def _add_controls(self) -> None:
        examples = self.visits.examples
        self.upload = gr.File(label='Pictures or a video', file_count='multiple',
                              file_types=[*IMAGE_SUFFIXES, *VIDEO_SUFFIXES], elem_id='upload',
                              height=150)
        self.folder = gr.UploadButton('Choose a folder of pictures', file_count='directory',
                                      elem_id='folder', size='sm')
        self.name = gr.Dropdown([path.name for path in examples.all], value=examples.first.name,
                                label='Shown file', elem_id='name')
        self.strength = gr.Slider(0, MOST_STRENGTH, 1, step=0.05, label='Strength',
                                  info='0: as it came, 1: as trained, beyond: brighter',
                                  elem_id='strength')
        self.model = gr.Dropdown(self.models.names, value=self.models.names[0],
                                 label='Enhancer', elem_id='model')
        self.mode = gr.Radio(list(MODES), value='exact', label='Mode', elem_id='mode')
        self.stop = gr.Button('Stop', variant='stop', size='sm', elem_id='stop')
        gr.Markdown('### Examples, drawn by program')
        self.gallery = gr.Gallery(
            [(str(path), name) for name, path in examples.pictures.items()], columns=3, height=150,
            label='Examples', show_label=False, allow_preview=False, interactive=False,
            buttons=[], elem_id='examples')
        self.example_video = gr.Button('Example video', size='sm', elem_id='example-video')

    def _add_results(self, first: View) -> None:
        self.view = gr.ImageSlider(_pair(first), label='Before | after', type='filepath',
                                   interactive=False, buttons=['fullscreen'], max_height=640,
                                   elem_id='view')
        self.position = gr.Slider(0, 100, 50, step=5, label='Position of the divider, %',
                                  elem_id='compare-position')
        self.video = gr.Video(label='Before | after', visible=False, interactive=False,
                              buttons=[], elem_id='video')
        self.status = gr.HTML(_status('An example, enhanced. Open a file of yours.'),
                              elem_id='status')
        with gr.Row():
            self.download = gr.DownloadButton('Download the result', value=str(first.result),
                                              variant='primary', elem_id='download')
            self.pack = gr.Button('Enhance all opened files', elem_id='pack')
            self.archive = gr.DownloadButton('Download all (ZIP)', visible=False,
                                             elem_id='archive')
        with gr.Accordion('What the segmentor sees', visible=first.seen is not None):
            self.seen = gr.ImageSlider(
                (first.seen.before, first.seen.after) if first.seen else None,
                label='Segmentation before | after', interactive=False, buttons=['fullscreen'],
                elem_id='seen')
            self.legend = gr.HTML(first.seen.table if first.seen else '', elem_id='legend')
        with gr.Accordion('Tone curves and histograms', elem_id='plots'):
            with gr.Row():
                self.curves = gr.Image(first.curves, label='Tone curves', interactive=False,
                                       buttons=[], height=300, elem_id='curves')
                self.histograms = gr.Image(first.histograms, label='Histograms',
                                           interactive=False, buttons=[], height=300,
                                           elem_id='histograms')

    def _add_endpoint(self) -> None:
        with gr.Row(visible=False):
            file = gr.File(label='file', file_count='single')
            result = gr.File(label='result')
            button = gr.Button()
        button.click(self._call, [file, self.model, self.mode, self.strength], result,
                     api_name='enhance', concurrency_id=WORK, concurrency_limit=self.workers)

    def _connect(self) -> None:
        choice = [self.name, self.model, self.mode, self.strength]
        shown = [self.view, self.video, self.status, self.download, self.seen, self.legend,
                 self.curves, self.histograms, self.position]
        quick = dict(queue=False, api_visibility='private', show_progress='hidden')
        work = dict(api_visibility='private', concurrency_id=WORK,
                    concurrency_limit=self.workers, show_progress_on=[self.status])
        opened = [self.upload, self.folder, self.name, self.archive, self.pack]
        starts = [
            self.upload.upload(self._open, [self.upload], opened, **quick),
            self.folder.upload(self._open, [self.folder], opened, **quick),
            self.gallery.select(self._choose_example, None, [self.name], **quick),
            self.example_video.click(self._choose_video, None, [self.name], **quick),
            self.model.input(self._choose_model, [self.model, self.mode], [self.mode], **quick),
            self.mode.input(self._replace, None, None, **quick),
            self.name.input(self._replace, None, None, **quick),
        ]
        for start in starts:
            start.success(self._show, choice, shown, **work)
        self.strength.input(
            self._adjust, choice, [self.view, self.download, self.status],
            api_visibility='private', concurrency_id=PREVIEWS, concurrency_limit=4,
            show_progress='hidden', trigger_mode='always_last',
        ).success(self._finish, choice, shown, trigger_mode='always_last', **work)
        self.position.input(
            None, [self.position], None, js=SET_DIVIDER, api_visibility='private')
        self.pack.click(self._pack, choice[1:], [self.status, self.archive], **work)
        self.stop.click(self._stop, None, None, **quick)
        self.blocks.unload(self._leave)

    def _open(self, uploads: list[str] | None, request: gr.Request) -> dict:
        names = self.visits.open(uploads or [], _key(request))
        others = [path.name for path in self.visits.examples.all]
        return {
            self.upload: None, self.folder: None,
            self.name: gr.Dropdown([*names, *(name for name in others if name not in names)],
                                   value=names[0]),
            self.pack: gr.Button(visible=True),
            self.archive: gr.DownloadButton(visible=False),
        }

    def _choose_example(self, event: gr.SelectData, request: gr.Request) -> str:
        self._replace(request)
        return list(self.visits.examples.pictures.values())[event.index].name

    def _choose_video(self, request: gr.Request) -> str:
        self._replace(request)
        return self.visits.examples.video.name

    def _choose_model(self, model: str, mode: str, request: gr.Request) -> gr.Radio:
        self._replace(request)
        modes = list(self.models.modes(model))
        return gr.Radio(modes, value=mode if mode in modes else modes[0])

    def _replace(self, request: gr.Request) -> None:
        self.visits.sessions.stop(_key(request), REPLACED)

    def _stop(self, request: gr.Request) -> None:
        self.visits.sessions.stop(_key(request))

    def _leave(self, request: gr.Request) -> None:
        self.visits.sessions.close(_key(request))

    def _show(self, name: str | None, model: str, mode: str, strength: float,
              request: gr.Request, progress: gr.Progress = gr.Progress()) -> Iterator[dict]:
        steps = self.visits.show(name, Choice(model, mode, strength), _key(request),
                                 _reporter(progress))
        try:
            for text, view in steps:
                yield self._update(text, view)
        except JobEnded:
            pass

    def _adjust(self, name: str | None, model: str, mode: str, strength: float,
                request: gr.Request) -> dict:
        try:
            view = self.visits.adjust(name, Choice(model, mode, strength), _key(request))
        except JobEnded:
            return {self.download: gr.skip()}
        changes = {self.download: gr.DownloadButton(interactive=False)}
        if view is not None:
            changes.update({self.view: _pair(view), self.status: _status(PREVIEW)})
        return changes

    def _finish(self, name: str | None, model: str, mode: str, strength: float,
                request: gr.Request, progress: gr.Progress = gr.Progress()) -> dict:
        try:
            return self._update(*self.visits.finish(
                name, Choice(model, mode, strength), _key(request), _reporter(progress)))
        except JobEnded:
            return {self.download: gr.skip()}

    def _pack(self, model: str, mode: str, strength: float, request: gr.Request,
              progress: gr.Progress = gr.Progress()) -> dict:
        try:
            text, archive = self.visits.pack(Choice(model, mode, strength), _key(request),
                                             _reporter(progress))
        except JobEnded:
            return {self.status: gr.skip()}
        return {self.status: _status(text),
                self.archive: gr.DownloadButton(value=str(archive), visible=True)}

    def _call(self, file: str, model: str, mode: str, strength: float,
              request: gr.Request) -> str:
        if not file:
            raise gr.Error('file: name a picture or a video', print_exception=False)
        choice = Choice(model, mode, strength)
        return self.visits.call(file, choice, secrets.token_hex(16))

    def _update(self, text: str, view: View | None) -> dict:
        changes = {self.status: _status(text)}
        if view is None:
            return {**changes, self.download: gr.DownloadButton(interactive=False)}
        changes[self.download] = gr.DownloadButton(
            value=view.result and str(view.result), interactive=view.result is not None)
        moving = view.video is not None
        changes[self.video] = gr.Video(view.video and str(view.video), visible=moving)
        changes[self.view] = gr.ImageSlider(None if moving else _pair(view), visible=not moving)
        changes[self.position] = gr.Slider(visible=not moving)
        if view.result is not None:
            changes[self.curves] = gr.Image(view.curves, visible=view.curves is not None)
            changes[self.histograms] = gr.Image(view.histograms,
                                                visible=view.histograms is not None)
        if view.seen is not None:
            changes.update({self.seen: (view.seen.before, view.seen.after),
                            self.legend: view.seen.table})
        return changes


# Moves the divider of the picture without asking the server.
SET_DIVIDER = """(position) => {
  const range = document.querySelector('#view');
  range?.dispatchEvent(new CustomEvent('divider', { detail: position }));
}"""


def first_view(visits: Visits, folder: Path) -> View:
    """Enhance the first example, for what the page shows before anybody has asked."""
    from .jobs import Job
    enhancing, source = visits.enhancing, visits.examples.first
    job, choice = Job(float('inf')), Choice(enhancing.models.names[0])
    preview = enhancing.prepare_preview(source, choice.model, job)
    return enhancing.show_picture(source, replace(choice), preview, folder, job)


def _key(request: gr.Request) -> str:
    return request.session_hash or ''


def _pair(view: View) -> tuple[str, str]:
    return str(view.before), str(view.after)


def _status(text: str) -> str:
    return f'<p>{escape(text)}</p>'


def _reporter(progress: gr.Progress):
    def report(done: int, total: int) -> None:
        progress((done, total) if total else None, desc=f'{done} done')
    return report
