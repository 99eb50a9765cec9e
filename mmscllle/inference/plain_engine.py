"""Run any enhancer for inference."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from mmscllle.utils.messages import ArgumentError

from .engine import check_options, check_strength, network_dtype, to_engine
from .network_precision import network_precision
from .strength import apply_strength
from .tiles import default_side, retry_in_smaller_tiles, tiles


class PlainEngine:
    """Runs any enhancer, see :class:`mmscllle.inference.Engine`.

    The network's weights stay in float32 and it sees the image in float32; a lower precision is
    that of its convolutions and matrix multiplications (``torch.autocast``).  The strength is
    that of :func:`apply_strength`.

    Args:
        enhancer: The network, an :class:`Enhancer` or any module that
            :func:`mmscllle.models.enhancers.adapt_enhancer` has adapted.  It is copied.
        device: Where it runs.
        precision: ``'float32'``, ``'bfloat16'``, or on a GPU ``'float16'``.
        fast: Take the enhancer's fast mode.
        tile: Height and width of tiles, in pixels.  They overlap by the receptive field, so the
            result is that of the whole image.  None: of the size that fits most memories
            (:data:`SIDES`), or no tiles where the enhancer cannot work in them.
        compile: Let ``torch.compile`` compile the network.

    Raises:
        ValueError: If the enhancer has no fast mode or cannot be tiled, an argument has another
            value than these, or the device or torch at hand cannot do it.
    """

    def __init__(
        self,
        enhancer: nn.Module,
        device: str | torch.device = 'cpu',
        precision: str = 'float32',
        fast: bool = False,
        tile: int | None = None,
        compile: bool = False,
    ) -> None:
        self.device = torch.device(device)
        check_options(self.device, precision, tile, compile)
        name = type(enhancer).__name__
        if fast and 'fast' not in getattr(enhancer, 'modes', ()):
            raise ArgumentError('fast', f': {name} has no fast mode')
        self.overlap = getattr(enhancer, 'receptive_field', None)
        if tile is not None and self.overlap is None:
            raise ArgumentError(
                'tile',
                f': {name} cannot work in tiles, since its result depends '
                'on the whole picture (it has no receptive_field); leave out the '
                'tile',
            )
        self.tile = tile if tile or self.overlap is None else default_side(self.device)
        self.dtype = network_dtype(self.device, precision)
        network: Any = copy.deepcopy(enhancer).eval().requires_grad_(False)
        network = network.to(self.device, torch.float32, memory_format=torch.channels_last)
        self.network: Callable[[Tensor], tuple[Tensor, Tensor]] = (
            network.forward_fast if fast else network
        )
        if compile:
            self.network = torch.compile(self.network)

    @torch.no_grad()
    def __call__(self, images: Tensor, strength: float = 1.0) -> Tensor:
        """Enhance a batch; see :class:`mmscllle.inference.Engine`."""
        check_strength(strength)
        return self.prepare(images)(strength)

    @torch.no_grad()
    def prepare(self, images: Tensor) -> Callable[[float], Tensor]:
        """Enhance once, to be blended at any strength."""
        images = to_engine(images, self.device)
        result = retry_in_smaller_tiles(self, lambda: self._enhance(images)).clamp_(0, 1)

        @torch.no_grad()
        def apply(strength: float) -> Tensor:
            check_strength(strength)
            return apply_strength(images, result, strength)

        return apply

    def plot(self, images: Tensor, strength: float = 1.0) -> None:
        """Draw nothing: what curves mean is known to an enhancer's own engine alone."""

    def _enhance(self, images: Tensor) -> Tensor:
        result = torch.empty_like(images)
        height, width = images.shape[2:]
        for (rows, columns), (own_rows, own_columns) in tiles(
            height, width, self.tile, self.overlap or 0
        ):
            part = images[..., rows, columns].contiguous(memory_format=torch.channels_last)
            with network_precision(self.device, self.dtype):
                enhanced, _ = self.network(part)
            top, left = own_rows.start - rows.start, own_columns.start - columns.start
            result[..., own_rows, own_columns] = enhanced[
                ...,
                top : top + own_rows.stop - own_rows.start,
                left : left + own_columns.stop - own_columns.start,
            ]
        return result
