"""Run commands in forked children, which need not import anything, and kill them."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib.util
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNFINISHED = '.mmscllle-unfinished-*'


def load_tool(name: str) -> Callable[[], int]:
    """The function ``main`` of ``tools/<name>.py``."""
    spec = importlib.util.spec_from_file_location(f'tool_{name}', ROOT / 'tools' / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def start(
    work: Callable[[], int],
    arguments: list[object],
    log: Path,
    group: int = 0,
    **environment: object,
) -> int:
    """Call ``work`` in a child.

    Args:
        work: Returns the exit status.
        arguments: ``sys.argv`` of the child, without its name.
        log: Gets what it prints.
        group: The process group that it joins; 0: one of its own.
        environment: Added to its environment.

    Returns:
        Its process number.
    """
    child = os.fork()
    if child:
        # The child does the same. Whoever is first: the next child may join the group at once.
        with contextlib.suppress(ProcessLookupError):
            os.setpgid(child, group)
        return child
    status = 99
    try:
        os.setpgid(0, group)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        # For a child that hangs; see wait().
        faulthandler.register(signal.SIGUSR1)
        os.environ.update({name: str(value) for name, value in environment.items()})
        sys.argv = ['command', *map(str, arguments)]
        status = work()
    except BaseException as error:
        if is_after_the_work(error):
            status = 130
        else:
            traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def is_after_the_work(error: BaseException) -> bool:
    """Whether an interrupt came to the caller, when the command had ended already."""
    inner = error.__traceback__ and error.__traceback__.tb_next
    return (
        isinstance(error, KeyboardInterrupt)
        and inner is not None
        and inner.tb_frame.f_code.co_name == '_interrupt'
    )


def wait(child: int, seconds: float = 300) -> int | None:
    """The exit status of a child, negative for a signal; None if it had to be killed as hanging."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    # Its threads go to the log.
    os.kill(child, signal.SIGUSR1)
    time.sleep(1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def is_running(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def check_nothing_is_left(folder: Path) -> None:
    """Exit if there are unfinished files in a folder."""
    if list(folder.rglob(UNFINISHED)):
        sys.exit(f'unfinished files of dead processes are left in {folder}')


def check_no_traceback(log: Path) -> None:
    """Exit if a child has printed a traceback."""
    if 'Traceback' in log.read_text():
        sys.exit(f'tracebacks:\n{log.read_text()[-5000:]}')
