"""Run a curve enhancer for inference."""
from __future__ import annotations

import copy

import torch
from torch import Tensor

from mmscllle.models.enhancers import CurveEnhancer
from mmscllle.models.enhancers.tone_curves import enlarge_curves, reduce_image

FAST_DOWNSAMPLE = 8
PRECISIONS = dict(float32=torch.float32, bfloat16=torch.bfloat16, float16=torch.float16)


class CurveEngine:
    """Runs a :class:`CurveEnhancer` for inference.

    Args:
        enhancer: The network.  It is copied, so later changes of its weights have no effect.
        device: Where it runs, ``'cpu'``, ``'cuda'``, ``'cuda:1'``.
        precision: Of the network, ``'float32'``, ``'bfloat16'`` or ``'float16'`` (the latter on
            a GPU only).  Images and results are float32.
        fast: Whether curves are estimated at reduced size: by the enhancer's ``downsample``, or by
            8 if that is 1.  Otherwise they are estimated at full size, whatever the enhancer's
            ``downsample``.
        tile: Height and width of the tiles in which an image is worked on; they overlap by the
            network's receptive field, so the result is that of the whole image.  None: no tiles.
        compile: Whether ``torch.compile`` compiles the network (torch 2 with a compiler).

    Raises:
        ValueError: If ``precision`` or ``tile`` is none of these.
    """

    def __init__(self,
                 enhancer: CurveEnhancer,
                 device: str | torch.device = 'cpu',
                 precision: str = 'float32',
                 fast: bool = False,
                 tile: int | None = None,
                 compile: bool = False) -> None:
        if precision not in PRECISIONS:
            raise ValueError(f'precision must be one of {", ".join(PRECISIONS)}, '
                             f'got {precision!r}')
        self.device = torch.device(device)
        self.dtype = PRECISIONS[precision]
        self.downsample = (enhancer.downsample if enhancer.downsample > 1 else
                           FAST_DOWNSAMPLE) if fast else 1
        self.network = copy.deepcopy(enhancer).eval().requires_grad_(False).to(
            self.device, self.dtype, memory_format=torch.channels_last)

    @torch.inference_mode()
    def estimate(self, image: Tensor) -> Tensor:
        """Estimate the curve parameters.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            ``r`` in [-1, 1], float32, (N, 3 * iterations, H, W), in fast mode
            (N, 3 * iterations, ceil(H / downsample), ceil(W / downsample)).
        """
        reduced = reduce_image(image.to(self.device), self.downsample)
        reduced = reduced.to(self.dtype, memory_format=torch.channels_last)
        return self.network.estimate_curves(reduced).float()

    @torch.inference_mode()
    def apply(self, image: Tensor, curves: Tensor, strength: float = 1.0) -> Tensor:
        """Apply curves, iteration by iteration.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).
            curves: What :meth:`estimate` gave for images of this size.
            strength: Scales the curves: 0 leaves the image as it is, 1 is as trained, beyond is
                brighter.

        Returns:
            The enhanced image, RGB in [0, 1], float32, (N, 3, H, W).

        Raises:
            ValueError: If ``strength`` is negative.
        """
        if strength < 0:
            raise ValueError(f'strength must not be negative, got {strength}')
        result = image.to(self.device, torch.float32, copy=True)
        size = tuple(image.shape[2:])
        for curve in curves.split(3, dim=1):
            curve = enlarge_curves(curve, self.downsample, size)
            change = (result * result).sub_(result).mul_(curve)
            result.add_(change, alpha=strength)
            if strength > 1:
                # A tone curve may overshoot; cut off at once it stays monotone.
                result.clamp_(0, 1)
        return result.clamp_(0, 1)

    def __call__(self, image: Tensor, strength: float = 1.0) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).
            strength: See :meth:`apply`.

        Returns:
            The enhanced image, RGB in [0, 1], float32, (N, 3, H, W), on the engine's device.
        """
        return self.apply(image, self.estimate(image), strength)
