"""What is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmscllle.models.enhancers import build_enhancer, make_engine
from mmscllle.models.enhancers.known import read_source
from mmscllle.utils.shipped_weights import DEFAULT_MODEL

from .work import find_work

# Modes by name, with what the engine is told; None: as the authors' code runs it instead.
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
        model: What names the enhancer, see :func:`mmscllle.models.enhancers.known.read_source`.
    """

    size: str
    mode: str
    precision: str = 'float32'
    batch: int = 1
    device: str = 'cpu'
    model: str = DEFAULT_MODEL

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the images."""
        width, height = parse_size(self.size)
        return self.batch, 3, height, width

    @property
    def is_fast(self) -> bool:
        """Whether the enhancer works in its fast mode."""
        return bool((MODES[self.mode] or {}).get('fast'))

    def build(self, enhancer: nn.Module) -> Callable[[Tensor], Tensor | tuple[Tensor, Tensor]]:
        """What enhances images that lie on the device."""
        options = MODES[self.mode]
        if options is not None:
            return make_engine(enhancer, self.device, self.precision, **options)
        released = getattr(enhancer, 'as_released', lambda: enhancer)()
        return torch.no_grad()(released.eval().to(self.device))

    def flops(self, enhancer: nn.Module) -> int:
        """Multiplications and additions of the layers that the result needs."""
        return find_work(enhancer, self.shape, self.is_fast).flops

    def moved_bytes(self) -> int:
        """Bytes of the images read and of the results written."""
        return 2 * 4 * torch.Size(self.shape).numel()

    def needed_bytes(self, enhancer: nn.Module) -> int:
        """Memory that must be there for a run without swapping.

        As authors run them, networks hold most features at once, concatenated ones twice; engines
        little more than images and results.
        """
        if MODES[self.mode] is None:
            return 3 * find_work(enhancer, self.shape).bytes // 2
        return 4 * self.moved_bytes()


def make_enhancer(model: str) -> nn.Module:
    """Build the enhancer that ``model`` names, of random weights, on which no time depends."""
    torch.manual_seed(0)
    enhancer = build_enhancer(read_source(model, '--models').config)
    return enhancer.eval().requires_grad_(False)


def has_mode(enhancer: nn.Module, mode: str) -> bool:
    """Whether an enhancer can work in a mode of :data:`MODES`."""
    options = MODES[mode] or {}
    tiled, fast = 'tile' in options, options.get('fast', False)
    return not (tiled and getattr(enhancer, 'receptive_field', None) is None) and not (
        fast and 'fast' not in getattr(enhancer, 'modes', ())
    )


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


def make_cases(
    models: Sequence[str],
    sizes: Sequence[str],
    modes: Sequence[str],
    precisions: Sequence[str],
    batches: Sequence[int],
    devices: Sequence[str],
) -> list[Case]:
    """All combinations; no mode that an enhancer lacks, and the eager ones in float32 only."""
    enhancers = {model: make_enhancer(model) for model in models}
    return [
        Case(size, mode, precision, batch, device, model)
        for device, model, size, batch, mode in product(devices, models, sizes, batches, modes)
        if has_mode(enhancers[model], mode)
        for precision in (precisions if MODES[mode] is not None else ('float32',))
    ]
