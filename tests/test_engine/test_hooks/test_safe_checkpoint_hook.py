"""An older checkpoint is there until the newer one is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import DataLoader

from mmscllle.utils.checkpoint_loader import load_from_local


class Line(BaseModel):
    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(1, 1)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        value = self.line(inputs)
        return dict(loss=value.mean()) if mode == 'loss' else [value]


class Rising(BaseMetric):
    count = 0

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        self.count += 1
        return dict(score=self.count)


def collate(items: list) -> dict:
    return dict(inputs=torch.stack(items))


@pytest.fixture
def build_runner(tmp_path):
    def build(work_dir: Path = tmp_path, **options: object) -> Runner:
        data = [torch.ones(1) for _ in range(4)]
        return Runner(
            Line(),
            str(work_dir),
            experiment_name=work_dir.name,
            train_dataloader=DataLoader(data, 1, collate_fn=collate),
            val_dataloader=DataLoader(data, 1, collate_fn=collate),
            val_evaluator=Evaluator([Rising()]),
            val_cfg=dict(),
            train_cfg=dict(by_epoch=True, max_epochs=3),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
            default_hooks=dict(
                checkpoint=dict(
                    type='mmscllle.SafeCheckpointHook', interval=1, rule='greater', **options
                )
            ),
        )

    return build


def test_it_keeps_what_mmengine_keeps(build_runner, tmp_path):
    build_runner(max_keep_ckpts=2, save_best='score').train()
    assert sorted(path.name for path in tmp_path.glob('*.pth')) == [
        'best_score_epoch_3.pth',
        'epoch_2.pth',
        'epoch_3.pth',
    ]


@pytest.mark.parametrize('first', ['epoch_1.pth', 'best_score_epoch_1.pth'])
def test_the_older_one_survives_a_save_that_fails(build_runner, tmp_path, monkeypatch, first):
    runner = build_runner(max_keep_ckpts=1, save_best='score')
    save = runner.save_checkpoint

    def full(out_dir, filename, *args, **kwargs):
        if filename == first.replace('1', '2'):
            raise OSError(28, 'No space left on device')
        save(out_dir, filename, *args, **kwargs)

    monkeypatch.setattr(runner, 'save_checkpoint', full)
    with pytest.raises(OSError, match='No space left'):
        runner.train()
    assert load_from_local(str(tmp_path / first), 'cpu')['state_dict']


def test_one_written_again_stays(build_runner, tmp_path):
    runner = build_runner(max_keep_ckpts=1, save_best='score')
    runner.train()
    hook = next(hook for hook in runner.hooks if type(hook).__name__ == 'SafeCheckpointHook')
    # As after a resume: the best one is of this epoch, and is written again under its name.
    runner.message_hub.update_info('best_score', 0)
    best = tmp_path / 'best_score_epoch_3.pth'
    assert hook.best_ckpt_path == str(best)
    hook._save_best_checkpoint(runner, dict(score=9))
    assert best.is_file()


def test_a_validation_alone_saves_nothing(build_runner, tmp_path):
    build_runner().val()
    assert not list(tmp_path.glob('*.pth'))
