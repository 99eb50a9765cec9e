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
