"""The protocol of engines, and the checks that all engines share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mmscllle.utils.cpu_bfloat16 import usable_dtype
from mmscllle.utils.messages import ArgumentError

PRECISIONS = dict(float32=torch.float32, bfloat16=torch.bfloat16, float16=torch.float16)


class Engine(Protocol):
    """Runs an enhancer, without gradients; made by :meth:`Enhancer.make_engine`.

    Images are RGB in [0, 1], floating point, (N, 3, H, W), on any device.  Results are of the
    same shape, float32, on the engine's device; they may be changed in place.  A strength of 0
    gives the input, 1 what the enhancer was trained for, beyond is stronger.

    Attributes:
        device: Where the enhancer runs.
    """

    device: torch.device

    def __call__(self, images: Tensor, strength: float = 1.0) -> Tensor:
        """Enhance a batch.

        Raises:
            ValueError: If ``images`` are of another kind, or ``strength`` is negative.
        """

    def prepare(self, images: Tensor) -> Callable[[float], Tensor]:
        """Compute once all that does not depend on the strength.

        Returns:
            A function that enhances ``images`` at a given strength.
        """

    def plot(self, images: Tensor, strength: float = 1.0) -> np.ndarray | None:
        """Draw the tone curves that all images together get.

        Returns:
            uint8 RGB (H, W, 3); None where the method has no curves.
        """


def check_options(device: torch.device, precision: str, tile: int | None, compile: bool) -> None:
    """Check the options of an engine.

    Raises:
        ArgumentError: If one has a wrong value, or the device or torch at hand cannot do it.
    """
    if precision not in PRECISIONS:
        raise ArgumentError(
            'precision', f' must be one of {", ".join(PRECISIONS)}, got {precision!r}'
        )
    if tile is not None and (not isinstance(tile, int) or tile < 1):
        raise ArgumentError('tile', f' must be a positive number of pixels or None, got {tile!r}')
    if compile and not hasattr(torch, 'compile'):
        raise ArgumentError('compile', f'=True needs torch 2, this is {torch.__version__}')
    if device.type == 'cpu' and device.index:
        raise ArgumentError('device', f" must be 'cpu' without a number, got {str(device)!r}")
    if device.type == 'cpu' and precision == 'float16':
        raise ArgumentError('precision', "='float16' needs a GPU; on a CPU take 'bfloat16'")


def network_dtype(device: torch.device, precision: str) -> torch.dtype:
    """The type that a network is run in; see :func:`.cpu_bfloat16.usable_dtype`."""
    return usable_dtype(device, PRECISIONS[precision])


def check_strength(strength: float) -> None:
    """Check a strength.

    Raises:
        ValueError: If it is negative or not a number.
    """
    if not strength >= 0:
        raise ValueError(f'strength must not be negative, got {strength}')


def to_engine(images: Tensor, device: torch.device) -> Tensor:
    """Check images and bring them to the engine's device, float32 and contiguous.

    Raises:
        ValueError: If they are not RGB images, floating point, (N, 3, H, W).
    """
    if images.dim() != 4 or images.shape[1] != 3 or not images.is_floating_point():
        raise ValueError(
            'the engine takes RGB images in [0, 1], floating point, (N, 3, H, W); '
            f'got {tuple(images.shape)} of {images.dtype}'
        )
    return images.to(device, torch.float32).contiguous()
