"""The end of a command that may be one process of several."""

from __future__ import annotations

import subprocess
import sys

import pytest

WORK = """
import atexit, sys
import torch
from mmscllle.utils.command_line import end_process

atexit.register(print, 'Python shuts down')
if {group}:
    torch.distributed.init_process_group(
        'gloo', init_method='file://' + sys.argv[1], rank=0, world_size=1)
    model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(1, 1))
print('the work is done')
end_process({status})
"""


@pytest.mark.parametrize('status', [0, 1])
@pytest.mark.parametrize('group', [False, True])
def test_threads_of_a_process_group_cannot_abort_the_end(group, status, tmp_path):
    code = WORK.format(group=group, status=status)
    done = subprocess.run(
        [sys.executable, '-c', code, tmp_path / 'store'],
        capture_output=True,
        text=True,
        timeout=120,
    )
    shuts_down = [] if group else ['Python shuts down']
    assert done.stdout.splitlines() == ['the work is done', *shuts_down], done.stderr
    assert done.returncode == status


PAIR = """
import sys
import torch
from mmscllle.utils.command_line import end_process

store, rank, status = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.distributed.init_process_group(
    'gloo', init_method='file://' + store, rank=rank, world_size=2)
end_process(status)
"""


def end_two_processes(store, *statuses):
    """Exit statuses and errors of two processes of one group that end with these statuses."""
    processes = [
        subprocess.Popen(
            [sys.executable, '-c', PAIR, store, str(rank), str(status)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank, status in enumerate(statuses)
    ]
    try:
        errors = [process.communicate(timeout=120)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [process.returncode for process in processes], errors


def test_processes_that_succeed_wait_for_each_other(tmp_path):
    statuses, errors = end_two_processes(tmp_path / 'store', 0, 0)
    assert statuses == [0, 0], errors


def test_a_process_whose_partner_failed_fails_and_does_not_hang(tmp_path):
    (failed, partner), errors = end_two_processes(tmp_path / 'store', 3, 0)
    assert failed == 3 and partner not in (0, 3)
    assert 'RuntimeError' in errors[1] and 'onnection' in errors[1]
