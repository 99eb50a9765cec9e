"""A training stops before a number that is not finite reaches a checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.dataset import InfiniteSampler
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmseg.structures import SegDataSample
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from mmscllle.utils.resuming import find_checkpoint

NAN, INF = float('nan'), float('inf')


class Images(Dataset):
    """Eight numbers with the names of files."""

    metainfo = dict(classes=('a',))

    def __getitem__(self, index: int) -> dict:
        return dict(
            inputs=torch.tensor([index / 8]),
            data_samples=SegDataSample(metainfo=dict(img_path=f'images/{index}.png')),
        )

    def __len__(self) -> int:
        return 8


class Line(BaseModel):
    """Its second term goes wrong at a step; or its gradient does."""

    def __init__(self, step: int, value: float, in_gradient: bool = False) -> None:
        super().__init__()
        self.line = nn.Linear(1, 1)
        self.step, self.value, self.in_gradient, self.count = step, value, in_gradient, 0

    def forward(self, inputs: Tensor, data_samples: list, mode: str) -> dict:
        self.count += 1
        distance = (self.line(inputs) - 1).square().mean()
        wrong = self.count == self.step
        if self.in_gradient and wrong:
            # Zero, and its slope infinite.
            root = (0 * self.line.weight).abs().sqrt()
            return dict(loss_distance=distance, loss_other=root.sum())
        return dict(
            loss_distance=distance,
            loss_other=distance * (self.value if wrong else 1),
            note=torch.tensor(3.0),
        )


@pytest.fixture
def build_runner(tmp_path):
    def build(model: nn.Module) -> Runner:
        data = Images()

        def collate(items: list[dict]) -> dict:
            return dict(
                inputs=torch.stack([item['inputs'] for item in items]),
                data_samples=[item['data_samples'] for item in items],
            )

        return Runner(
            model,
            str(tmp_path),
            experiment_name=tmp_path.name,
            train_dataloader=DataLoader(
                data, 2, sampler=InfiniteSampler(data, shuffle=False), collate_fn=collate
            ),
            train_cfg=dict(by_epoch=False, max_iters=6),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
            default_hooks=dict(
                checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=1),
                finite_training=dict(type='mmscllle.FiniteTrainingHook'),
            ),
        )

    return build


@pytest.mark.parametrize('value', [NAN, INF, -INF])
def test_a_term_that_is_not_finite(build_runner, tmp_path, value):
    runner = build_runner(Line(4, value))
    with pytest.raises(
        ValueError,
        match=(
            r'iteration 4: loss, loss_other is infinite or not a number, for the batch of '
            r'images/6.png, images/7.png\. .*non_finite_iter_4.pth'
        ),
    ):
        runner.train()
    names = {path.name for path in tmp_path.glob('*.pth')}
    assert names == {'iter_1.pth', 'iter_2.pth', 'iter_3.pth', 'non_finite_iter_4.pth'}
    path, passed_over = find_checkpoint(tmp_path)
    assert Path(path).name == 'iter_3.pth' and not passed_over
    led = torch.load(tmp_path / 'non_finite_iter_4.pth', weights_only=True)
    assert led['files'] == ['images/6.png', 'images/7.png'] and led['iter'] == 4
    torch.testing.assert_close(led['batch']['inputs'], torch.tensor([[6 / 8], [7 / 8]]))
    last = torch.load(path, weights_only=False)['state_dict']
    torch.testing.assert_close(led['state_dict'], dict(last), rtol=0, atol=0)
    assert not led['terms']['loss_other'].isfinite() and led['terms']['loss_distance'].isfinite()


def test_a_gradient_that_is_not_finite(build_runner, tmp_path):
    runner = build_runner(Line(3, 0, in_gradient=True))
    with pytest.raises(ValueError, match='iteration 3: after the step the weight line.weight is'):
        runner.train()
    assert Path(find_checkpoint(tmp_path)[0]).name == 'iter_2.pth'


def test_a_good_training_goes_on(build_runner, tmp_path):
    runner = build_runner(Line(-1, NAN))
    runner.train()
    assert runner.iter == 6 and not list(tmp_path.glob('non_finite*'))
