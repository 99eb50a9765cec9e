"""How every command begins and ends."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable

from mmscllle.utils.messages import one_line, printable

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


def run_command(name: str, work: Callable[[], int | None], stopped: str = 'stopped') -> int:
    """Do the work of a command; what users can mend is said in one line.

    Args:
        name: Of the command.
        work: Does it and returns the exit status; None: 0.
        stopped: What is said when it is interrupted.

    Returns:
        The exit status: that of ``work``; 1 for an :class:`OSError` or :class:`ValueError`, 2 for
        a :class:`UsageError`, 130 for Ctrl-C and SIGTERM. Other errors are the program's own and
        pass.
    """
    prepare_process()
    try:
        return work() or 0
    except KeyboardInterrupt:
        print(f'\n{stopped}', file=sys.stderr)
        return INTERRUPTED
    except (OSError, ValueError) as error:
        print(f'{name}: error: {printable(one_line(error))}', file=sys.stderr)
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
