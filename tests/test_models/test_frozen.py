from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from mmscllle.models.frozen import Frozen


class Doubling(Frozen):
    def __init__(self):
        super().__init__(nn.Sequential(nn.Conv2d(3, 2, 1), nn.SyncBatchNorm(2), nn.Dropout(0.9)))
        self.register_buffer('mean', torch.zeros(1), False)

    def forward(self, x):
        return self.network(x)


@pytest.fixture
def owner():
    owner = nn.Module()
    owner.frozen, owner.own = Doubling(), nn.Linear(1, 1)
    return owner


def test_stays_in_eval_mode(owner):
    owner.train()
    assert owner.own.training
    assert not any(module.training for module in owner.frozen.modules())
    assert not any(module.training for module in owner.frozen.network.modules())


def test_is_no_part_of_its_owner(owner):
    assert set(owner.state_dict()) == {'own.weight', 'own.bias'}
    assert len(list(owner.parameters())) == 2
    assert owner.frozen.network not in list(owner.modules())


def test_gradients_flow_through_but_not_in(owner):
    x = torch.rand(1, 3, 4, 4, requires_grad=True)
    owner.frozen(x).sum().backward()
    assert x.grad.any()
    assert all(p.grad is None and not p.requires_grad for p in owner.frozen.network.parameters())


def test_synchronised_batch_norm_runs_on_the_cpu(owner):
    assert owner.frozen(torch.rand(1, 3, 4, 4)).shape == (1, 2, 4, 4)
    assert not any(isinstance(m, nn.SyncBatchNorm) for m in owner.frozen.network.modules())


def test_follows_precision_and_device(owner):
    owner.double()
    assert owner.frozen.network[0].weight.dtype == owner.frozen.mean.dtype == torch.float64
    owner.to('meta')
    assert owner.frozen.network[0].weight.is_meta and owner.frozen.mean.is_meta


def test_copies_share_the_network(owner):
    clone = copy.deepcopy(owner)
    assert clone.frozen is not owner.frozen
    assert clone.frozen.network is owner.frozen.network
    assert clone.frozen.mean is not owner.frozen.mean
    assert clone.own.weight is not owner.own.weight
    assert not clone.frozen.train().training


class ForgetfulBackbone(nn.Conv2d):
    """Its train() returns nothing, as that of mmseg's ResNet."""

    def train(self, mode: bool = True) -> None:
        super().train(mode)


def test_a_network_whose_train_returns_nothing_is_held():
    frozen = Frozen(ForgetfulBackbone(3, 4, 1)).to(torch.float64)
    assert frozen.network.weight.dtype == torch.float64
    assert not frozen.network.training


class Forgetful(nn.Conv2d):
    """Like many of mmseg's backbones, forgets to return itself."""

    def train(self, mode: bool = True) -> None:
        super().train(mode)


def test_network_whose_train_returns_nothing():
    network = Forgetful(3, 2, 1)
    frozen = Frozen(network)
    assert frozen.network is network and not network.training
