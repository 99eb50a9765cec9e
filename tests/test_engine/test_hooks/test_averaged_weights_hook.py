"""Averaged weights start from whatever ``load_from`` takes."""

from __future__ import annotations

import pytest
import torch
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmscllle.models import SCLLLE
from mmscllle.models.enhancers import CurveEnhancer


@pytest.mark.parametrize('content', ['weights', 'checkpoint'])
def test_load_from_starts_the_average(content, tmp_path):
    torch.manual_seed(1)
    weights = dict(CurveEnhancer().state_dict())
    path = str(tmp_path / 'start.pth')
    if content == 'weights':
        torch.save(weights, path)
    else:
        torch.save(dict(state_dict={f'enhancer.{n}': w for n, w in weights.items()}), path)
    model = SCLLLE(
        enhancer=dict(type='mmscllle.CurveEnhancer'),
        objective=dict(
            type='mmscllle.SCLLLEObjective',
            color_constancy=dict(type='mmscllle.ColorConstancyLoss'),
        ),
    )
    image = torch.randint(256, (3, 16, 16), dtype=torch.uint8)
    runner = Runner(
        model,
        str(tmp_path),
        load_from=path,
        experiment_name=f'average_of_{content}',
        train_dataloader=DataLoader([dict(inputs=dict(low=image))], batch_size=1),
        train_cfg=dict(by_epoch=False, max_iters=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.0)),
        custom_hooks=[dict(type='mmscllle.AveragedWeightsHook')],
        default_scope='mmscllle',
    )
    runner.train()
    hook = next(hook for hook in runner.hooks if type(hook).__name__ == 'AveragedWeightsHook')
    for averaged in (hook.ema_model.module.enhancer, runner.model.enhancer):
        torch.testing.assert_close(dict(averaged.state_dict()), weights)


def test_the_average_teaches(tmp_path, tiny_segmentor):
    """A step with pseudo-labels needs a teacher, which no checkpoint holds."""
    config, checkpoint = tiny_segmentor
    segmentor = dict(type='mmscllle.FrozenSegmentor', config=config, checkpoint=checkpoint)
    model = SCLLLE(
        enhancer=dict(type='mmscllle.CurveEnhancer'),
        objective=dict(
            type='mmscllle.SCLLLEObjective',
            semantic_cross_entropy=dict(type='mmscllle.SemanticCrossEntropyLoss'),
            segmentor=segmentor,
            pseudo_labels='teacher',
        ),
    )
    image = torch.randint(256, (3, 32, 32), dtype=torch.uint8)
    runner = Runner(
        model,
        str(tmp_path),
        experiment_name='teacher',
        train_dataloader=DataLoader([dict(inputs=dict(low=image))], batch_size=1),
        train_cfg=dict(by_epoch=False, max_iters=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.01)),
        custom_hooks=[dict(type='mmscllle.AveragedWeightsHook')],
        default_scope='mmscllle',
    )
    before = model.enhancer.e_conv7.weight.clone()
    runner.train()
    assert not torch.equal(model.enhancer.e_conv7.weight, before)
    assert model.teacher is not None
    assert set(model.state_dict()) == {f'enhancer.{n}' for n in model.enhancer.state_dict()}
