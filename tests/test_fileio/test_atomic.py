from __future__ import annotations

import errno
import os
import re
import resource
import signal
import subprocess
import sys

import pytest

from mmscllle.fileio import atomic_path


def test_takes_the_place_of_a_file_at_the_end(tmp_path):
    path = tmp_path / 'new' / 'a b ü.png'
    for content in (b'first', b'second'):
        with atomic_path(path) as temporary:
            assert temporary.parent == path.parent and temporary.suffix == '.png'
            assert temporary != path
            temporary.write_bytes(content)
            assert not path.exists() or path.read_bytes() == b'first'
        assert path.read_bytes() == content
    assert os.listdir(path.parent) == [path.name]


def test_name_as_long_as_the_file_system_allows(tmp_path):
    path = tmp_path / ('x' * 251 + '.png')
    with atomic_path(path) as temporary:
        temporary.write_bytes(b'content')
    assert path.read_bytes() == b'content'


@pytest.mark.parametrize('error', [KeyboardInterrupt, SystemExit, ValueError])
def test_leaves_nothing_behind_when_it_is_broken_off(tmp_path, error):
    path = tmp_path / 'a.png'
    path.write_bytes(b'before')
    with pytest.raises(error), atomic_path(path) as temporary:
        temporary.write_bytes(b'half')
        raise error
    assert path.read_bytes() == b'before'
    assert os.listdir(tmp_path) == ['a.png']


def test_disk_that_is_full_while_writing(tmp_path):
    # A limit of the size of files is the one that a test can set for real.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with (
            pytest.raises(OSError, match=r'File too large.*a\.png') as caught,
            atomic_path(tmp_path / 'a.png') as temporary,
        ):
            temporary.write_bytes(b'x' * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.errno == errno.EFBIG
    assert not os.listdir(tmp_path)


def test_disk_that_turns_out_full_at_the_end(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'fsync', full)
    with (
        pytest.raises(OSError, match=r'No space left on device.*a\.png'),
        atomic_path(tmp_path / 'a.png') as temporary,
    ):
        temporary.write_bytes(b'x')
    assert not os.listdir(tmp_path)


def test_folder_that_is_a_file(tmp_path):
    (tmp_path / 'out').write_bytes(b'')
    with pytest.raises(OSError, match=r'out/a\.png'), atomic_path(tmp_path / 'out/a.png'):
        pass
    with (
        pytest.raises(OSError, match=r'out/deeper/a\.png'),
        atomic_path(tmp_path / 'out/deeper/a.png'),
    ):
        pass


def test_file_that_is_a_folder(tmp_path):
    (tmp_path / 'a.png').mkdir()
    with (
        pytest.raises(IsADirectoryError, match=r'a\.png'),
        atomic_path(tmp_path / 'a.png') as temporary,
    ):
        temporary.write_bytes(b'x')
    assert os.listdir(tmp_path) == ['a.png']


def test_unfinished_files_of_dead_processes_are_cleared_by_the_next_one(tmp_path):
    code = (
        'import os, sys\nfrom mmscllle.fileio import atomic_path\n'
        'with atomic_path(sys.argv[1]) as path:\n'
        '    path.write_bytes(b"half"); os.kill(os.getpid(), 9)'
    )
    subprocess.run([sys.executable, '-c', code, str(tmp_path / 'a.png')], check=False)
    (left,) = os.listdir(tmp_path)
    assert left.startswith('.mmscllle-unfinished-') and left.endswith('.png')
    # The same number, as in a container, but another process; a living one; one of another host.
    own = re.sub(r'-\d+-(\w+)-\d+.png', rf'-{os.getpid()}-00000000-0.png', left)
    others = [
        left.replace('.png', '').replace(left.split('-')[3], str(os.getppid())),
        '.mmscllle-unfinished-00000000-1-00000000-0.png',
        '.mmscllle-unfinished-notes.txt',
    ]
    for name in (own, *others):
        (tmp_path / name).write_bytes(b'half')
    with atomic_path(tmp_path / 'b.png') as mine:
        mine.write_bytes(b'whole')
        with atomic_path(tmp_path / 'c.png') as second:
            second.write_bytes(b'whole')
    assert set(os.listdir(tmp_path)) == {'b.png', 'c.png', *others}
