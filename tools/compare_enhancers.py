"""Compare enhancers by the pictures they make: tools/compare_enhancers.py FOLDER [options]."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from mmengine.utils import ProgressBar
from torch import nn
from torch.utils.data import Dataset

from mmscllle.datasets.exposure_stack import SPLITS
from mmscllle.evaluation.dark_evaluation import InputError
from mmscllle.evaluation.dark_evaluation.inputs import blame, check_device, split_method_source
from mmscllle.evaluation.dark_evaluation.methods import BASELINES
from mmscllle.evaluation.enhancer_comparison import (
    draw_rows,
    draw_sheet,
    measure,
    read_exposures,
    read_pictures,
    spread,
)
from mmscllle.evaluation.metric_table import metrics_by_dataset, to_markdown
from mmscllle.fileio import Photograph, write_photograph, write_text
from mmscllle.models.enhancers import EnhancerSource, load_enhancer
from mmscllle.models.enhancers.base import make_engine
from mmscllle.models.enhancers.known import read_source
from mmscllle.utils.commands import run_command


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Compare enhancers by the pictures that they make: metrics with and without '
        'references in one table, and a contact sheet.'
    )
    parser.add_argument(
        'folders', nargs='+', metavar='FOLDER', help='pictures; each folder has rows of its own'
    )
    parser.add_argument(
        '--reference',
        nargs='+',
        action='extend',
        default=[],
        metavar='FOLDER',
        help='well-exposed pictures of the same names, one folder for each FOLDER',
    )
    parser.add_argument(
        '--exposures',
        action='store_true',
        help='each FOLDER holds a folder of '
        'shots for each scene; dark ones are compared with the well-exposed one',
    )
    parser.add_argument(
        '--split',
        choices=SPLITS,
        default='all',
        help='with --exposures: which scenes; val is every fifth (default: all)',
    )
    parser.add_argument(
        '--enhancer',
        nargs='+',
        action='extend',
        default=[],
        metavar='NAME=SOURCE',
        help='an enhancer: a config that names its weights, '
        'the name of a model, as mmscllle://scl-lle, or a checkpoint, alone or in '
        'a larger model',
    )
    parser.add_argument(
        '--baselines',
        nargs='*',
        action='extend',
        metavar='NAME',
        help='some of none, gamma, clahe; default: none gamma; may be empty',
    )
    parser.add_argument(
        '--fast',
        action='store_true',
        help='add a row for the fast mode of each enhancer that has one',
    )
    parser.add_argument('--limit', type=int, help='take only the first pictures of a folder')
    parser.add_argument(
        '--pictures',
        type=int,
        default=6,
        help='draw so many pictures of a folder at most (default: 6)',
    )
    parser.add_argument(
        '--out-dir',
        default='work_dirs/compare_enhancers',
        help='default: work_dirs/compare_enhancers',
    )
    parser.add_argument(
        '--device',
        default='cuda' if torch.cuda.is_available() else 'cpu',
        help='cpu or cuda; default: cuda where there is one',
    )
    args = parser.parse_args(argv)
    if args.baselines is None:
        args.baselines = ['none', 'gamma']
    return args


def check_args(args: argparse.Namespace) -> None:
    """Check what needs no file.

    Raises:
        InputError: If an argument is wrong.
    """
    if args.reference and args.exposures:
        raise InputError(
            '--reference: stacks of exposures have their references in them; leave '
            'out --reference or --exposures'
        )
    if args.reference and len(args.reference) != len(args.folders):
        raise InputError(
            f'--reference: {len(args.folders)} FOLDERs need as many, got {len(args.reference)}'
        )
    if args.split != 'all' and not args.exposures:
        raise InputError('--split: it chooses among scenes, which only --exposures has')
    for name, least in (('limit', 1), ('pictures', 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise InputError(f'--{name}: must be at least {least}, got {value}')
    check_device(args.device)


def read_sources(args: argparse.Namespace) -> dict[str, EnhancerSource]:
    """Find what is compared, by name.

    Raises:
        InputError: If an entry is wrong, or a name comes twice.
    """
    found: dict[str, EnhancerSource] = {}
    for name in args.baselines:
        if name not in BASELINES:
            raise InputError(
                f'--baselines: there is no {name!r}; choose from {", ".join(BASELINES)}'
            )
        found[name] = EnhancerSource(dict(type=BASELINES[name]))
    for entry in args.enhancer:
        name, source = split_method_source(entry, '--enhancer')
        if name in found:
            raise InputError(f'--enhancer: the name {name!r} is given twice; rename one')
        argument = f'--enhancer {entry}'
        with blame(argument):
            found[name] = read_source(source, argument)
    if not found:
        raise InputError('--enhancer: nothing to compare; give one, or a name to --baselines')
    return found


def build_engines(networks: dict[str, nn.Module], args: argparse.Namespace) -> dict:
    """Make what runs each enhancer, by the name of its row.

    Raises:
        InputError: If none has the fast mode that is asked for.
    """
    engines = {}
    for name, network in networks.items():
        engines[name] = make_engine(network, args.device)
        if args.fast and 'fast' in getattr(network, 'modes', ()):
            engines[f'{name} (fast)'] = make_engine(network, args.device, fast=True)
    if args.fast and len(engines) == len(networks):
        raise InputError(f'--fast: there is no fast mode of {", ".join(networks)}; leave it out')
    return engines


def read_sets(args: argparse.Namespace) -> dict[str, Dataset]:
    """Find the pictures, by the name of their rows: the folder's, or its path if two are alike."""
    names = [Path(folder).resolve().name for folder in args.folders]
    sets = {}
    for number, folder in enumerate(args.folders):
        name = names[number] if names.count(names[number]) == 1 else folder
        if name in sets:
            raise InputError(f'FOLDER: {folder!r} is given twice')
        with blame('FOLDER'):
            sets[name] = (
                read_exposures(folder, args.split)
                if args.exposures
                else read_pictures(folder, args.reference[number] if args.reference else None)
            )
    return sets


def run(args: argparse.Namespace) -> None:
    """Measure, print and save."""
    check_args(args)
    networks = {}
    for name, source in read_sources(args).items():
        argument = f'--enhancer {name}'
        with blame(argument):
            networks[name] = load_enhancer(source, argument)
    engines = build_engines(networks, args)
    sets = read_sets(args)
    out_dir = Path(args.out_dir)
    with blame('--out-dir'):
        out_dir.mkdir(parents=True, exist_ok=True)

    counts = {name: min(args.limit or len(data), len(data)) for name, data in sets.items()}
    bar = ProgressBar(len(engines) * sum(counts.values()), file=sys.stderr)
    metrics, sheet, row_titles = {}, [], []
    for set_name, data in sets.items():
        drawn = spread(counts[set_name], args.pictures)
        results = []
        for name, engine in engines.items():
            with blame(f'FOLDER {set_name}, {name}'):
                metrics[set_name, name], pictures = measure(
                    engine, data, counts[set_name], drawn, bar.update
                )
            if name != 'none':  # it is the input
                results.append(pictures)
        rows, titles = draw_rows(data, results, drawn)
        sheet += rows
        row_titles += titles
    print(file=sys.stderr)

    table = make_table(metrics)
    print(table)
    write_text(out_dir / 'table.md', table)
    report = dict(
        folders=args.folders,
        reference=args.reference,
        images=counts,
        split=args.split if args.exposures else None,
        enhancers=args.enhancer,
        device=args.device,
        metrics=[
            dict(set=set_name, enhancer=name, **values)
            for (set_name, name), values in metrics.items()
        ],
    )
    write_text(out_dir / 'table.json', json.dumps(report, indent=2))
    if sheet:
        names = [name for name in engines if name != 'none']
        write_photograph(Photograph([draw_sheet(sheet, row_titles, names)]), out_dir / 'sheet.png')
    print(f'table.md, table.json{", sheet.png" if sheet else ""} in {out_dir}')


def make_table(metrics: dict[tuple[str, str], dict[str, float]]) -> str:
    """Write the table: rows of a set together, then those of each exposure."""
    by_exposure = {key: metrics_by_dataset(values) for key, values in metrics.items()}
    rows = {}
    for set_name in dict.fromkeys(name for name, _ in metrics):
        own = {name: found for (other, name), found in by_exposure.items() if other == set_name}
        for exposure in dict.fromkeys(exposure for found in own.values() for exposure in found):
            title = ', '.join(filter(None, [set_name, exposure.replace('_', ' ')]))
            rows.update({(title, name): found[exposure] for name, found in own.items()})
    return to_markdown(rows, ('pictures', 'enhancer'))


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 2 for wrong input."""
    args = parse_args(argv)
    return run_command('compare_enhancers.py', lambda: run(args))


if __name__ == '__main__':
    sys.exit(main())
