"""Find the checkpoint from which a training goes on, and keep its folder for one training."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmscllle.utils.checkpoint_loader import load_from_local
from mmscllle.utils.command_line import walk_settings
from mmscllle.utils.messages import one_line

# What a training needs to go on as if nothing had been.
STATE = ('state_dict', 'meta', 'message_hub', 'optimizer')
# Settings whose state a checkpoint holds: MMEngine restores it whole.
RESTORED = re.compile(r'param_scheduler\.|optim_wrapper\.(\w+\.)?(optimizer|paramwise_cfg)\.')


def find_checkpoint(work_dir: str | os.PathLike) -> tuple[str | None, list[str]]:
    """Find the checkpoint of a work dir that its last training wrote last and that can be read.

    Args:
        work_dir: The folder.

    Returns:
        Its path, None if there is none; and why others are passed over: those that cannot be read,
        and larger numbers.

    Raises:
        ValueError: If there are checkpoints, and none can be read.
    """
    found = {path.resolve() for path in Path(work_dir).glob('*_*.pth') if _number(path)}
    marker = Path(work_dir, 'last_checkpoint')
    named = marker.read_text(errors='replace').strip() if marker.is_file() else ''
    passed_over = []
    # By its name alone where the folder was moved.
    latest = next((path for path in found if path.name == Path(named).name), None)
    if named and Path(named).is_file():
        # Usually one of the folder's; else of another folder or name, as the config says.
        latest = Path(named).resolve()
        found.add(latest)
    elif named and not latest:
        passed_over.append(f'{named!r}, which {str(marker)!r} names, is not there')

    def rank(path: Path) -> tuple[bool, bool, int, float]:
        # An older training in the same folder may have left larger numbers.
        of_it = latest is None or _number(path) <= _number(latest)
        return path == latest, of_it, _number(path), path.stat().st_mtime

    in_line = sorted(found, key=rank, reverse=True)
    for place, path in enumerate(in_line, 1):
        try:
            check_resumable(str(path))
        except (OSError, ValueError) as error:
            passed_over.append(one_line(error))
        else:
            passed_over += [
                f'{str(other)!r}, for {str(marker)!r} names {Path(named).name}: it is of another '
                'training, or was still to be named when this one was killed'
                for other in in_line[place:]
                if _number(other) > _number(path)
            ]
            return str(path), passed_over
    if passed_over:
        raise ValueError(
            f'--resume: no checkpoint in {str(work_dir)!r} can be read: '
            f'{"; ".join(passed_over)}. To start anew, take another --work-dir'
        )
    return None, []


def check_resumable(path: str) -> dict[str, Any]:
    """Check that a training can go on from a file.

    Args:
        path: The file.

    Returns:
        What it holds beside states: ``seed`` and ``cfg``, the text of the config, among others.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it cannot be read, or holds weights alone.
    """
    content: Any = load_from_local(path, 'cpu')
    missing = [key for key in STATE if not (isinstance(content, dict) and key in content)]
    if missing:
        raise ValueError(
            f'{path!r} does not hold the state of a training (it lacks '
            f'{", ".join(missing)}); to start from its weights, set load_from in the '
            'config'
        )
    return content['meta'] or {}


def find_ignored_settings(text: str, cfg: Config) -> dict[str, tuple[Any, Any]]:
    """Find what a resumed training takes from its checkpoint, whatever the config says.

    Args:
        text: The config that the checkpoint was trained with, as MMEngine writes it.
        cfg: The config to go on with.

    Returns:
        Values in the checkpoint and in the config by dotted key; None: not set.
    """
    # The same way through text for both, or what is written another way would differ.
    before, now = (_restored_settings(part) for part in (text, cfg.pretty_text))
    if not before:
        return {}
    return {
        key: (before.get(key), now.get(key))
        for key in dict.fromkeys([*before, *now])
        if before.get(key) != now.get(key)
        # A scheduler that is added or left out is so.
        and (key in before and key in now or not key.startswith('param_scheduler'))
    }


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


def _restored_settings(text: str) -> dict[str, Any]:
    """Values by dotted key of those settings in the text of a config; none if it is no config."""
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    config = {
        ast.unparse(statement.targets[0]): _read_value(statement.value)
        for statement in statements
        if isinstance(statement, ast.Assign)
    }
    return {
        key: value
        for key, value in walk_settings(config)
        if RESTORED.match(key) and not isinstance(value, (dict, list))
    }


def _read_value(node: ast.expr) -> Any:
    """A value in the text of a config, read and not run: a checkpoint may be a stranger's."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == 'dict' and not node.args:
        return {str(part.arg): _read_value(part.value) for part in node.keywords}
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_read_value(part) for part in node.elts]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return ast.unparse(node)
