"""Full disks leave nothing truncated, and long runs take no more than short ones."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from tally import tried

from mmscllle.command_line.enhance import main
from mmscllle.engine import AtomicLocalBackend
from mmscllle.evaluation.dark_evaluation.result_log import ResultLog
from mmscllle.fileio import Photograph, read_photograph, write_photograph, write_text
from mmscllle.utils.commands import run_command
from mmscllle.video import Frame, VideoFormat, create_video, open_video

RANDOM = np.random.default_rng(0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 KiB."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        # Whoever may mount nothing has a limit of the size of files.
        import resource
        import signal

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
        yield folder
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
        return
    yield folder
    subprocess.run(['umount', '-l', str(folder)], check=True)


def test_a_full_disk_while_enhancing(small_disk, weights, tmp_path, capsys):
    for number in range(12):
        image = RANDOM.integers(256, size=(100, 400, 3), dtype=np.uint8)
        write_photograph(Photograph([image]), tmp_path / 'in' / f'{number:02d}.png')
    assert (
        main(
            [
                str(tmp_path / 'in'),
                '--out-dir',
                str(small_disk / 'out'),
                '--weights',
                weights,
                '--device',
                'cpu',
                '--num-workers',
                '0',
            ]
        )
        == 1
    )
    tried('full disks', 12)
    error = capsys.readouterr().err
    assert 'No space left' in error or 'File too large' in error
    assert 'Traceback' not in error
    for path in (small_disk / 'out').iterdir():
        assert read_photograph(path).size == (100, 400) and not path.name.startswith('.')


@pytest.mark.parametrize('kind', ['checkpoint', 'text', 'log'])
def test_a_full_disk_while_training_and_evaluating(small_disk, kind, capsys):
    path = small_disk / 'file'

    def write(size: int) -> None:
        if kind == 'checkpoint':
            AtomicLocalBackend().put(bytes(size), path)
        elif kind == 'text':
            write_text(path, 'x' * size)
        else:
            log = ResultLog(path, dict(weights='a'))
            log.append(dict(image='a', stamp=[], text='x' * size))

    write(1000)
    before = path.read_bytes()
    assert run_command('tool', lambda: write(2**20)) == 1
    tried('full disks')
    error = capsys.readouterr().err
    assert error.count('\n') == 1 and error.startswith('tool: error: [Errno ')
    assert os.listdir(small_disk) == ['file']
    assert path.read_bytes() == before


def resources() -> tuple[int, int]:
    """Resident bytes and open descriptors of this process."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGESIZE'), len(os.listdir('/proc/self/fd'))


@contextmanager
def most_memory() -> Iterator[list[int]]:
    """Watch the resident memory; the list's only entry is the most that was seen, in bytes."""
    seen, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            seen[0] = max(seen[0], resources()[0])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


@pytest.mark.skipif(not Path('/proc/self/statm').exists(), reason='reads /proc')
def test_memory_and_descriptors_over_2000_frames(weights, tmp_path):
    for count in (100, 2000):
        with create_video(tmp_path / f'{count}.mp4', VideoFormat(24, 32, Fraction(25))) as writer:
            for number in range(count):
                frame = np.full((24, 32, 3), 20 + number % 40, np.uint8)
                writer.write(Frame(frame, Fraction(number, 25)))
    torch.set_num_threads(1)
    seen = []
    # The first one is for what is loaded once.
    for count in (100, 100, 2000):
        with most_memory() as memory:
            assert (
                main(
                    [
                        str(tmp_path / f'{count}.mp4'),
                        '--out-dir',
                        str(tmp_path / 'out'),
                        '--weights',
                        weights,
                        '--device',
                        'cpu',
                        '--overwrite',
                    ]
                )
                == 0
            )
        seen.append((memory[0], resources()[1]))
    tried('frames in a row', 2000)
    (_, _), (short, descriptors), (long, more) = seen
    assert long - short < 20 * 2**20 and more <= descriptors + 2
    reader = open_video(tmp_path / 'out/2000.mp4')
    assert sum(1 for _ in reader) == 2000
    reader.close()


@pytest.mark.skipif(not Path('/proc/self/statm').exists(), reason='reads /proc')
def test_memory_and_descriptors_over_2000_pictures(inferencer, tmp_path):
    for number in range(20):
        image = RANDOM.integers(90, size=(24, 32, 3), dtype=np.uint8)
        write_photograph(Photograph([image]), tmp_path / f'{number}.png')
    files = [str(tmp_path / f'{number}.png') for number in range(20)]
    torch.set_num_threads(1)
    seen = []
    for count, _ in enumerate(inferencer.stream(iter(files * 100), num_workers=2), 1):
        if count in (400, 2000):
            seen.append(resources())
    assert count == 2000
    tried('pictures in a row', 2000)
    (memory, descriptors), (later, more) = seen
    assert later - memory < 20 * 2**20 and more <= descriptors + 2
