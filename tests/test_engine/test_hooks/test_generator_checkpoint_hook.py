from __future__ import annotations

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor

from mmscllle.models import CurveEnhancer
from mmscllle.registry import MODELS


class EditModel(BaseModel):
    """As far as checkpoints go, mmagic's BaseEditModel."""

    def __init__(self, enhancer: str) -> None:
        super().__init__()
        self.generator = MODELS.build(
            dict(type='mmscllle.EnhancerGenerator', enhancer=dict(type=enhancer))
        )

    def forward(self, inputs: Tensor) -> Tensor:
        return self.generator(inputs)


@pytest.fixture
def make_runner(tmp_path):
    def make(checkpoint: dict, enhancer: str = 'mmscllle.CurveEnhancer') -> Runner:
        torch.save(checkpoint, tmp_path / 'weights.pth')
        return Runner(
            EditModel(enhancer),
            str(tmp_path),
            load_from=str(tmp_path / 'weights.pth'),
            cfg=dict(load_from=str(tmp_path / 'weights.pth')),
            custom_hooks=[dict(type='mmscllle.GeneratorCheckpointHook')],
        )

    return make


@pytest.mark.parametrize(
    'prefix',
    ['', 'module.', 'enhancer.', 'generator.', 'generator.enhancer.', 'module.generator.enhancer.'],
)
@pytest.mark.parametrize('nested', [True, False])
def test_whoever_saved_the_enhancer_it_is_loaded(make_runner, prefix, nested):
    enhancer = CurveEnhancer()
    weights = {prefix + name: value for name, value in enhancer.state_dict().items()}
    runner = make_runner(dict(state_dict=weights) if nested else weights)
    runner.load_or_resume()
    loaded = runner.model.generator.enhancer.state_dict()
    assert all(torch.equal(value, loaded[name]) for name, value in enhancer.state_dict().items())


@pytest.mark.parametrize(
    ('weights', 'problem'),
    [
        ({'backbone.weight': torch.ones(1)}, 'not one name fits: the model has e_conv1.weight'),
        ({'enhancer.e_conv1.weight': torch.ones(32, 3, 3, 3)}, '13 weights missing'),
        (
            CurveEnhancer(channels=4).state_dict(),
            r'e_conv1.weight is \(4, 3, 3, 3\) in the checkpoint',
        ),
    ],
    ids=['another model', 'a part', 'other shapes'],
)
def test_a_checkpoint_without_an_enhancer_is_refused(make_runner, weights, problem):
    message = rf"load_from='.*weights.pth': the checkpoint does not fit the enhancer: .*{problem}"
    with pytest.raises(ValueError, match=message):
        make_runner(weights).load_or_resume()


def test_an_enhancer_without_weights_takes_any(make_runner):
    make_runner({'backbone.weight': torch.ones(1)}, 'mmscllle.IdentityEnhancer').load_or_resume()
