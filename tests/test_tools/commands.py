"""Start tools as a user does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    path = os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')])
    bin_folder = os.pathsep.join([str(Path(sys.executable).parent), os.environ['PATH']])
    return dict(os.environ, PYTHONPATH=path, PATH=bin_folder, PORT=str(port), OMP_NUM_THREADS='1')


def run(*command: object, fails: bool = False) -> str:
    """Run a command and return all it prints."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=300,
    )
    text = done.stdout + done.stderr
    assert (done.returncode != 0) == fails, text[-3000:]
    return text
