"""Evaluate a curve enhancer's convolutions on all rows at once."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from mmscllle.models.enhancers import CurveEnhancer

from .network_precision import full_float32


class WholeNetwork:
    """The convolutions of a :class:`CurveEnhancer` on any device, all rows at once.

    Args:
        enhancer: The network, copied.
        device: Where it runs.
        dtype: Precision of weights and features.
        compile: Whether ``torch.compile`` compiles it.
    """

    def __init__(
        self, enhancer: CurveEnhancer, device: torch.device, dtype: torch.dtype, compile: bool
    ) -> None:
        network: Any = copy.deepcopy(enhancer).eval().requires_grad_(False)
        network = network.to(device, dtype, memory_format=torch.channels_last)
        self.dtype = dtype
        self.estimate = network.estimate_curves
        if compile:
            self.estimate = torch.compile(self.estimate)

    def strips(self, images: Tensor) -> Iterator[tuple[int, Tensor]]:
        """Estimate the curve parameters.

        Args:
            images: RGB in [0, 1], (N, 3, H, W).

        Yields:
            Once: 0, the first row, and the curve parameters in [-1, 1], float32,
            (N, 3 * iterations, H, W).
        """
        images = images.to(self.dtype, memory_format=torch.channels_last)
        with full_float32:
            curves = self.estimate(images)
        yield 0, curves.to(torch.float32, memory_format=torch.contiguous_format)
