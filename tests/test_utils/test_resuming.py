"""Which checkpoint a training goes on from, and one training in a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmscllle.utils.resuming import (
    check_resumable,
    find_checkpoint,
    find_ignored_settings,
    only_training_in,
)


def save(path: Path, iteration: int = 0) -> Path:
    torch.save(
        dict(
            state_dict=dict(a=torch.ones(1)),
            meta=dict(iter=iteration, epoch=0),
            message_hub={},
            optimizer={},
        ),
        path,
    )
    return path


@pytest.fixture
def folder(tmp_path) -> Path:
    for iteration in (5, 10, 9):
        save(tmp_path / f'iter_{iteration}.pth', iteration)
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'iter_10.pth'))
    return tmp_path


def test_the_newest(folder):
    assert find_checkpoint(folder) == (str(folder / 'iter_10.pth'), [])


def test_a_larger_number_than_the_last_checkpoint(folder):
    """Of an older training; or the process was killed before it named its newest."""
    save(folder / 'iter_15.pth')
    path, (passed_over,) = find_checkpoint(folder)
    assert path == str(folder / 'iter_10.pth')
    assert 'iter_15.pth' in passed_over and 'names iter_10.pth' in passed_over
    # The one before is of the same training, rather than a larger number.
    (folder / 'iter_10.pth').write_bytes(b'')
    path, (damaged, larger) = find_checkpoint(folder)
    assert path == str(folder / 'iter_9.pth')
    assert 'iter_10.pth' in damaged and 'iter_15.pth' in larger


def test_an_empty_folder(tmp_path):
    assert find_checkpoint(tmp_path) == (None, [])
    assert find_checkpoint(tmp_path / 'none') == (None, [])


@pytest.mark.parametrize(
    ('harm', 'reason'),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-100]), 'is not a checkpoint of weights'),
        (lambda path: path.write_bytes(b''), 'is not a checkpoint of weights'),
        (
            lambda path: torch.save(dict(a=torch.ones(1)), path),
            'does not hold the state of a training',
        ),
        (lambda path: torch.save([1], path), 'does not hold the state of a training'),
        (
            lambda path: torch.save(dict(state_dict=dict(a=torch.tensor(float('nan')))), path),
            'infinite or not a number',
        ),
    ],
)
def test_what_cannot_be_read_is_passed_over(folder, harm, reason):
    harm(folder / 'iter_10.pth')
    path, (passed_over,) = find_checkpoint(folder)
    assert path == str(folder / 'iter_9.pth')
    assert 'iter_10.pth' in passed_over and reason in passed_over


@pytest.mark.parametrize('content', ['', '/moved/away/iter_10.pth', '\xff\0'])
def test_a_marker_that_says_nothing(folder, content):
    (folder / 'last_checkpoint').write_text(content)
    assert find_checkpoint(folder)[0] == str(folder / 'iter_10.pth')


def test_a_folder_that_was_moved(folder):
    save(folder / 'iter_15.pth')
    (folder / 'last_checkpoint').write_text('/moved/away/iter_10.pth')
    assert find_checkpoint(folder)[0] == str(folder / 'iter_10.pth')


def test_a_marker_of_a_checkpoint_that_is_not_there(folder):
    (folder / 'last_checkpoint').write_text(str(folder / 'iter_20.pth'))
    path, (passed_over,) = find_checkpoint(folder)
    assert path == str(folder / 'iter_10.pth') and 'iter_20.pth' in passed_over


def test_a_marker_of_another_folder_and_name(tmp_path):
    (tmp_path / 'work').mkdir()
    elsewhere = save(tmp_path / 'step7.pth')
    (tmp_path / 'work/last_checkpoint').write_text(str(elsewhere))
    assert find_checkpoint(tmp_path / 'work') == (str(elsewhere), [])


def test_no_checkpoint_that_can_be_read_is_no_new_beginning(folder):
    for path in folder.glob('*.pth'):
        path.write_bytes(b'')
    with pytest.raises(ValueError, match='no checkpoint in .* can be read: .*iter_10.*iter_9'):
        find_checkpoint(folder)


def test_what_led_to_nan_is_no_checkpoint(folder):
    save(folder / 'non_finite_iter_20.pth')
    assert find_checkpoint(folder) == (str(folder / 'iter_10.pth'), [])


def test_weights_alone(tmp_path):
    torch.save(dict(a=torch.ones(1)), tmp_path / 'a.pth')
    with pytest.raises(ValueError, match='a.pth. does not hold the state .*load_from'):
        check_resumable(str(tmp_path / 'a.pth'))
    with pytest.raises(FileNotFoundError, match='there is no checkpoint file'):
        check_resumable(str(tmp_path / 'b.pth'))


CONFIG = """
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3, betas=(0.9, 0.99)),
    clip_grad=dict(max_norm=0.1),
    paramwise_cfg=dict(custom_keys={'a.b': dict(lr_mult=0.1)}))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=200, by_epoch=False)]
train_cfg = dict(max_iters=200)
"""


@pytest.mark.parametrize(
    ('options', 'ignored'),
    [
        ({'train_cfg.max_iters': 300, 'optim_wrapper.clip_grad.max_norm': 1.0}, {}),
        ({'optim_wrapper.optimizer.lr': 1e-5}, {'optim_wrapper.optimizer.lr': (1e-3, 1e-5)}),
        (
            {'optim_wrapper.optimizer.weight_decay': 0.1},
            {'optim_wrapper.optimizer.weight_decay': (None, 0.1)},
        ),
        ({'param_scheduler.0.T_max': 300}, {'param_scheduler.0.T_max': (200, 300)}),
        ({'param_scheduler': []}, {}),
        (
            {'optim_wrapper.paramwise_cfg.custom_keys': dict(_delete_=True, a=dict(lr_mult=0.5))},
            {
                'optim_wrapper.paramwise_cfg.custom_keys': (
                    "dict({'a.b': dict(lr_mult=0.1)})",
                    None,
                ),
                'optim_wrapper.paramwise_cfg.custom_keys.a.lr_mult': (None, 0.5),
            },
        ),
    ],
)
def test_settings_that_a_checkpoint_restores(options, ignored):
    before = Config.fromstring(CONFIG, '.py')
    now = Config.fromstring(CONFIG, '.py')
    now.merge_from_dict(options)
    assert find_ignored_settings(before.pretty_text, now) == ignored


@pytest.mark.parametrize('text', ['None', '', 'a b', "optim_wrapper = open('x', 'w')"])
def test_no_config_in_a_checkpoint_is_no_harm(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    find_ignored_settings(text, Config.fromstring(CONFIG, '.py'))
    assert not list(tmp_path.iterdir())


def test_one_training_in_a_folder(tmp_path):
    code = (
        'import sys, time\nfrom mmscllle.utils.resuming import only_training_in\n'
        'with only_training_in(sys.argv[1]):\n    print("ready", flush=True); time.sleep(60)'
    )
    with subprocess.Popen(
        [sys.executable, '-c', code, str(tmp_path / 'work')], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b'ready\n'
        with pytest.raises(ValueError, match=rf'another training \(process {other.pid}\) is at'):
            with only_training_in(tmp_path / 'work'):
                pass
        other.kill()
        other.wait()
        with only_training_in(tmp_path / 'work'):
            pass
