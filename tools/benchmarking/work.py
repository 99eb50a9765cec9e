"""What a network has to do for an image, found without doing it."""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Work(NamedTuple):
    """Of one call of a network.

    Attributes:
        flops: Multiplications and additions of its convolutions and linear layers.
        bytes: Of what these put out, in float32.
    """

    flops: int = 0
    bytes: int = 0


def find_work(enhancer: nn.Module, shape: tuple[int, ...], fast: bool = False) -> Work:
    """Count the work of an enhancer by shapes alone, on torch's device ``meta``.

    Args:
        enhancer: The network.
        shape: Of the images.
        fast: Whether it works in its fast mode.

    Returns:
        The work; none if the enhancer computes by other means than torch's.
    """
    network = copy.deepcopy(enhancer).to('meta')
    flops, sizes = [], []

    def count(layer: nn.Module, inputs: tuple, output: Tensor) -> None:
        # Each value that is put out takes all weights of its channel.
        flops.append(2 * output.numel() * layer.weight[0].numel())
        sizes.append(4 * output.numel())

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    try:
        (network.forward_fast if fast else network)(torch.empty(shape, device='meta'))
    except (RuntimeError, TypeError):
        return Work()
    return Work(sum(flops), sum(sizes))
