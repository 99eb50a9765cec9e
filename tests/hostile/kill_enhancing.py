"""Kill the enhance command again and again: kill_enhancing.py INPUTS WEIGHTS FOLDER KILLS SEED.

SIGKILL and SIGTERM take turns.  After each, what lies under a final name is whole; a termination
leaves nothing else of its own.  The last run goes on to the files of one that was left alone.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from forked import (
    UNFINISHED,
    check_no_traceback,
    check_nothing_is_left,
    is_running,
    start,
    wait,
)

# Loaded once, not in each child.
from mmscllle.command_line import jobs, runner  # noqa: F401
from mmscllle.command_line.enhance import main as enhance
from mmscllle.video import open_video

# Mean difference, of 255, between two codings of one frame.
CODING_ERROR = 3

torch.set_num_threads(1)


def contents(folder: Path) -> dict[str, bytes]:
    """Final files, without the hidden ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob('*')
        if path.is_file() and not path.name.startswith('.')
    }


def is_same(path: Path, other: Path, log: Path) -> bool:
    """Whether a file is that of another run: a video by its frames.

    Where its threads get the processor in another order, x264 may code a video otherwise.
    """
    if path.suffix != '.mp4' or path.read_bytes() == other.read_bytes():
        return path.read_bytes() == other.read_bytes()
    # In a child: decoding leaves threads behind, for which a later child would wait for ever.
    return wait(start(partial(compare_videos, path, other), [], log)) == 0


def compare_videos(path: Path, other: Path) -> int:
    """0 if two videos show the same but for how they are coded."""
    frames, others = list(open_video(path)), list(open_video(other))
    same = len(frames) == len(others) and all(
        frame.seconds == other.seconds
        and np.abs(frame.image.astype(float) - other.image).mean() < CODING_ERROR
        for frame, other in zip(frames, others, strict=True)
    )
    return int(not same)


def main() -> None:
    inputs, weights, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    kills, seed = map(int, sys.argv[4:])
    random.seed(seed)
    log = folder / 'log.txt'

    def run(out: Path) -> int:
        return start(
            partial(
                enhance,
                [
                    inputs,
                    '--out-dir',
                    str(out),
                    '--weights',
                    weights,
                    '--device',
                    'cpu',
                    '--compare',
                    '--curves',
                    '--skip-existing',
                ],
            ),
            [],
            log,
        )

    begin = time.monotonic()
    if wait(run(folder / 'whole')):
        sys.exit(f'it fails alone: {log.read_text()[-3000:]}')
    duration = time.monotonic() - begin
    whole = contents(folder / 'whole')
    done = rounds = 0
    while done < kills:
        rounds += 1
        out = folder / f'killed{rounds}'
        for _ in range(8):
            before = contents(out)
            child = run(out)
            time.sleep(random.uniform(0, 1.1 * duration))
            if not is_running(child):
                wait(child)
                break
            sent = signal.SIGTERM if done % 2 else signal.SIGKILL
            os.kill(child, sent)
            status = wait(child)
            if status == -signal.SIGTERM and contents(out) == before:
                # It came before the command had begun to mind signals.
                continue
            if status is None or sent == signal.SIGTERM and status not in (0, 130):
                sys.exit(f'{sent!r} is answered by {status}:\n{log.read_text()[-3000:]}')
            # Its own: those of a killed run are left to the next one that writes.
            own = list(out.rglob(f'{UNFINISHED}-{child}-*'))
            if sent == signal.SIGTERM and status == 130 and own:
                sys.exit(f'a termination leaves unfinished files: {own}')
            done += 1
            for name in contents(out):
                if not is_same(out / name, folder / 'whole' / name, log):
                    sys.exit(f'{name} is not whole after {sent!r}')
        if wait(run(out)):
            sys.exit(f'it does not go on: {log.read_text()[-3000:]}')
        found = contents(out)
        if set(found) != set(whole):
            sys.exit(f'files are missing or new: {sorted(set(found) ^ set(whole))}')
        for name in found:
            if not is_same(out / name, folder / 'whole' / name, log):
                sys.exit(f'{name} is another than that of a run that was left alone')
        check_nothing_is_left(out)
    check_no_traceback(log)
    print(f'{done} kills and terminations of {rounds} runs: all files whole')


if __name__ == '__main__':
    main()
