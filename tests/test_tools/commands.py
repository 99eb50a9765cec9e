"""Start tools as a user does."""

from __future__ import annotations

import gc
import importlib.util
import multiprocessing
import os
import runpy
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import IO

import mmengine.config.config
import yapf.yapflib.yapf_api

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
# Scripts are run by forks of a process that has imported the host libraries, which takes longer
# than what they are run for.
FORKS = multiprocessing.get_context('forkserver')
FORKS.set_forkserver_preload(['torch._dynamo', 'mmengine.runner', 'mmseg.apis', 'mmseg.models'])


def environment() -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    path = os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')])
    bin_folder = os.pathsep.join([str(Path(sys.executable).parent), os.environ['PATH']])
    return dict(os.environ, PYTHONPATH=path, PATH=bin_folder, PORT=str(port), OMP_NUM_THREADS='1')


def load_tool(name: str) -> ModuleType:
    """Import ``tools/<name>.py``, a folder of tools in the name included."""
    path = ROOT / 'tools' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*command: object, fails: bool = False) -> str:
    """Run a command and return all it prints.

    Args:
        command: The command; ``sys.executable`` and a script: in a fork that has imported the host
            libraries.
        fails: Whether it has to fail.
    """
    words = [str(part) for part in command]
    if words[0] == sys.executable:
        status, text = run_script(words[1:])
    else:
        done = subprocess.run(
            words, capture_output=True, text=True, env=environment(), timeout=SECONDS
        )
        status, text = done.returncode, done.stdout + done.stderr
    assert (status != 0) == fails, text[-3000:]
    return text


def run_on_two_ranks(*command: object) -> None:
    """Run a script on two ranks, with the variables that the launcher sets for each."""
    words = [str(part) for part in command]
    common = dict(WORLD_SIZE='2', MASTER_ADDR='127.0.0.1', MASTER_PORT=environment()['PORT'])
    with ThreadPoolExecutor(2) as pool:
        ranks = pool.map(
            lambda rank: run_script(words, RANK=rank, LOCAL_RANK=rank, **common), ('0', '1')
        )
        for status, text in ranks:
            assert status == 0, text[-3000:]


def run_script(words: list[str], **variables: str) -> tuple[int | None, str]:
    """Run a Python script; return its exit status and what it prints.

    Args:
        words: The script and its arguments.
        variables: Added to its environment.
    """
    with tempfile.NamedTemporaryFile('r', errors='replace') as output:
        status = ForkedScript([sys.executable, *words], output, **variables).wait()
        return status, output.read()


def leave_configs_unformatted() -> None:
    """Let MMEngine write configs as they are: yapf takes half a second for each checkpoint."""
    # MMEngine of one environment imports it at once, that of the other where it is called.
    for module in (mmengine.config.config, yapf.yapflib.yapf_api):
        module.FormatCode = lambda text, **_: (text, False)


class ForkedScript:
    """A script of Python in a fork, in place of ``subprocess.Popen``.

    Args:
        command: The interpreter, the script and its arguments.
        stdout: An open file of a name, which gets all that is printed.
        **variables: Added to its environment; ``stderr`` of ``Popen`` changes nothing.
    """

    def __init__(
        self, command: list[str], stdout: IO[str], stderr: object = None, **variables: str
    ) -> None:
        assert command[0] == sys.executable
        arguments = command[1:], {**environment(), **variables}, stdout.name
        self.process = FORKS.Process(target=_become, args=arguments)
        self.process.start()

    def wait(self) -> int | None:
        """Wait for the end; return the exit status, None if it had to be killed as hanging."""
        self.process.join(SECONDS)
        status = self.process.exitcode
        if status is None:
            self.process.kill()
            self.process.join()
        return status


def _become(words: list[str], variables: dict[str, str], output: str) -> None:
    """Be the process of a script."""
    # The order of what is printed to the two may be another than on a terminal.
    descriptor = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    # What is garbage in a training is a small part of all that is imported.
    gc.freeze()
    leave_configs_unformatted()
    os.environ.clear()
    os.environ.update(variables)
    folders = filter(None, variables['PYTHONPATH'].split(os.pathsep))
    sys.argv, sys.path = words, [str(Path(words[0]).parent), *folders, *sys.path]
    runpy.run_path(words[0], run_name='__main__')
