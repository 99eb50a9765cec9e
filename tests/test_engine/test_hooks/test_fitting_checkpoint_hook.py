"""Checkpoints that do not fit are refused, those that do are loaded."""
from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from mmengine.runner.checkpoint import _load_checkpoint_to_model

from mmscllle.engine import FittingCheckpointHook
from mmscllle.models import SCLLLE, CurveEnhancer, EnhancedSegmentor


def load(model: torch.nn.Module, content: dict) -> None:
    """As MMEngine's runner does."""
    runner = SimpleNamespace(model=model, cfg=dict(load_from='weights.pth'))
    FittingCheckpointHook().after_load_checkpoint(runner, content)
    _load_checkpoint_to_model(model, content, revise_keys=[(r'^module\.', '')])


def scl_lle(**changes: int) -> SCLLLE:
    return SCLLLE(dict(type='mmscllle.CurveEnhancer', **changes))


def chain(segmentor: str) -> EnhancedSegmentor:
    return EnhancedSegmentor(dict(type='mmscllle.CurveEnhancer'), segmentor)


def bright() -> dict:
    weights = CurveEnhancer().state_dict()
    return {name: torch.full_like(value, 0.5) for name, value in weights.items()}


@pytest.mark.parametrize('prefix', ['', 'enhancer.', 'module.enhancer.'])
@pytest.mark.parametrize('level', [False, True])
def test_an_enhancer_alone_or_in_a_model(prefix, level):
    weights = {prefix + name: value for name, value in bright().items()}
    model = scl_lle()
    load(model, dict(state_dict=weights) if level else weights)
    assert (model.enhancer.e_conv7.bias == 0.5).all()


def test_a_part_of_a_chain(tiny_segmentor):
    model = chain(tiny_segmentor[0])
    load(model, bright())
    assert (model.enhancer.e_conv7.bias == 0.5).all()
    load(model, torch.load(tiny_segmentor[1], weights_only=True))
    load(model, model.state_dict())


@pytest.mark.parametrize(('content', 'reason'), [
    (dict(conv=torch.ones(3)), 'lacks enhancer.e_conv1.weight, .* and holds conv; is it'),
    ({}, 'lacks enhancer.e_conv1.weight'),
    ({**bright(), 'e_conv7.bias': torch.ones(3)}, 'size mismatch for enhancer.e_conv7.bias'),
    ({name: value for name, value in bright().items() if name != 'e_conv3.bias'},
     'lacks enhancer.e_conv3.bias'),
    (scl_lle(channels=16).state_dict(), 'size mismatch'),
])
def test_another_architecture(content, reason):
    with pytest.raises(ValueError, match=f'weights.pth. does not fit the model: .*{reason}'):
        load(scl_lle(), dict(state_dict=content))


def test_another_architecture_in_a_chain(tiny_segmentor):
    with pytest.raises(ValueError, match='does not fit the model'):
        load(chain(tiny_segmentor[0]), dict(state_dict=dict(conv=torch.ones(3))))
