"""Find the checkpoint from which a training goes on, and keep its folder for one training."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmscllle.utils.checkpoint_loader import load_from_local
from mmscllle.utils.messages import one_line

# What a training needs to go on as if nothing had been.
STATE = ('state_dict', 'meta', 'message_hub', 'optimizer')


def find_checkpoint(work_dir: str | os.PathLike) -> tuple[str | None, list[str]]:
    """Find the newest checkpoint of a work dir that can be read.

    Args:
        work_dir: The folder.

    Returns:
        Its path, None if there is none; and why each newer one is passed over.

    Raises:
        ValueError: If there are checkpoints, and none can be read.
    """
    found = {path.resolve() for path in Path(work_dir).glob('*_*.pth') if _number(path)}
    marker = Path(work_dir, 'last_checkpoint')
    # Usually one of the folder's; else of another folder or name, as the config says.
    named = marker.read_text(errors='replace').strip() if marker.is_file() else ''
    passed_over = []
    if named and Path(named).is_file():
        found.add(Path(named).resolve())
    elif named and Path(named).name not in {path.name for path in found}:
        passed_over.append(f'{named!r}, which {str(marker)!r} names, is not there')
    for path in sorted(found, key=lambda path: (_number(path), path.stat().st_mtime), reverse=True):
        try:
            check_resumable(str(path))
        except (OSError, ValueError) as error:
            passed_over.append(one_line(error))
        else:
            return str(path), passed_over
    if passed_over:
        raise ValueError(
            f'--resume: no checkpoint in {str(work_dir)!r} can be read: '
            f'{"; ".join(passed_over)}. To start anew, take another --work-dir'
        )
    return None, []


def check_resumable(path: str) -> None:
    """Check that a training can go on from a file.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it cannot be read, or holds weights alone.
    """
    content = load_from_local(path, 'cpu')
    missing = [key for key in STATE if not (isinstance(content, dict) and key in content)]
    if missing:
        raise ValueError(
            f'{path!r} does not hold the state of a training (it lacks '
            f'{", ".join(missing)}); to start from its weights, set load_from in the '
            'config'
        )


@contextmanager
def only_training_in(work_dir: str | os.PathLike) -> Iterator[None]:
    """Within it no other training of this host writes to a folder.

    The system lifts the lock when the process ends, however it ends.

    Args:
        work_dir: The folder, made if it is not there.

    Raises:
        ValueError: If another training is at work there.
    """
    try:
        import fcntl
    # There are none on Windows.
    except ImportError:
        yield
        return
    path = Path(work_dir, '.training-lock')
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a+') as file:
        try:
            # One of the process alone, which its workers do not inherit.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            raise ValueError(
                f'--work-dir: another training (process {file.read().strip()}) is at '
                f'work in {str(work_dir)!r}; take another folder'
            ) from None
        file.truncate(0)
        file.write(f'{os.getpid()}\n')
        file.flush()
        yield


def _number(path: Path) -> int:
    """The iteration or epoch in the name of a checkpoint; 0 if there is none."""
    match = re.fullmatch(r'(?:iter|epoch)_(\d+)\.pth', path.name)
    return int(match[1]) if match else 0
