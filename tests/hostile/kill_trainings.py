"""Kill a training again and again: kill_trainings.py CONFIG FOLDER KILLS RANKS SEED.

Each time it goes on by --resume, until it is done; its weights must be those of a training that was
left alone, bit for bit.  A quarter of the kills fall inside a save.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

import torch
from forked import UNFINISHED, is_running, load_tool, start, wait

sys.path.append(str(Path(__file__).resolve().parents[1] / 'test_tools'))
from commands import leave_configs_unformatted  # noqa: E402

torch.set_num_threads(1)


def newest(work_dir: Path) -> int:
    """Iteration of the newest checkpoint, 0 if there is none."""
    return max(
        (int(path.stem.partition('_')[2]) for path in work_dir.glob('iter_*.pth')), default=0
    )


class Training:
    """Starts the training on several ranks and waits for them."""

    def __init__(self, config: str, ranks: int, log: Path) -> None:
        self.main = load_tool('train')
        self.config, self.ranks, self.log = config, ranks, log

    def start(self, work_dir: Path, *options: str) -> list[int]:
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        launcher = ['--launcher', 'pytorch'] if self.ranks > 1 else []
        children: list[int] = []
        for rank in range(self.ranks):
            place = (
                dict(
                    RANK=rank,
                    LOCAL_RANK=rank,
                    WORLD_SIZE=self.ranks,
                    MASTER_ADDR='127.0.0.1',
                    MASTER_PORT=port,
                )
                if self.ranks > 1
                else {}
            )
            children.append(
                start(
                    self.main,
                    [self.config, '--work-dir', work_dir, *launcher, *options],
                    self.log,
                    children[0] if children else 0,
                    **place,
                )
            )
        return children

    def finish(self, children: list[int]) -> None:
        statuses = [wait(child, seconds=1500) for child in children]
        if any(statuses):
            sys.exit(f'training ended with {statuses}:\n{self.log.read_text()[-3000:]}')


def kill_once(children: list[int], work_dir: Path, inside_a_save: bool) -> bool:
    """Kill a training after some progress; return whether it was still at work."""
    goal = newest(work_dir) + random.randint(1, 3)
    while newest(work_dir) < goal and is_running(children[0]):
        time.sleep(0.002)
    if inside_a_save:
        while not list(work_dir.glob(UNFINISHED)) and is_running(children[0]):
            pass
    else:
        time.sleep(random.uniform(0, 0.3))
    alive = is_running(children[0])
    # The workers that load data are of the same group.
    os.killpg(children[0], signal.SIGKILL)
    for child in children:
        wait(child)
    return alive


def main() -> None:
    config, folder = sys.argv[1], Path(sys.argv[2])
    kills, ranks, seed = map(int, sys.argv[3:])
    random.seed(seed)
    leave_configs_unformatted()
    # Each child looks for garbage several times.
    gc.freeze()
    training = Training(config, ranks, folder / 'log.txt')
    training.finish(training.start(folder / 'whole'))
    last = newest(folder / 'whole')
    done = rounds = inside = 0
    while done < kills:
        rounds += 1
        work_dir = folder / f'killed{rounds}'
        options: tuple[str, ...] = ()
        while done < kills:
            inside_a_save = done % 4 == 0
            if not kill_once(training.start(work_dir, *options), work_dir, inside_a_save):
                break
            done += 1
            inside += inside_a_save
            options = ('--resume',)
            if newest(work_dir) >= last - 3:
                break
        if newest(work_dir) < last:
            training.finish(training.start(work_dir, '--resume'))
        one, other = (
            torch.load(path / f'iter_{last}.pth', weights_only=False)['state_dict']
            for path in (folder / 'whole', work_dir)
        )
        different = [name for name, value in one.items() if not torch.equal(value, other[name])]
        if different or list(one) != list(other):
            sys.exit(f'after {done} kills the weights differ: {different}')
        if list(work_dir.glob(UNFINISHED)):
            sys.exit('unfinished files are left')
    print(
        f'{done} kills, {inside} of them inside a save, {ranks} ranks, {rounds} trainings of '
        f'{last} iterations: the same weights, bit for bit'
    )


if __name__ == '__main__':
    main()
