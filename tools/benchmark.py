"""Time and memory of enhancing: tools/benchmark.py [options]."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from statistics import median

import torch
from benchmarking.cases import MODES, SIZES, Case, make_cases, parse_size
from benchmarking.machine import describe_machine
from benchmarking.plot import draw_plot
from benchmarking.profile import describe
from benchmarking.table import add_speed_ups, make_row, to_markdown
from rich.console import Console
from rich.progress import track

from mmscllle.inference import PRECISIONS
from mmscllle.utils.shipped_weights import DEFAULT_MODEL


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Measure images/s, time and peak memory by size, mode, precision, batch and '
        'device next to the eager network, and the fraction of what the machine can do. Each row '
        'runs in a process of its own.'
    )
    parser.add_argument(
        '--models',
        nargs='+',
        default=[DEFAULT_MODEL],
        metavar='MODEL',
        help='enhancers: names of models, or configs; their weights are not read; '
        f'default: {DEFAULT_MODEL}',
    )
    parser.add_argument(
        '--sizes',
        nargs='+',
        default=list(SIZES),
        metavar='SIZE',
        help=f'of {", ".join(SIZES)}, or WIDTHxHEIGHT; default: these three',
    )
    parser.add_argument(
        '--modes',
        nargs='+',
        default=['eager', 'exact', 'tiled', 'fast'],
        choices=list(MODES),
        help='those of them that a model has; default: eager exact tiled fast',
    )
    parser.add_argument(
        '--precisions',
        nargs='+',
        default=['float32', 'bfloat16'],
        choices=list(PRECISIONS),
        help='of the network; the eager one runs in float32; default: float32 bfloat16',
    )
    parser.add_argument('--batches', nargs='+', type=int, default=[1], help='default: 1')
    parser.add_argument(
        '--devices', nargs='+', default=['cpu'], choices=['cpu', 'cuda'], help='default: cpu'
    )
    parser.add_argument(
        '--threads',
        type=int,
        default=torch.get_num_threads(),
        help='of the CPU; default: what torch takes',
    )
    parser.add_argument(
        '--seconds',
        type=float,
        default=5.0,
        help='how long a row is repeated after its warm-up (default: 5)',
    )
    parser.add_argument(
        '--repetitions', type=int, default=5, help='how often at least (default: 5)'
    )
    parser.add_argument(
        '--rounds',
        type=int,
        default=1,
        help='measure all rows so many times in '
        'turn, for a machine whose load changes (default: 1)',
    )
    parser.add_argument(
        '--profile', action='store_true', help='also say of each row where its time goes'
    )
    parser.add_argument(
        '--out-dir',
        type=Path,
        default=Path('work_dirs', 'benchmark'),
        help='default: work_dirs/benchmark',
    )
    return parser.parse_args(argv)


def check_args(args: argparse.Namespace) -> None:
    """Check the arguments.

    Raises:
        ValueError: If one is wrong.
    """
    for size in args.sizes:
        try:
            parse_size(size)
        except ValueError as error:
            raise ValueError(f'--sizes: {error}') from error
    # Two runs at least have quartiles.
    for name, least in (('threads', 1), ('seconds', 0), ('repetitions', 2), ('rounds', 1)):
        if not getattr(args, name) >= least:
            raise ValueError(f'--{name}: must be at least {least}, got {getattr(args, name)}')
    if min(args.batches) < 1:
        raise ValueError(f'--batches: must be at least 1, got {min(args.batches)}')
    if 'cuda' in args.devices and not torch.cuda.is_available():
        raise ValueError('--devices: there is no GPU that torch can use; give cpu')
    if 'cpu' in args.devices and 'float16' in args.precisions:
        raise ValueError('--precisions: float16 needs a GPU; on a CPU take bfloat16')


def run_worker(job: str, arguments: dict, threads: int) -> dict:
    """Run a job in a process of its own and return its result, an ``error`` if that crashed."""
    # The folder of this file, where the package `benchmarking` lies, beside the caller's own.
    folders = [str(Path(__file__).parent), os.environ.get('PYTHONPATH')]
    process = subprocess.run(
        [sys.executable, '-W', 'ignore', '-m', 'benchmarking.worker', job, json.dumps(arguments)],
        env={
            **os.environ,
            'OMP_NUM_THREADS': str(threads),
            'MKL_NUM_THREADS': str(threads),
            'PYTHONPATH': os.pathsep.join(filter(None, folders)),
        },
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(process.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        reason = (process.stderr.strip().splitlines() or ['no output'])[-1]
        return dict(error=f'the process ended with status {process.returncode}: {reason}')


def measure_cases(
    args: argparse.Namespace, cases: list[Case], results: dict[Case, dict], console: Console
) -> None:
    """Measure every case ``args.rounds`` times, the runs of a case pooled in ``results``."""
    turns = list(product(range(args.rounds), cases))
    for _, case in track(turns, 'measuring', console=console):
        arguments = dict(case=case._asdict(), seconds=args.seconds, repetitions=args.repetitions)
        result = run_worker('measure', arguments, args.threads)
        text = result.get('error') or f'{1e3 * median(result["seconds"]):.1f} ms'
        console.print(
            f'{case.device} {case.model} {case.size} batch {case.batch} {case.mode} '
            f'{case.precision}: {text}',
            highlight=False,
        )
        results[case] = pool(results[case], result) if case in results else result


def pool(first: dict, second: dict) -> dict:
    """Join the results of two measurements of a case; one that failed counts for both."""
    for result in (first, second):
        if 'error' in result:
            return result
    peaks = [result['memory_mib'] for result in (first, second)]
    return dict(
        first,
        seconds=first['seconds'] + second['seconds'],
        memory_mib=None if None in peaks else max(peaks),
    )


def profile_cases(args: argparse.Namespace, report: dict, results: dict, console: Console) -> None:
    """Add to each row where its time goes."""
    rows = [
        (row, case) for row, case in zip(report['rows'], results, strict=True) if 'error' not in row
    ]
    for row, case in track(rows, 'profiling', console=console):
        profile = run_worker('profile', dict(case=case._asdict()), args.threads)
        row['profile'] = profile
        rates = report['limits'][case.device]['matrix_rates']
        text = profile.get('error') or describe(
            profile, rates[case.precision], results[case]['flops']
        )
        row['limited_by'] = text
        console.print(
            f'{case.device} {case.model} {case.size} batch {case.batch} {case.mode} '
            f'{case.precision}: {text}',
            highlight=False,
        )


def run(args: argparse.Namespace, console: Console) -> int:
    """Measure, print and write the report; return the exit status."""
    check_args(args)
    cases = make_cases(
        args.models, args.sizes, args.modes, args.precisions, args.batches, args.devices
    )
    if not cases:
        raise ValueError(
            f'--modes: none of {", ".join(args.models)} has {" or ".join(args.modes)}; '
            'eager and exact are for all'
        )
    args.out_dir.mkdir(parents=True, exist_ok=True)
    machine = describe_machine(args.devices, args.threads)
    console.print(machine, highlight=False)
    limits = {}
    for device in args.devices:
        precisions = list(dict.fromkeys(['float32', *args.precisions]))
        limits[device] = run_worker(
            'limits', dict(device=device, precisions=precisions), args.threads
        )
        if 'error' in limits[device]:
            raise ValueError(
                f'the limits of {device} cannot be measured: {limits[device]["error"]}'
            )
    results: dict[Case, dict] = {}
    interrupted = False
    try:
        measure_cases(args, cases, results, console)
    except KeyboardInterrupt:
        interrupted = True
    rows = [make_row(case, result, limits[case.device]) for case, result in results.items()]
    add_speed_ups(rows)
    report = dict(machine=machine, limits=limits, rows=rows)
    try:
        if args.profile and not interrupted:
            profile_cases(args, report, results, console)
    except KeyboardInterrupt:
        interrupted = True
    table = to_markdown(report)
    console.print(table, markup=False, highlight=False, soft_wrap=True)
    (args.out_dir / 'benchmark.json').write_text(json.dumps(report, indent=2), encoding='utf-8')
    (args.out_dir / 'benchmark.md').write_text(table, encoding='utf-8')
    draw_plot(rows, machine, args.out_dir / 'benchmark.png')
    console.print(f'{args.out_dir}/benchmark.json, .md, .png', highlight=False)
    if interrupted:
        console.print(f'interrupted: {len(rows)} of {len(cases)} rows', highlight=False)
        return 130
    return int(any('error' in row for row in rows))


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 1 if a row failed, 2 for wrong usage, 130 if interrupted."""
    try:
        return run(parse_args(argv), Console())
    except (ValueError, OSError) as error:
        print(f'benchmark: error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('\nstopped before anything was measured', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
