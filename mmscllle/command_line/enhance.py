"""Enhance photographs, videos and what a camera sees: tools/enhance.py INPUTS… --out-dir DIR."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mmscllle.utils.commands import INTERRUPTED, WRONG_USAGE, prepare_process
from mmscllle.utils.messages import one_line

if TYPE_CHECKING:
    from mmscllle.apis.output_plan import OutputPlan

    from .jobs import Job
    from .runner import EnhanceRun


def folder(text: str) -> Path:
    """Read the name of a folder: an empty one would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError('the name of the folder is empty')
    return Path(text)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Enhance dark photographs and videos. What fails is named at the end and does '
        'not stop the others; nothing is left half-written.',
        epilog='EXIF, IPTC and XMP data and those of videos are kept, the place (GPS), too. '
        'Exit status: 0 all done, 1 something failed, 2 wrong usage, 130 interrupted.',
    )
    parser.add_argument(
        'inputs',
        nargs='+',
        metavar='INPUT',
        help='image, video, folder (with all below, whose structure is kept, and what links there '
        'lead to), glob pattern, URL of an image, or the number of a camera',
    )
    parser.add_argument(
        '--out-dir',
        type=folder,
        help='folder of the results; a camera without it is shown in a window',
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        '--overwrite',
        dest='existing',
        action='store_const',
        const='overwrite',
        default='error',
        help='replace results that exist; default: an error',
    )
    existing.add_argument(
        '--skip-existing',
        dest='existing',
        action='store_const',
        const='skip',
        help='keep them, and go on where a run was interrupted',
    )
    look = parser.add_argument_group('result')
    look.add_argument(
        '--strength',
        type=float,
        default=1.0,
        help='0: the input, 1: as trained, beyond: brighter (default: 1)',
    )
    look.add_argument(
        '--smoothing',
        type=float,
        default=0.5,
        metavar='SECONDS',
        help='in videos, '
        'brightness that changes faster is steadied; 0: each frame on its own '
        '(default: 0.5)',
    )
    look.add_argument(
        '--compare',
        action='store_true',
        help='also write input and result side by side, to OUT_DIR/compare',
    )
    look.add_argument(
        '--curves', action='store_true', help='also plot the tone curves, to OUT_DIR/curves'
    )
    look.add_argument(
        '--segmentor',
        metavar='CONFIG',
        help='an mmseg segmentor whose view of input and result is added to the comparison',
    )
    look.add_argument('--segmentor-weights', metavar='CHECKPOINT')
    network = parser.add_argument_group('network')
    network.add_argument(
        '--model',
        help="scl-lle, scl-lle-paired, scl-lle-curves (the paper's network), "
        'scl-lle-night (for what a segmentor sees), another name, or a config '
        'whose model has an enhancer (default: scl-lle)',
    )
    network.add_argument('--weights', metavar='CHECKPOINT', help="default: the model's own")
    network.add_argument(
        '--fast',
        action=argparse.BooleanOptionalAction,
        help="the enhancer's fast mode, where it has one (default: for videos, cameras and "
        '20 photographs or more, where it gives the same to rounding errors, as with scl-lle)',
    )
    network.add_argument(
        '--tile',
        type=int,
        metavar='PIXELS',
        help='work in tiles of this size, '
        'with an enhancer that does not see the whole picture (scl-lle does, and '
        'needs none); default: 4096 on a CPU, 1024 on a GPU, smaller where its '
        'memory does not suffice',
    )
    network.add_argument('--device', help='cpu, cuda, cuda:1, …; default: a GPU if there is one')
    network.add_argument(
        '--precision',
        choices=['float32', 'bfloat16', 'float16'],
        default='float32',
        help='a CPU without instructions for bfloat16 takes float32 instead (default: float32)',
    )
    network.add_argument('--compile', action='store_true', help='use torch.compile')
    parser.add_argument(
        '--batch-size',
        type=int,
        default=1,
        help='images of one size that are enhanced together (default: 1)',
    )
    parser.add_argument(
        '--num-workers',
        type=int,
        default=2,
        help='threads that read ahead and write behind (default: 2)',
    )
    parser.add_argument(
        '--max-pixels',
        type=int,
        help='refuse files that claim more pixels; 0: refuse none (default: 2**26)',
    )
    return parser.parse_args(argv)


def check_args(args: argparse.Namespace) -> None:
    """Check what needs no file.

    Raises:
        ValueError: If an argument is wrong.
    """
    for name, least in (
        ('strength', 0),
        ('smoothing', 0),
        ('tile', 1),
        ('batch_size', 1),
        ('num_workers', 0),
        ('max_pixels', 0),
    ):
        value = getattr(args, name)
        if value is not None and not least <= value < float('inf'):
            raise ValueError(f'--{name.replace("_", "-")}: must be at least {least}, got {value}')
    if args.segmentor_weights and not args.segmentor:
        raise ValueError('--segmentor-weights: give --segmentor, too')
    if args.out_dir is None and not is_camera(args.inputs):
        raise ValueError('--out-dir: missing; name the folder of the results')


def is_camera(inputs: list[str]) -> bool:
    """Whether the input is the number of a camera.

    Raises:
        ValueError: If it is one among other inputs.
    """
    cameras = [name for name in inputs if name.isdigit() and not os.path.exists(name)]
    if cameras and len(inputs) > 1:
        raise ValueError(f'{cameras[0]} is the number of a camera, which is enhanced alone')
    return bool(cameras)


def check_folder(folder: Path) -> None:
    """Make the output folder and check that files can be written there.

    Raises:
        OSError: If they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f'--out-dir: nothing can be written to {str(folder)!r} ({error.strerror or error})'
        ) from error


def plan(args: argparse.Namespace) -> tuple[list[Job], OutputPlan | None]:
    """Find the inputs and check all that can go wrong before the work.

    Raises:
        ValueError, OSError: If something is wrong.
    """
    from mmscllle.apis.output_plan import OutputPlan

    from .jobs import plan_jobs

    check_args(args)
    jobs, outputs = [], None
    if not is_camera(args.inputs):
        outputs = OutputPlan(
            args.out_dir, args.existing, args.compare or bool(args.segmentor), args.curves
        )
        jobs = plan_jobs(args.inputs, outputs)
    if args.out_dir is not None:
        check_folder(args.out_dir)
    return jobs, outputs


def build(args: argparse.Namespace, jobs: list[Job]) -> EnhanceRun:
    """Build what enhances the jobs.

    Raises:
        ValueError: If an argument is wrong.
    """
    from .runner import EnhanceRun

    try:
        return EnhanceRun(args, sum(not job.is_video for job in jobs))
    # Configs run code and build any registered part.
    except Exception as error:
        raise ValueError(' '.join(str(error).split()) or type(error).__name__) from error


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 1 if something failed, 2 for wrong usage, 130 if interrupted."""
    args = parse_args(argv)
    prepare_process()
    try:
        jobs, outputs = plan(args)
        run = build(args, jobs)
    except (ValueError, OSError) as error:
        print(f'enhance: error: {one_line(error)}', file=sys.stderr)
        return WRONG_USAGE
    except KeyboardInterrupt:
        print('\nstopped before anything was enhanced', file=sys.stderr)
        return INTERRUPTED
    if outputs is None:
        stamp = datetime.now().strftime('%Y%m%d-%H%M%S')
        return run.enhance_camera(int(args.inputs[0]), stamp)
    return run.enhance_files(jobs, outputs)
