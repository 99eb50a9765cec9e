"""Serve a page on which enhancers are tried: tools/webui.py [options]."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from mmscllle.utils.commands import UsageError, run_command
from mmscllle.utils.messages import one_line

from .limits import Limits
from .privacy import keep_private

if TYPE_CHECKING:
    from .page import Page


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog='mmscllle-web', description='Serve a page on which pictures and videos are enhanced.'
    )
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to bind to; 0.0.0.0: all, so '
        'that other machines reach the page (default: 127.0.0.1)',
    )
    parser.add_argument('--port', type=int, help='default: the first free one from 7860 on')
    parser.add_argument('--device', help='cpu, cuda, cuda:1, …; default: a GPU if there is one')
    parser.add_argument(
        '--weights',
        nargs='+',
        default=[],
        metavar='NAME=FILE',
        help='checkpoints of models of the metafiles (iat-lol-v1=FILE), which the page then offers',
    )
    parser.add_argument(
        '--segmentor',
        metavar='CONFIG',
        help='an mmseg segmentor whose view is shown before and after',
    )
    parser.add_argument('--segmentor-weights', metavar='CHECKPOINT')
    limits = parser.add_argument_group('limits')
    default = Limits()
    for name, kind, text in (
        ('upload_mb', int, 'size of an upload, MB'),
        ('max_pixels', int, 'pixels of a picture, all frames, or of a frame of a video'),
        ('files', int, 'files that a visitor opens together'),
        ('waiting', int, 'jobs of all visitors that wait'),
        ('workers', int, 'full-size jobs that run at a time'),
        ('seconds', float, 'that a job may run'),
        ('idle', float, 'seconds without a request after which files are removed'),
    ):
        value = getattr(default, name)
        limits.add_argument(
            f'--{name.replace("_", "-")}',
            type=kind,
            default=value,
            help=f'{text} (default: {value:g})',
        )
    return parser.parse_args(argv)


def read_weights(pairs: list[str]) -> dict[str, str]:
    """Read ``NAME=FILE`` pairs.

    Raises:
        UsageError: If one has no ``=``.
    """
    for pair in pairs:
        if '=' not in pair:
            raise UsageError(f'--weights: write NAME=FILE, got {pair!r}')
    return dict(pair.split('=', 1) for pair in pairs)


def serve(args: argparse.Namespace) -> None:
    """Serve until interrupted.

    Raises:
        UsageError: If an argument is wrong.
    """
    if args.segmentor_weights and not args.segmentor:
        raise UsageError('--segmentor-weights: give --segmentor, too')
    with tempfile.TemporaryDirectory(prefix='mmscllle-web-') as folder:
        root = Path(folder).resolve()
        try:
            limits = Limits(**{item.name: getattr(args, item.name) for item in fields(Limits)})
            page = build(args, root, limits)
            from .server import launch

            address = launch(page, limits, args.host, args.port)
        # Configs run code and build any registered part.
        except Exception as error:
            raise UsageError(one_line(error)) from error
        print(f'serving on {address}, Ctrl-C ends', flush=True)
        try:
            while True:
                time.sleep(3600)
        finally:
            # A second Ctrl-C would leave files behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            page.blocks.close(verbose=False)
            page.visits.sessions.close_all()


def build(args: argparse.Namespace, root: Path, limits: Limits) -> Page:
    """Build the page.

    Raises:
        ImportError: If Gradio is not installed.
        ValueError, OSError: If an argument is wrong.
    """
    keep_private(root)
    try:
        from .server import build_page
    except ImportError as error:
        raise ImportError(
            f"the page needs Gradio ({error}); pip install 'mmscllle[web]' installs it"
        ) from error
    from .models import Models
    from .segmentor_view import SegmentorViewer

    models = Models(args.device, read_weights(args.weights), limits.max_pixels)
    viewer = None
    if args.segmentor:
        device = models.get(models.names[0], 'exact').device
        viewer = SegmentorViewer(args.segmentor, args.segmentor_weights, device)
    return build_page(models, viewer, root, limits)


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 2 for wrong usage, 130 if interrupted."""
    args = parse_args(argv)
    return run_command('web', lambda: serve(args))


if __name__ == '__main__':
    sys.exit(main())
