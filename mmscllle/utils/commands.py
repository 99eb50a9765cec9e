"""How every command begins and ends."""
from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import Iterator

from mmscllle.utils.messages import one_line

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


class UsageError(ValueError):
    """The command was not called rightly; the message names the argument."""


def prepare_process() -> None:
    """Let SIGTERM end the process as Ctrl-C does, cleaned up, and let any name be printed."""
    for stream in (sys.stdout, sys.stderr):
        # Names of files need not be text.
        if hasattr(stream, 'reconfigure'):
            stream.reconfigure(errors='backslashreplace')
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)


@contextmanager
def command(name: str) -> Iterator[None]:
    """Within it a command does its work; what users can mend is said in one line.

    Args:
        name: Of the command.

    Raises:
        SystemExit: With the status 1 for an :class:`OSError` or :class:`ValueError`, 2 for a
            :class:`UsageError`, 130 for Ctrl-C and SIGTERM. Other errors are the program's own and
            pass.
    """
    prepare_process()
    try:
        yield
    except KeyboardInterrupt:
        print(f'\n{name}: stopped', file=sys.stderr)
        sys.exit(INTERRUPTED)
    except (OSError, ValueError) as error:
        print(f'{name}: error: {one_line(error)}', file=sys.stderr)
        sys.exit(WRONG_USAGE if isinstance(error, UsageError) else FAILED)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
