"""Train an ablation and print its table: tools/ablation.py ABLATION [options]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ablating.plan import read_ablation, row_config
from ablating.table import to_markdown
from ablating.trial import Trial

from mmscllle.fileio import write_text
from mmscllle.utils.commands import FAILED, UsageError, run_command


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Train each row of an ablation with each seed, test it, and print one table. '
        'What is done is kept; called again, the command goes on where it was stopped.'
    )
    parser.add_argument(
        'ablation', help='a config with the key ablation, such as configs/ablations/photographs.py'
    )
    parser.add_argument(
        '--work-dir',
        help='folder of trainings, results and table; default: work_dirs/ablation_<file name>',
    )
    parser.add_argument(
        '--rows', nargs='+', metavar='ROW', help='train only these; base is one of them'
    )
    parser.add_argument(
        '--seeds', nargs='+', type=int, metavar='SEED', help='train only with these'
    )
    parser.add_argument(
        '--max-iters',
        type=int,
        metavar='N',
        help="train for so many iterations, in place of the file's max_iters or the config's "
        'own length; the heading of the table tells',
    )
    parser.add_argument(
        '--dry-run', action='store_true', help='train nothing; print the table of what is done'
    )
    return parser.parse_args(argv)


def choose(chosen: list | None, known: list, option: str) -> list:
    """What an option chooses; all if it is not given.

    Raises:
        UsageError: If it names something unknown.
    """
    unknown = [value for value in chosen or [] if value not in known]
    if unknown:
        raise UsageError(
            f'{option}: there is no {unknown[0]}; choose from {", ".join(map(str, known))}'
        )
    return known if chosen is None else [value for value in known if value in chosen]


def run(args: argparse.Namespace) -> int:
    """Train what is missing; print and save the table."""
    try:
        ablation = read_ablation(args.ablation, args.max_iters)
    except ValueError as error:
        raise UsageError(str(error)) from error
    rows = choose(args.rows, list(ablation.rows), '--rows')
    seeds = choose(args.seeds, ablation.seeds, '--seeds')
    work_dir = Path(args.work_dir or f'work_dirs/ablation_{ablation.path.stem}')
    trials = [
        Trial(row, seed, row_config(ablation, row, seed), work_dir)
        for seed in ablation.seeds
        for row in ablation.rows
    ]
    # All before the first training, which may take hours.
    for trial in trials:
        trial.check_kept()

    def write_table() -> str:
        metrics = {(trial.row, trial.seed): trial.read_metrics() for trial in trials}
        table = to_markdown(ablation, {key: found for key, found in metrics.items() if found})
        write_text(work_dir / 'table.md', table)
        return table

    wanted = [trial for trial in trials if trial.row in rows and trial.seed in seeds]
    todo = [] if args.dry_run else [each for each in wanted if each.read_metrics() is None]
    failed = 0
    for number, trial in enumerate(todo, 1):
        print(f'[{number}/{len(todo)}] {trial}: {trial.work_dir}', file=sys.stderr, flush=True)
        try:
            trial.run()
        except (OSError, ValueError) as error:
            failed += 1
            print(f'ablation.py: {error}', file=sys.stderr, flush=True)
        else:
            write_table()
    print(write_table())
    return FAILED if failed else 0


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit status."""
    args = parse_args(argv)
    return run_command(
        'ablation.py', lambda: run(args), 'stopped; the same command goes on from here'
    )


if __name__ == '__main__':
    sys.exit(main())
