"""Hold a network that is used but never trained or saved."""

from __future__ import annotations

import copy
from collections.abc import Callable

from torch import nn


class Frozen(nn.Module):
    """Base class of the fixed networks that losses look through.

    The network follows the owner's device and precision, lets gradients flow through to its
    input, and stays in eval mode.  It is no registered sub-module: it has no part in
    ``state_dict``, ``parameters``, EMA copies, the optimizer, checkpoints or the distributed
    wrapper's broadcasts.

    Args:
        network: The network; changed in place (eval mode, no parameter requires a gradient, and
            synchronised BatchNorm, which does not run on a CPU, replaced by the plain one).
    """

    network: nn.Module

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        from mmengine.model import revert_sync_batchnorm

        network = revert_sync_batchnorm(network)
        network.requires_grad_(False)
        # Not chained: the train() of some backbones returns nothing.
        network.eval()
        # nn.Module.__setattr__ would register it.
        self.__dict__['network'] = network
        self.training = False

    def train(self, mode: bool = True) -> Frozen:
        """Stay in eval mode whatever the owner does."""
        return self

    def _apply(self, fn: Callable, *args: bool, **kwargs: bool) -> Frozen:
        self.network._apply(fn, *args, **kwargs)
        return super()._apply(fn, *args, **kwargs)

    def __deepcopy__(self, memo: dict) -> Frozen:
        """Share the network with the copy: an EMA model needs no second one."""
        clone = self.__class__.__new__(self.__class__)
        memo[id(self)] = clone
        memo[id(self.network)] = self.network
        clone.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return clone
