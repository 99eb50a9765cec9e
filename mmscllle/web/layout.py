"""What is where on the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import gradio as gr

from mmscllle.fileio import IMAGE_SUFFIXES
from mmscllle.video import VIDEO_SUFFIXES

from .examples import Examples
from .models import MODES
from .view import View

TITLE = 'mmscllle: see in the dark'
INTRODUCTION = (
    f'# {TITLE}\nDrop or paste a dark picture, a folder of pictures or a video. '
    'Nothing leaves the machine that this page runs on.'
)
MOST_STRENGTH = 2.0


class Layout:
    """The components of the page; made within ``gr.Blocks``.

    Args:
        models: Names of the enhancers.
        examples: The examples.
        first: What is shown before anybody has asked.
    """

    def __init__(self, models: Sequence[str], examples: Examples, first: View) -> None:
        gr.Markdown(INTRODUCTION, elem_id='app-title')
        with gr.Row():
            with gr.Column(scale=1, min_width=300):
                self._add_controls(models, [path.name for path in examples.all])
            with gr.Column(scale=2, min_width=300):
                self._add_results(first)
        self._add_examples(examples)
        # The parts of the endpoint for programs that the page itself does not need.
        with gr.Row(visible=False):
            self.file = gr.File(label='file', file_count='single')
            self.result = gr.File(label='result')
            self.call = gr.Button()
        for component in (self.upload, self.folder, self.file):
            refuse_urls(component)

    @property
    def choice(self) -> list[gr.components.Component]:
        """What says which file is shown, and how."""
        return [self.name, self.model, self.mode, self.strength]

    @property
    def shown(self) -> list[gr.components.Component]:
        """What shows a file."""
        return [
            self.view,
            self.video,
            self.status,
            self.download,
            self.seen,
            self.legend,
            self.curves,
            self.histograms,
            self.position,
        ]

    def update(self, text: str, view: View | None) -> dict:
        """Show a file.

        Args:
            text: What is going on.
            view: What there is to see; None: what was there is out of date.

        Returns:
            The changes of :attr:`shown`.
        """
        changes = {self.status: status_text(text)}
        if view is None:
            return {**changes, self.download: gr.DownloadButton(interactive=False)}
        changes[self.download] = gr.DownloadButton(
            value=view.result and str(view.result), interactive=view.result is not None
        )
        moving = view.video is not None
        changes[self.video] = gr.Video(view.video and str(view.video), visible=moving)
        changes[self.view] = gr.ImageSlider(None if moving else pair_of(view), visible=not moving)
        changes[self.position] = gr.Slider(visible=not moving)
        if view.is_complete:
            changes.update(
                {
                    image: gr.Image(path and str(path), visible=path is not None)
                    for image, path in (
                        (self.curves, view.curves),
                        (self.histograms, view.histograms),
                    )
                }
            )
        if view.seen is not None:
            changes.update({self.seen: tuple(map(str, view.seen)), self.legend: view.legend})
        return changes

    def _add_controls(self, models: Sequence[str], files: Sequence[str]) -> None:
        self.upload = gr.File(
            label='Pictures or a video',
            file_count='multiple',
            file_types=[*IMAGE_SUFFIXES, *VIDEO_SUFFIXES],
            elem_id='upload',
            height=150,
        )
        self.folder = gr.UploadButton(
            'Choose a folder of pictures', file_count='directory', elem_id='folder', size='sm'
        )
        self.name = gr.Dropdown(list(files), value=files[0], label='Shown file', elem_id='name')
        self.strength = gr.Slider(
            0,
            MOST_STRENGTH,
            1,
            step=0.05,
            label='Strength',
            info='0: as it came, 1: as trained, beyond: brighter',
            elem_id='strength',
        )
        self.model = gr.Dropdown(list(models), value=models[0], label='Enhancer', elem_id='model')
        self.mode = gr.Radio(list(MODES), value='exact', label='Mode', elem_id='mode')
        self.stop = gr.Button('Stop', size='sm', elem_id='stop')

    def _add_examples(self, examples: Examples) -> None:
        gr.Markdown('### Examples, drawn by program')
        self.gallery = gr.Gallery(
            [(str(path), name) for name, path in examples.pictures.items()],
            columns=3,
            height=170,
            label='Examples',
            show_label=False,
            allow_preview=False,
            interactive=False,
            buttons=[],
            elem_id='examples',
        )
        self.example_video = gr.Button('Example video', size='sm', elem_id='example-video')

    def _add_results(self, first: View) -> None:
        self.view = gr.ImageSlider(
            pair_of(first),
            label='Before | after',
            type='filepath',
            interactive=False,
            buttons=['fullscreen'],
            max_height=640,
            elem_id='view',
        )
        self.position = gr.Slider(
            0, 100, 50, step=5, label='Position of the divider, %', elem_id='compare-position'
        )
        self.video = gr.Video(
            label='Before | after', visible=False, interactive=False, buttons=[], elem_id='video'
        )
        self.status = gr.HTML(
            status_text('An example, enhanced. Open a file of yours.'), elem_id='status'
        )
        with gr.Row():
            self.download = gr.DownloadButton(
                'Download the result',
                value=str(first.result),
                variant='primary',
                elem_id='download',
            )
            self.pack = gr.Button('Enhance all opened files', elem_id='pack')
            self.archive = gr.DownloadButton('Download all (ZIP)', visible=False, elem_id='archive')
        with gr.Accordion('What the segmentor sees', visible=first.seen is not None):
            self.seen = gr.ImageSlider(
                first.seen and tuple(map(str, first.seen)),
                type='filepath',
                label='Segmentation before | after',
                interactive=False,
                buttons=['fullscreen'],
                elem_id='seen',
            )
            self.legend = gr.HTML(first.legend, elem_id='legend')
        with gr.Accordion('Tone curves and histograms', elem_id='plots'):
            with gr.Row():
                self.curves = gr.Image(
                    first.curves and str(first.curves),
                    label='Tone curves',
                    interactive=False,
                    show_label=False,
                    buttons=[],
                    height=320,
                    elem_id='curves',
                )
                self.histograms = gr.Image(
                    str(first.histograms),
                    label='Histograms',
                    interactive=False,
                    show_label=False,
                    buttons=[],
                    height=320,
                    elem_id='histograms',
                )


def refuse_urls(component: gr.components.Component) -> None:
    """Let a component take uploads only: Gradio would fetch a URL, of any size, for anybody."""
    take = component.async_move_resource_to_block_cache

    async def take_upload(path: str | None) -> str | None:
        if path is not None and '://' in path:
            raise gr.Error('Upload the file; this page fetches none.', print_exception=False)
        return await take(path)

    component.async_move_resource_to_block_cache = take_upload


def pair_of(view: View) -> tuple[str, str]:
    """The two pictures of a view as a slider takes them."""
    return str(view.before), str(view.after)


def status_text(text: str) -> str:
    """What is going on, as the status line shows it."""
    return f'<p>{escape(text)}</p>'
