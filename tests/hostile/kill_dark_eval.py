"""Kill an evaluation again and again: kill_dark_eval.py CONFIG CHECKPOINT DATA FOLDER KILLS SEED.

Each time the same command goes on, until the table is there; its scores must be those of a run that
was left alone, and no image is looked at twice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch
from forked import check_no_traceback, check_nothing_is_left, is_running, load_tool, start, wait

torch.set_num_threads(1)


def scores(folder: Path) -> list[dict]:
    """The table without times and memory."""
    methods = json.loads((folder / 'dark_eval.json').read_text())['methods']
    return [
        {
            name: value
            for name, value in method.items()
            if name not in ('ms_per_image', 'peak_memory_mib')
        }
        for method in methods
    ]


def recorded(folder: Path) -> int:
    """How many results are there, in files under their final names."""
    return sum(path.read_bytes().count(b'\n') for path in folder.rglob('[!.]*.jsonl'))


def main() -> None:
    config, checkpoint, data, folder = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
    kills, seed = map(int, sys.argv[5:])
    random.seed(seed)
    evaluate, log = load_tool('dark_eval'), folder / 'log.txt'

    def run(out: Path) -> int:
        return start(
            evaluate,
            [
                config,
                checkpoint,
                '--data',
                data,
                '--baselines',
                'none',
                'gamma',
                '--device',
                'cpu',
                '--out-dir',
                out,
                '--pictures',
                '2',
            ],
            log,
        )

    if wait(run(folder / 'whole')):
        sys.exit(f'it fails alone: {log.read_text()[-3000:]}')
    done = rounds = 0
    while done < kills:
        rounds += 1
        out = folder / f'killed{rounds}'
        while done < kills:
            child, before = run(out), recorded(out)
            # After some results of its own, or amid the pictures and tables at the end.
            goal = before + random.randint(0, 3)
            while recorded(out) <= goal and is_running(child):
                time.sleep(0.002)
            time.sleep(random.uniform(0, 0.05))
            if not is_running(child):
                wait(child)
                break
            sent = signal.SIGTERM if done % 2 else signal.SIGKILL
            os.kill(child, sent)
            if wait(child) is None:
                sys.exit(f'it hangs after {sent!r}')
            if recorded(out) < before:
                sys.exit(f'{before - recorded(out)} results are lost by {sent!r}')
            done += 1
        if wait(run(out)):
            sys.exit(f'it does not go on: {log.read_text()[-3000:]}')
        if scores(out) != scores(folder / 'whole'):
            sys.exit(f'other scores: {scores(out)}, not {scores(folder / "whole")}')
        check_nothing_is_left(out)
    check_no_traceback(log)
    print(f'{done} kills and terminations of {rounds} evaluations: the same scores')


if __name__ == '__main__':
    main()
