"""Serve the page."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from .enhancing import Enhancing
from .examples import write_examples
from .jobs import Job
from .limits import Limits
from .models import Models
from .page import Page
from .segmentor_view import SegmentorViewer
from .sessions import EXAMPLES, Sessions
from .view import Choice, View
from .visits import Visits

HERE = Path(__file__).parent
# The system's own: the page loads nothing from elsewhere.
SANS = ('ui-sans-serif', 'system-ui', 'sans-serif')
MONO = ('ui-monospace', 'Consolas', 'monospace')


def build_page(models: Models, viewer: SegmentorViewer | None, root: Path, limits: Limits) -> Page:
    """Draw the examples and build the page.

    Args:
        models: The enhancers that it offers.
        viewer: The segmentor whose view it shows, if there is one.
        root: An empty folder for all files; the same that Gradio puts uploads into.
        limits: The limits.

    Returns:
        The page.
    """
    examples = write_examples(root / EXAMPLES)
    first = Choice(models.names[0])
    sessions = Sessions(root, limits, (examples.first.name, first.model, first.mode))
    visits = Visits(Enhancing(models, limits.max_pixels, viewer), sessions, examples)
    return Page(visits, first_view(visits, first, root / EXAMPLES / 'enhanced'))


def launch(page: Page, limits: Limits, host: str, port: int | None) -> str:
    """Begin to serve the page; other threads do the work.

    Args:
        page: The page.
        limits: The limits.
        host: Address that it binds to.
        port: None: the first free one from 7860 on.

    Returns:
        The page's address.

    Raises:
        OSError: If the address cannot be bound to.
    """
    page.blocks.queue(max_size=limits.waiting, default_concurrency_limit=limits.workers)
    theme = gr.themes.Default(font=SANS, font_mono=MONO)
    _, address, _ = page.blocks.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        show_error=False,
        max_file_size=limits.upload_mb * 10**6,
        footer_links=['api'],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        allowed_paths=[],
        theme=theme,
        css=(HERE / 'page.css').read_text(encoding='utf-8'),
        js=(HERE / 'page.js').read_text(encoding='utf-8'),
    )
    return address


def first_view(visits: Visits, choice: Choice, folder: Path) -> View:
    """Enhance the first example, for what the page shows before anybody has asked."""
    enhancing, source = visits.enhancing, visits.examples.first
    job = Job(float('inf'))
    preview = enhancing.prepare_preview(source, choice.model, job)
    *_, view = enhancing.show_picture(source, choice, preview, folder, job)
    return view
