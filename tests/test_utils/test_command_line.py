"""Overrides of a config, and the end of a command that may be one process of several."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mmengine.config import Config

from mmscllle.utils.command_line import find_unused_options
from mmscllle.utils.commands import UsageError

CONFIG = """
max_iters = 2000
flag = True
crop = dict(size=(32, 40))
model = dict(type='Net', flag=1)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
train_cfg = dict(val_interval=max_iters, max_iters=max_iters)
train_dataloader = dict(dataset=dict(pipeline=[dict(type='Crop', size=crop['size'])]))
"""


def test_overrides_that_are_used():
    config = Config.fromstring(CONFIG, '.py')
    options = {'optim_wrapper.optimizer.lr': 7, 'randomness.seed': 1, 'tta_model': None}
    assert find_unused_options(config, options) == []
    # One of another type reads what it likes.
    config.runner_type = 'Own'
    assert find_unused_options(config, {'max_iters': 2, 'foo': 1}) == []


@pytest.mark.parametrize(
    ('key', 'message'),
    [
        ('max_iters', '; of its value are train_cfg.max_iters, train_cfg.val_interval'),
        ('crop.size', '; of its value are train_dataloader.dataset.pipeline.0.size'),
        ('flag', 'Set what it was used for'),
    ],
)
def test_an_override_of_a_variable_of_the_file_is_told(key, message):
    (warning,) = find_unused_options(Config.fromstring(CONFIG, '.py'), {key: 2})
    assert warning.startswith(f'--cfg-options {key}: ') and warning.endswith(message)


@pytest.mark.parametrize(
    ('key', 'message'),
    [
        ('optim_wraper.optimizer.lr', "reads 'optim_wraper'; did you mean 'optim_wrapper'[?] If"),
        ('max_iter', "reads 'max_iter'; did you mean 'train_cfg.max_iters'"),
        ('optimizer.lr', "reads 'optimizer'; did you mean 'optim_wrapper.optimizer'"),
        ('zzz', "--cfg-options zzz: nothing reads 'zzz'. If code of yours does, set it in the"),
    ],
)
def test_an_override_of_nothing_is_refused(key, message):
    with pytest.raises(UsageError, match=message):
        find_unused_options(Config.fromstring(CONFIG, '.py'), {key: 2})


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
import os, sys, time
import torch
from mmscllle.utils.command_line import end_process

store, rank, status, work = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
torch.distributed.init_process_group(
    'gloo', init_method='file://' + store, rank=rank, world_size=2)
time.sleep(work)
print(time.time(), flush=True)
end = os._exit
os._exit = lambda status: (print(time.time(), flush=True), end(status))
end_process(status)
"""


def end_two_processes(store, *ends):
    """Two processes of one group, given status and seconds of work: status, output and errors."""
    processes = [
        subprocess.Popen(
            [sys.executable, '-c', PAIR, store, str(rank), *map(str, end)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank, end in enumerate(ends)
    ]
    try:
        said = [process.communicate(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(process.returncode, *texts) for process, texts in zip(processes, said, strict=True)]


def test_processes_that_succeed_wait_for_each_other(tmp_path):
    quick, slow = end_two_processes(tmp_path / 'store', (0, 0), (0, 3))
    assert quick[0] == slow[0] == 0, quick[2] + slow[2]
    (_, end), (done, _) = (list(map(float, output.split())) for _, output, _ in (quick, slow))
    # The quick one ends when the slow one has done its work.
    assert end >= done


def test_a_process_whose_partner_failed_fails_and_does_not_hang(tmp_path):
    (failed, *_), (partner, _, error) = end_two_processes(tmp_path / 'store', (3, 0), (0, 0))
    assert failed == 3 and partner not in (0, 3)
    assert 'RuntimeError' in error and 'onnection' in error
