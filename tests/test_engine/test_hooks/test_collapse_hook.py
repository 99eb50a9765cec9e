"""A training stops when its enhanced pictures have lost their content."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from mmengine.dataset import InfiniteSampler
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from mmscllle.engine.hooks import CollapseHook
from mmscllle.engine.hooks.collapse_hook import is_flat


class Gain(nn.Module):
    """An enhancer that multiplies by the number that it learns."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(1.0))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        return (image * self.gain).clamp(0, 1), image[:, :0]


class Wishes(BaseModel):
    """Its loss asks for a mean level, by one step of a tenth of the gain after the other."""

    def __init__(self, level: float) -> None:
        super().__init__()
        self.enhancer = Gain()
        self.level = level

    def forward(self, inputs: Tensor, mode: str) -> dict:
        enhanced, _ = self.enhancer(inputs)
        return dict(loss=(enhanced.mean() - self.level).abs())


class Pictures(Dataset):
    """Pictures of two halves, black and of one level."""

    metainfo: dict = {}

    def __init__(self, level: float) -> None:
        self.level = level

    def __getitem__(self, index: int) -> dict:
        picture = torch.zeros(3, 8, 8)
        picture[:, :, 4:] = self.level
        return dict(inputs=picture)

    def __len__(self) -> int:
        return 4


def run(folder, wanted: float, level: float, steps: int = 9, **options: int) -> Runner:
    data = Pictures(level)
    runner = Runner(
        Wishes(wanted),
        str(folder),
        experiment_name=folder.name,
        train_dataloader=DataLoader(data, 2, sampler=InfiniteSampler(data)),
        train_cfg=dict(by_epoch=False, max_iters=steps),
        # The slope of the loss is half of the level.
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.2 / max(level, 1e-9))),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=1),
            collapse=dict(type='mmscllle.CollapseHook', **options),
        ),
    )
    runner.train()
    return runner


def test_pictures_that_become_black(tmp_path):
    # The gain at step k is 1.1 - 0.1 k, the deviation half of 0.02 times that: it is below 1 of 255
    # from a gain of 0.3 on, step 8.
    with pytest.raises(
        ValueError,
        match=r'stops at iteration 10: since iteration 8 every enhanced picture has been of one '
        r'colour, by now RGB 0, 0, 0 of 255',
    ):
        run(tmp_path, wanted=0.0, level=0.02, steps=20, patience=3)
    names = {path.name for path in tmp_path.glob('*.pth')}
    assert 'iter_9.pth' in names and 'iter_10.pth' not in names


def test_pictures_with_content(tmp_path):
    assert run(tmp_path, wanted=0.0, level=0.9, patience=1, steps=6).iter == 6


def test_inputs_without_content_do_not_count(tmp_path):
    assert run(tmp_path, wanted=1.0, level=0.004, patience=1, steps=4).iter == 4


def test_an_enhancer_that_does_not_learn_is_not_watched(tmp_path):
    model = Wishes(0.0)
    model.enhancer.requires_grad_(False)
    hook = CollapseHook()
    runner = SimpleNamespace(model=model)
    hook.before_train(runner)
    model.enhancer(torch.rand(1, 3, 8, 8))
    assert hook._batches == []


def test_flat():
    one_colour = torch.tensor([0.9, 0.1, 0.5])[None, :, None, None].expand(1, 3, 8, 8)
    in_one_channel = one_colour.clone()
    in_one_channel[:, 2, 4:] += 0.01
    assert is_flat(torch.cat((one_colour, in_one_channel))).tolist() == [True, False]


def test_patience():
    with pytest.raises(ValueError, match='patience must be at least 1 iteration, got 0'):
        CollapseHook(0)


def test_flat_inputs_in_between_do_not_start_the_count_anew():
    hook = CollapseHook(patience=3)
    model = Wishes(0.0)
    runner = SimpleNamespace(model=model, iter=0)
    hook.before_train(runner)
    with torch.no_grad():
        model.enhancer.gain.fill_(0.0)
    picture, flat = torch.rand(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    for runner.iter, image in enumerate((picture, flat, flat, picture)):
        model.enhancer(image)
        hook.after_train_iter(runner, 0)
    model.enhancer(picture)
    runner.iter = 4
    with pytest.raises(ValueError, match='stops at iteration 5: since iteration 1 every'):
        hook.after_train_iter(runner, 0)
