"""Pipelines that would quietly fail are refused before the first step."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from mmengine.dataset import Compose
from mmseg.datasets.transforms import PackSegInputs, RandomRotate

from mmscllle.datasets.transforms import (
    PackEnhanceInputs,
    RandomSquareCrop,
    TakeAsReference,
    WithoutPseudoLabels,
)
from mmscllle.engine.hooks import PipelineHook


def start(*steps: object, when: str = 'train') -> None:
    """Begin a training, or something else, on a repeated data set with this pipeline."""
    data = SimpleNamespace(dataset=SimpleNamespace(pipeline=Compose(steps)))
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=data))
    getattr(PipelineHook(), f'before_{when}')(SimpleNamespace(**{f'{when}_loop': loop}))


@pytest.mark.parametrize('when', ['train', 'val', 'test'])
def test_a_mark_that_is_dropped(when):
    message = (
        f'{when}_dataloader.dataset.dataset.pipeline: PackSegInputs drops what '
        'WithoutPseudoLabels marks.*move WithoutPseudoLabels behind it'
    )
    with pytest.raises(ValueError, match=message):
        start(WithoutPseudoLabels(), PackSegInputs(), when=when)


def test_a_reference_that_is_left_behind():
    with pytest.raises(ValueError, match=r'train_dataloader\.dataset\.dataset\.pipeline: RandomRo'):
        start(TakeAsReference(), RandomRotate(0.5, 10), PackEnhanceInputs())


def test_what_is_right_passes():
    start(WithoutPseudoLabels(), PackEnhanceInputs())
    start(PackSegInputs(), WithoutPseudoLabels())
    start(WithoutPseudoLabels(), PackSegInputs(meta_keys=('img_path', 'pseudo_labels')))
    start(TakeAsReference(), RandomSquareCrop(8), PackEnhanceInputs())


def test_loops_over_several_data_sets():
    loaders = [SimpleNamespace(dataset=SimpleNamespace(pipeline=Compose([])))] * 2
    PipelineHook().before_test(SimpleNamespace(test_loop=SimpleNamespace(dataloaders=loaders)))


@pytest.mark.parametrize('loop', [dict(dataloaders=dict(night=[])), {}])
def test_loops_of_strangers(loop):
    PipelineHook().before_test(SimpleNamespace(test_loop=SimpleNamespace(**loop)))
