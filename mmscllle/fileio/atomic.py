"""Write a file as a whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from uuid import uuid4

# The names of unfinished files say what they are, and which process of which host writes them.
PREFIX = '.mmscllle-unfinished'
HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
# In containers the next process often has the number of the last one.
START = uuid4().hex[:8]
OWN_NAME = re.compile(rf'{re.escape(PREFIX)}-{HOST}-(?P<process>\d+)-(?P<start>\w+)-\d+')
_numbers = count()
_cleared: set[Path] = set()


@contextmanager
def atomic_path(
    path: str | os.PathLike, put: Callable[[Path, Path], None] = os.replace
) -> Iterator[Path]:
    """Within it a file is written that takes the place of ``path`` at the end.

    If anything goes wrong, Ctrl-C and a full disk included, what was written is removed and
    ``path`` is as it was.  What a killed process has left in the folder is removed by the next
    one that writes there.

    Args:
        path: The file to write; missing folders are made.
        put: Called with the finished file and ``path``, to move it there.

    Yields:
        The path to write to: a hidden file in the same folder, with the same suffix.

    Raises:
        OSError: If the file cannot be written; it names ``path`` and the reason.
    """
    path = Path(path)
    # Of a fixed length, since the name itself may be as long as the file system allows.
    temporary = path.with_name(
        f'{PREFIX}-{HOST}-{os.getpid()}-{START}-{next(_numbers)}{path.suffix}'
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent not in _cleared:
            _cleared.add(path.parent)
            clear_unfinished(path.parent)
        yield temporary
        with open(temporary, 'rb+') as file:
            os.fsync(file.fileno())
        put(temporary, path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        try:
            temporary.unlink()
        except (FileNotFoundError, NotADirectoryError):
            pass


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a text as a whole or not at all (:func:`atomic_path`), in UTF-8."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding='utf-8')


def clear_unfinished(folder: Path) -> None:
    """Remove from a folder the unfinished files of this host's processes that have ended.

    Args:
        folder: The folder.
    """
    with os.scandir(folder) as entries:
        found = [
            (entry.path, OWN_NAME.match(entry.name))
            for entry in entries
            if entry.name.startswith(PREFIX)
        ]
    for path, match in found:
        if match and not _is_running(int(match['process']), match['start']):
            Path(path).unlink(missing_ok=True)


def _is_running(process: int, start: str) -> bool:
    if process == os.getpid():
        return start == START
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
