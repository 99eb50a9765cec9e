"""Train and test the whole method on a small drawn data set, in a few minutes on a CPU.

Draws streets by day and by night, trains a small mmseg segmentor on the days, trains SCL-LLE on
the nights with that segmentor frozen, and compares on nights that neither has seen.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path('work_dirs/quick_start')


def main() -> None:
    """Run all steps, print the table and say where the results are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--scenes',
        type=int,
        default=80,
        help='streets to train on, by day and by night (default: 80)',
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='of the streets and of both trainings (default: 0)'
    )
    args = parser.parse_args()
    start = time.time()
    os.chdir(ROOT)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The terminal gets the progress bars, the file what the libraries have to say: some speak as
    # they are imported.
    with open(FOLDER / 'log.txt', 'w', encoding='utf-8') as log, redirect_stdout(log):
        from night_street.trial import run

        table, picture, checkpoint = run(args.scenes, args.seed)
    print(
        f'\nNight streets that training has not seen:\n\n{table}\n'
        f'Before and after: {picture}\nTable: {FOLDER / "table.md"}\nWeights: {checkpoint}\n'
        f'Log: {FOLDER / "log.txt"}\n{time.time() - start:.0f} s'
    )


if __name__ == '__main__':
    main()
