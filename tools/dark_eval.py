"""Compare enhancers ahead of a segmentor: tools/dark_eval.py CONFIG CHECKPOINT [options]."""
from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from mmengine.config import Config

from mmscllle.evaluation.dark_evaluation import (
    InputError,
    LabelledImages,
    Method,
    MethodBuilder,
    draw_contact_sheet,
    evaluate_methods,
    rank_images,
    summarise,
    to_markdown,
)
from mmscllle.evaluation.dark_evaluation.dataset import read_class_names
from mmscllle.evaluation.dark_evaluation.inputs import (
    blame,
    check_device,
    read_config,
    split_named_source,
)
from mmscllle.evaluation.dark_evaluation.methods import BASELINES
from mmscllle.evaluation.dark_evaluation.peak_memory import PeakMemory
from mmscllle.fileio import Photograph, write_photograph, write_text
from mmscllle.utils.command_line import add_config_options
from mmscllle.utils.commands import run_command


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Compare a segmentor alone and behind enhancers: IoU, time and memory in one '
        'table, and pictures. A run that was broken off goes on where it stopped.')
    parser.add_argument('config', metavar='SEGMENTOR_CONFIG',
                        help="config of an mmseg segmentor (a path, or 'mmseg::folder/name.py') "
                        'or of an EnhancedSegmentor')
    parser.add_argument('checkpoint', metavar='SEGMENTOR_CHECKPOINT',
                        help="the segmentor's weights: a path or URL")
    parser.add_argument('--enhancer', nargs='+', action='extend', default=[],
                        metavar='NAME=SOURCE', help='an enhancer: a config that names its weights, '
                        'the name of a model, as mmscllle://scl-lle-seg, or a checkpoint, alone or '
                        'in a larger model')
    parser.add_argument('--joint', nargs='+', action='extend', default=[],
                        metavar='NAME=CHECKPOINT', help='a checkpoint of an EnhancedSegmentor, '
                        'whose enhancer and segmentor both come from it')
    parser.add_argument('--baselines', nargs='*', default=list(BASELINES), metavar='NAME',
                        help='some of none, gamma, clahe; default: all; may be empty')
    parser.add_argument('--data', metavar='CONFIG', help='take the test_dataloader of this config '
                        "instead of the segmentor's own")
    parser.add_argument('--img-dir', help='take the images of this folder')
    parser.add_argument('--ann-dir', help='folder of their label maps')
    parser.add_argument('--out-dir', help='default: work_dirs/dark_eval/<config name>')
    parser.add_argument('--limit', type=int, help='take only the first images')
    parser.add_argument('--pictures', type=int, default=3, help='draw so many images with the '
                        'largest gain, and as many with the largest loss (default: 3)')
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu',
                        help='cpu or cuda; default: cuda where there is one')
    add_config_options(parser, 'keys of SEGMENTOR_CONFIG')
    return parser.parse_args(argv)


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
    for name, least in (('limit', 1), ('pictures', 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise InputError(f'--{name}: must be at least {least}, got {value}')
    check_device(args.device)


def split_pairs(args: argparse.Namespace) -> dict[str, tuple[str, str]]:
    """Read what is compared: name to ``'baselines'``, ``'enhancer'`` or ``'joint'`` and source.

    Raises:
        InputError: If an entry is no NAME=SOURCE, or a name comes twice.
    """
    found: dict[str, tuple[str, str]] = {}
    for kind in ('baselines', 'enhancer', 'joint'):
        for entry in getattr(args, kind):
            name, source = ((entry, '') if kind == 'baselines' else
                            split_named_source(entry, f'--{kind}'))
            if name in found:
                raise InputError(f'--{kind}: the name {name!r} is given twice; rename one')
            found[name] = (kind, source)
    if not found:
        raise InputError('--enhancer: nothing to compare; give one, or a name to --baselines')
    return found


def build_methods(args: argparse.Namespace, builder: MethodBuilder) -> list[Method]:
    """Build every method, so that a wrong one shows before the run."""
    make = dict(baselines=lambda name, _: builder.baseline(name), enhancer=builder.enhancer,
                joint=builder.joint)
    return [make[kind](name, source) for name, (kind, source) in split_pairs(args).items()]


def read_images(args: argparse.Namespace, cfg: Config, builder: MethodBuilder) -> LabelledImages:
    """Find the images.

    Raises:
        InputError: If there are none, or their classes are not the segmentor's.
    """
    if args.img_dir:
        metainfo = read_class_names(builder.meta, builder.num_classes)
        images = LabelledImages.from_folders(args.img_dir, args.ann_dir, metainfo, cfg)
    elif args.data:
        images = LabelledImages.from_config(read_config(args.data, '--data'), '--data')
    else:
        images = LabelledImages.from_config(cfg, 'SEGMENTOR_CONFIG')
    if len(images.classes) != builder.num_classes:
        raise InputError(f'{images.argument}: the dataset has {len(images.classes)} classes, the '
                         f'segmentor {builder.num_classes}; take a dataset with the classes that '
                         'the segmentor was trained on')
    return images


def draw(methods: list[Method], results: dict[str, list[dict]], images: LabelledImages,
         args: argparse.Namespace, path: Path) -> list[dict]:
    """Write the contact sheet of the first enhancer against ``none``; return what is on it."""
    path.unlink(missing_ok=True)
    by_name = {method.name: method for method in methods}
    own = [name for name in by_name if name not in BASELINES]
    first = next(iter(own or [name for name in by_name if name != 'none']), None)
    if not args.pictures or first is None or 'none' not in by_name:
        if args.pictures:
            print('no pictures: they compare an enhancer with the baseline none')
        return []
    ranked = rank_images(results['none'], results[first], args.pictures)
    if not ranked:
        print(f'no pictures: {first} changes the mIoU of no image')
        return []
    sheet = draw_contact_sheet(ranked, by_name['none'], by_name[first], images,
                               torch.device(args.device))
    write_photograph(Photograph([sheet]), path)
    print(f'pictures of {first} against none: {path}')
    return [dict(entry, method=first) for entry in ranked]


def run(args: argparse.Namespace) -> int:
    """Evaluate, print and save; return the exit status: 1 if an image failed."""
    check_args(args)
    split_pairs(args)
    cfg = read_config(args.config, 'SEGMENTOR_CONFIG', args.cfg_options)
    builder = MethodBuilder(cfg, args.checkpoint)
    methods = build_methods(args, builder)
    images = read_images(args, cfg, builder)
    out_dir = Path(args.out_dir or Path('work_dirs', 'dark_eval', Path(args.config).stem))
    with blame('--out-dir'):
        out_dir.mkdir(parents=True, exist_ok=True)
    device = torch.device(args.device)
    count = min(args.limit or len(images), len(images))
    results = evaluate_methods(methods, images, count, out_dir / 'results', device,
                               lambda text: print(f'\n{text}', file=sys.stderr))
    rows = [summarise(name, records, images.classes) for name, records in results.items()]
    memory = PeakMemory(device).meaning
    table = to_markdown(rows, args.device, memory)
    print(table)
    write_text(out_dir / 'dark_eval.md', table)
    pictures = draw(methods, results, images, args, out_dir / 'dark_eval.png')
    report = dict(config=args.config, checkpoint=args.checkpoint, device=args.device,
                  peak_memory=memory, classes=images.classes, methods=rows, pictures=pictures)
    write_text(out_dir / 'dark_eval.json', json.dumps(report, indent=2))
    print(f'table: {out_dir / "dark_eval.md"}, {out_dir / "dark_eval.json"}')
    return int(any(row['failed'] for row in rows))


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 1 if an image failed, 2 for wrong input."""
    args = parse_args(argv)
    return run_command('dark_eval.py', lambda: run(args),
                       'stopped; the same command goes on from here')


if __name__ == '__main__':
    sys.exit(main())
