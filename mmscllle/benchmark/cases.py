"""What is measured."""
from __future__ import annotations

import re
from itertools import product
from typing import Callable, NamedTuple, Sequence

import torch
from torch import Tensor

from mmscllle.models.enhancers import CurveEnhancer, make_engine

from .eager_network import EagerNetwork

# Modes by name, with what the engine is told; None: the eager network instead.
MODES: dict[str, dict | None] = {
    'eager': None,
    'exact': {},
    'tiled': dict(tile=512),
    'fast': dict(fast=True),
    'compiled': dict(compile=True),
    'fast compiled': dict(fast=True, compile=True),
}
SIZES = {'600x400': (600, 400), '1080p': (1920, 1080), '4K': (3840, 2160)}


class Case(NamedTuple):
    """One row of the table.

    Attributes:
        size: A name in :data:`SIZES`, or ``'<width>x<height>'``.
        mode: A name in :data:`MODES`.
        precision: Of the network, ``'float32'``, ``'bfloat16'`` or ``'float16'``.
        batch: Images at once.
        device: ``'cpu'`` or ``'cuda'``.
    """

    size: str
    mode: str
    precision: str = 'float32'
    batch: int = 1
    device: str = 'cpu'

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the images."""
        width, height = parse_size(self.size)
        return self.batch, 3, height, width

    def build(self, enhancer: CurveEnhancer) -> Callable[[Tensor], Tensor]:
        """What enhances images that lie on the device."""
        options = MODES[self.mode]
        if options is None:
            return EagerNetwork(enhancer).eval().to(self.device)
        return make_engine(enhancer, self.device, self.precision, **options)

    def flops(self, enhancer: CurveEnhancer) -> int:
        """Multiplications and additions of the convolutions that the result needs."""
        factor = enhancer.downsample if (MODES[self.mode] or {}).get('fast') else 1
        batch, _, height, width = self.shape
        pixels = batch * -(-height // factor) * -(-width // factor)
        return 2 * pixels * sum(conv.weight.numel() for conv in enhancer.children())

    def moved_bytes(self) -> int:
        """Bytes of the images read and of the results written."""
        return 2 * 4 * torch.Size(self.shape).numel()

    def needed_bytes(self) -> int:
        """Memory that must be there for a run without swapping.

        The eager network holds all features, the last concatenation and the curves at once; the
        others little more than images and results.
        """
        batch, _, height, width = self.shape
        maps = 6 * 32 + 2 * 32 + 2 * 24 if MODES[self.mode] is None else 24
        return 4 * maps * batch * height * width


def parse_size(text: str) -> tuple[int, int]:
    """Read a size.

    Args:
        text: A name in :data:`SIZES`, or ``'<width>x<height>'``.

    Returns:
        Width and height.

    Raises:
        ValueError: If it is neither.
    """
    if text in SIZES:
        return SIZES[text]
    match = re.fullmatch(r'([1-9]\d*)x([1-9]\d*)', text)
    if match is None:
        raise ValueError(f'must be {", ".join(SIZES)} or WIDTHxHEIGHT, got {text!r}')
    return int(match.group(1)), int(match.group(2))


def make_cases(sizes: Sequence[str], modes: Sequence[str], precisions: Sequence[str],
               batches: Sequence[int], devices: Sequence[str]) -> list[Case]:
    """All combinations, the eager network's in float32 only, as its authors run it."""
    return [
        Case(size, mode, precision, batch, device)
        for device, size, batch, mode in product(devices, sizes, batches, modes)
        for precision in (precisions if MODES[mode] is not None else ('float32', ))
    ]
