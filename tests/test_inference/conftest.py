"""What tests of the engine share."""

from __future__ import annotations

import pytest
import torch

from mmscllle.models import CurveEnhancer
from mmscllle.utils import cpu_bfloat16


@pytest.fixture(scope='session')
def enhancer() -> CurveEnhancer:
    """A small network whose curves differ from pixel to pixel and reach from -1 to 1."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        enhancer = CurveEnhancer(channels=8, iterations=4)
        for parameter in enhancer.parameters():
            torch.nn.init.normal_(parameter, std=0.12)
    return enhancer.requires_grad_(False)


@pytest.fixture(scope='session')
def replicating(enhancer) -> CurveEnhancer:
    """The same network, for which the image goes on beyond its border."""
    network = CurveEnhancer(channels=8, iterations=4, padding_mode='replicate')
    network.load_state_dict(enhancer.state_dict())
    return network.requires_grad_(False)


@pytest.fixture(autouse=True)
def fast_bfloat16(monkeypatch):
    """Whatever the CPU, bfloat16 is what is asked for."""
    monkeypatch.setattr(cpu_bfloat16, 'has_fast_bfloat16', lambda: True)
