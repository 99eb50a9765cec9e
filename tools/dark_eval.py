"""Compare enhancers ahead of a segmentor: tools/dark_eval.py CONFIG CHECKPOINT [options]."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

from mmscllle.evaluation.dark_evaluation import (
    InputError,
    LabelledImages,
    MethodBuilder,
    evaluate_cell,
    failed_images,
    grid_to_markdown,
    summarise_grid,
)
from mmscllle.evaluation.dark_evaluation.inputs import (
    check_device,
    read_config,
    split_named_source,
)
from mmscllle.evaluation.dark_evaluation.methods import BASELINES
from mmscllle.evaluation.dark_evaluation.requests import (
    Segmentor,
    build_methods,
    read_requests,
    read_segmentor,
    read_set,
    take_config,
    take_folders,
)
from mmscllle.fileio import write_text
from mmscllle.utils.command_line import add_config_options
from mmscllle.utils.commands import run_command


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Compare a segmentor alone and behind enhancers: IoU, time and memory in one '
        'table, and pictures. A run that was broken off goes on where it stopped.'
    )
    parser.add_argument(
        'config',
        nargs='?',
        metavar='SEGMENTOR_CONFIG',
        help="config of an mmseg segmentor (a path, or 'mmseg::folder/name.py') "
        'or of an EnhancedSegmentor',
    )
    parser.add_argument(
        'checkpoint',
        nargs='?',
        metavar='SEGMENTOR_CHECKPOINT',
        help="the segmentor's weights: a path or URL",
    )
    parser.add_argument(
        '--segmentor',
        nargs='+',
        action='extend',
        default=[],
        metavar='NAME=CONFIG,CHECKPOINT',
        help='further segmentors, or these alone: one table has a column for each, on every set',
    )
    parser.add_argument(
        '--set',
        nargs='+',
        action='extend',
        default=[],
        metavar='NAME=IMG_DIR,ANN_DIR',
        help='sets of images, each with its name '
        'in the table; or NAME=CONFIG, whose test_dataloader has them',
    )
    parser.add_argument(
        '--seen',
        nargs='+',
        action='extend',
        default=[],
        metavar='NAME',
        help='segmentors that the enhancers were trained through: the table marks them',
    )
    parser.add_argument(
        '--enhancer',
        nargs='+',
        action='extend',
        default=[],
        metavar='NAME=SOURCE',
        help='an enhancer: a config that names its weights, '
        'the name of a model, as mmscllle://scl-lle-night, or a checkpoint, alone or '
        'in a larger model. Several of one name are trainings with other seeds',
    )
    parser.add_argument(
        '--joint',
        nargs='+',
        action='extend',
        default=[],
        metavar='NAME=CHECKPOINT',
        help='a checkpoint of an EnhancedSegmentor, '
        'whose enhancer and segmentor both come from it; of several segmentors, '
        'the first',
    )
    parser.add_argument(
        '--fast',
        action='store_true',
        help='a further row NAME-fast for each enhancer that has a fast mode',
    )
    parser.add_argument(
        '--baselines',
        nargs='*',
        action='extend',
        metavar='NAME',
        help='some of none, gamma, clahe; default: all; may be empty',
    )
    parser.add_argument(
        '--data',
        metavar='CONFIG',
        help="take the test_dataloader of this config instead of the segmentor's own",
    )
    parser.add_argument('--img-dir', help='take the images of this folder')
    parser.add_argument('--ann-dir', help='folder of their label maps')
    parser.add_argument('--out-dir', help='default: work_dirs/dark_eval/<config name>')
    parser.add_argument('--limit', type=int, help='take only the first images')
    parser.add_argument(
        '--pictures',
        type=int,
        default=3,
        help='draw so many images with the '
        'largest gain, and as many with the largest loss (default: 3)',
    )
    parser.add_argument(
        '--device',
        default='cuda' if torch.cuda.is_available() else 'cpu',
        help='cpu or cuda; default: cuda where there is one',
    )
    add_config_options(parser, 'keys of SEGMENTOR_CONFIG')
    args = parser.parse_args(argv)
    if args.baselines is None:
        args.baselines = list(BASELINES)
    return args


def check_args(args: argparse.Namespace) -> None:
    """Check what needs no file.

    Raises:
        InputError: If an argument is wrong.
    """
    if bool(args.img_dir) != bool(args.ann_dir):
        missing = '--ann-dir' if args.img_dir else '--img-dir'
        raise InputError(f'{missing}: missing; --img-dir and --ann-dir go together')
    if args.data and args.img_dir:
        raise InputError('--data: give either this or --img-dir and --ann-dir')
    if args.set and (args.data or args.img_dir):
        raise InputError('--set: give either this or --data, --img-dir and --ann-dir')
    if bool(args.config) != bool(args.checkpoint):
        raise InputError('SEGMENTOR_CHECKPOINT: missing; it goes with SEGMENTOR_CONFIG')
    if not args.config and not args.segmentor:
        raise InputError(
            'SEGMENTOR_CONFIG: missing; give it and SEGMENTOR_CHECKPOINT, or --segmentor'
        )
    if args.cfg_options and not args.config:
        raise InputError('--cfg-options: they are keys of SEGMENTOR_CONFIG, which is not given')
    for name, least in (('limit', 1), ('pictures', 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise InputError(f'--{name}: must be at least {least}, got {value}')
    check_device(args.device)


def read_segmentors(args: argparse.Namespace) -> list[Segmentor]:
    """Load the segmentors.

    Raises:
        InputError: If one is not right, a name comes twice, or ``--seen`` names another.
    """
    found = []
    if args.config:
        cfg = read_config(args.config, 'SEGMENTOR_CONFIG', args.cfg_options)
        found.append(Segmentor(Path(args.config).stem, cfg, MethodBuilder(cfg, args.checkpoint)))
    found += [read_segmentor(entry) for entry in args.segmentor]
    names = [segmentor.name for segmentor in found]
    check_unique(names, '--segmentor')
    unknown = [name for name in args.seen if name not in names]
    if unknown:
        raise InputError(f'--seen: there is no segmentor {unknown[0]!r}, only {", ".join(names)}')
    return found


def check_unique(names: list[str], argument: str) -> None:
    """Raise an error that names the first name that comes twice."""
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f'{argument}: the name {twice[0]!r} is given twice; rename one')


def read_sets(args: argparse.Namespace, segmentor: Segmentor) -> dict[str, LabelledImages]:
    """Find the sets of images by name, as a segmentor's config loads them.

    Raises:
        InputError: If there is none, or their classes are not the segmentor's.
    """
    if args.set:
        names = [split_named_source(entry, '--set')[0] for entry in args.set]
        check_unique(names, '--set')
        return {
            name: read_set(entry, segmentor) for name, entry in zip(names, args.set, strict=True)
        }
    if args.img_dir:
        return dict(images=take_folders(args.img_dir, args.ann_dir, segmentor))
    if args.data:
        return dict(images=take_config(read_config(args.data, '--data'), '--data', segmentor))
    argument = 'SEGMENTOR_CONFIG' if args.config else f'--segmentor {segmentor.name}'
    return dict(images=take_config(segmentor.cfg, argument, segmentor))


def run(args: argparse.Namespace) -> int:
    """Evaluate, print and save; return the exit status: 1 if an image failed."""
    check_args(args)
    requests = read_requests(args)
    segmentors = read_segmentors(args)
    methods = [
        build_methods(requests, segmentor.builder, not number, args.fast)
        for number, segmentor in enumerate(segmentors)
    ]
    sets = [read_sets(args, segmentor) for segmentor in segmentors]
    several = args.segmentor or args.set or any(len(row) > 1 for row in methods[0].values())
    out_dir = Path(args.out_dir or Path('work_dirs', 'dark_eval', segmentors[0].name))
    device, grid, failed = torch.device(args.device), {}, False
    for images in sets[0]:
        for segmentor, own, their in zip(segmentors, methods, sets, strict=True):
            about = dict(config=args.config, checkpoint=args.checkpoint)
            folder = out_dir
            if several:
                about = dict(segmentor=segmentor.name, set=images)
                folder = out_dir / images / segmentor.name
                print(f'{images}, {segmentor.name}:\n')
            rows = evaluate_cell(
                [method for row in own.values() for method in row],
                their[images],
                args.limit,
                args.pictures,
                device,
                folder,
                about,
            )
            failed |= any(row['failed'] for row in rows)
            scores = {row['name']: (row['mIoU'], row['images'], failed_images(row)) for row in rows}
            grid[images, segmentor.name] = {
                name: [scores[method.name] for method in row] for name, row in own.items()
            }
    if several:
        summary = summarise_grid(grid, list(methods[0]))
        table = grid_to_markdown(summary, args.seen)
        print(table)
        write_text(out_dir / 'dark_eval.md', table)
        report = dict(seen=args.seen, device=args.device, methods=summary)
        write_text(out_dir / 'dark_eval.json', json.dumps(report, indent=2))
        print(f'table: {out_dir / "dark_eval.md"}, {out_dir / "dark_eval.json"}')
    return int(failed)


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 1 if an image failed, 2 for wrong input."""
    args = parse_args(argv)
    return run_command(
        'dark_eval.py', lambda: run(args), 'stopped; the same command goes on from here'
    )


if __name__ == '__main__':
    sys.exit(main())
