from __future__ import annotations

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope

from mmscllle.utils import cpu_bfloat16


class Line(BaseModel):
    """Fits one weight; remembers the precision that it was computed in."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1, bias=False)
        torch.nn.init.constant_(self.layer.weight, 1.0)

    def forward(self, inputs, data_samples=None, mode='loss'):
        output = self.layer(inputs)
        self.precision = output.dtype
        return dict(loss=output.float().mean())


@pytest.fixture
def model():
    return Line()


def wrap(model, **options):
    config = dict(type='mmscllle.BFloat16OptimWrapper', optimizer=dict(type='SGD', lr=0.5))
    with DefaultScope.overwrite_default_scope('mmseg'):
        return build_optim_wrapper(model, dict(config, **options))


@pytest.fixture(autouse=True)
def fast_bfloat16(monkeypatch):
    monkeypatch.setattr(cpu_bfloat16, 'has_fast_bfloat16', lambda: True)


def test_a_cpu_without_instructions_computes_in_float32(model, monkeypatch):
    monkeypatch.setattr(cpu_bfloat16, 'has_fast_bfloat16', lambda: False)
    model.train_step(dict(inputs=torch.tensor([[1 + 2**-9, 0.0]])), wrap(model))
    assert model.precision == torch.float32


def test_a_step_computes_in_bfloat16_and_updates_in_float32(model):
    # 1 + 2^-9 is no bfloat16: it is rounded to 1 in the product, the weight is not.
    inputs = torch.tensor([[1 + 2**-9, 0.0]])
    model.train_step(dict(inputs=inputs), wrap(model))
    assert model.precision == torch.bfloat16
    weight = model.layer.weight
    assert weight.dtype == torch.float32
    torch.testing.assert_close(weight.detach(), torch.tensor([[0.5, 1.0]]), rtol=0, atol=0)


def test_nothing_outside_of_a_step_changes(model):
    wrap(model)
    model(torch.rand(1, 2))
    assert model.precision == torch.float32
    assert not torch.is_autocast_cpu_enabled()


def test_options_of_the_wrapper_it_extends(model):
    wrapper = wrap(model, clip_grad=dict(max_norm=0.1))
    model.train_step(dict(inputs=torch.tensor([[3.0, 4.0]])), wrapper)
    # The gradient (3, 4) is cut to length 0.1 before the step of 0.5.
    torch.testing.assert_close(model.layer.weight.detach(), torch.tensor([[0.97, 0.96]]))
