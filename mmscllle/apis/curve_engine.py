"""Run a curve enhancer for inference."""
from __future__ import annotations

from typing import Iterator

import torch
from torch import Tensor

from mmscllle.models.enhancers import CurveEnhancer
from mmscllle.models.enhancers.tone_curves import reduce_image

from .curve_strips import brighten_, enlarged_strips, full_strips
from .line_buffer import LAYERS, LineBufferedNetwork
from .tiles import tiles
from .whole_network import WholeNetwork

FAST_DOWNSAMPLE = 8
PRECISIONS = dict(float32=torch.float32, bfloat16=torch.bfloat16, float16=torch.float16)
# Pixels worked on at once when curves are applied: few enough for a CPU's caches, and enough to
# keep a GPU busy.
STRIP_PIXELS = dict(cpu=2**14, cuda=2**22)


class CurveEngine:
    """Runs a :class:`CurveEnhancer` for inference.

    On a CPU the network is evaluated in line buffers and curves are applied strip by strip, so
    neither feature maps nor curves exist at full size.  No gradients; the results are ordinary
    tensors, which may be changed in place (those of ``torch.inference_mode`` may not).

    Args:
        enhancer: The network.  Its weights are copied.
        device: Where it runs: ``'cpu'``, ``'cuda'``, ``'cuda:1'``.
        precision: Of the network: ``'float32'``, ``'bfloat16'``, or on a GPU ``'float16'``.  Tone
            curves are always applied in float32.
        fast: Estimate the curves at reduced size: by the enhancer's ``downsample``, by 8 if that
            is 1.  Otherwise, exact mode, the curves are estimated at full size.
        tile: Height and width of tiles in which the curves are estimated, in pixels of the image
            that the network sees.  They overlap by the network's receptive field, so the result
            is that of the whole image.  None: no tiles.
        compile: Let ``torch.compile`` compile the network (torch 2 with a compiler), in place of
            line buffers.

    Raises:
        ValueError: If an argument has another value than these, or the device or torch at hand
            cannot do it.
    """

    def __init__(self,
                 enhancer: CurveEnhancer,
                 device: str | torch.device = 'cpu',
                 precision: str = 'float32',
                 fast: bool = False,
                 tile: int | None = None,
                 compile: bool = False) -> None:
        if not isinstance(enhancer, CurveEnhancer):
            raise ValueError(f'enhancer must be a CurveEnhancer, got {type(enhancer).__name__}')
        if precision not in PRECISIONS:
            raise ValueError(f'precision must be one of {", ".join(PRECISIONS)}, '
                             f'got {precision!r}')
        if tile is not None and (not isinstance(tile, int) or tile < 1):
            raise ValueError(f'tile must be a positive number of pixels or None, got {tile!r}')
        if compile and not hasattr(torch, 'compile'):
            raise ValueError(f'compile=True needs torch 2, this is {torch.__version__}')
        self.device = torch.device(device)
        on_cpu = self.device.type == 'cpu'
        if on_cpu and precision == 'float16':
            raise ValueError("precision='float16' needs a GPU; on a CPU take 'bfloat16'")
        self.tile = tile
        self.downsample = estimation_factor(enhancer, fast)
        self.curve_channels = 3 * enhancer.iterations
        self.one_by_one = on_cpu and not compile
        self.network: LineBufferedNetwork | WholeNetwork
        if self.one_by_one:
            self.network = LineBufferedNetwork(enhancer, PRECISIONS[precision])
        else:
            self.network = WholeNetwork(enhancer, self.device, PRECISIONS[precision], compile)

    @torch.no_grad()
    def estimate(self, image: Tensor) -> Tensor:
        """Estimate the curve parameters.

        Args:
            image: RGB in [0, 1], floating point, (N, 3, H, W).

        Returns:
            ``r`` in [-1, 1], float32, (N, 3 * iterations, H, W), in fast mode
            (N, 3 * iterations, ceil(H / downsample), ceil(W / downsample)).

        Raises:
            ValueError: If the image is not of this shape and type.
        """
        image = reduce_image(self._prepared(image), self.downsample)
        curves = image.new_empty(len(image), self.curve_channels, *image.shape[2:])
        for part, rows, columns, strip in self._estimated_strips(image):
            curves[part, :, rows, columns] = strip
        return curves

    @torch.no_grad()
    def apply(self, image: Tensor, curves: Tensor, strength: float = 1.0) -> Tensor:
        """Apply curves, iteration by iteration.

        Args:
            image: RGB in [0, 1], floating point, (N, 3, H, W).
            curves: As :meth:`estimate` gives them for images of this size.
            strength: Scales the curves: 0 leaves the image as it is, 1 is as trained, beyond is
                brighter.

        Returns:
            The enhanced image, RGB in [0, 1], float32, (N, 3, H, W), on the engine's device.

        Raises:
            ValueError: If ``strength`` is negative or the curves do not fit the image.
        """
        result = self._prepared(image).clone()
        size = tuple(image.shape[2:])
        expected = (len(image), self.curve_channels,
                    *(-(-side // self.downsample) for side in size))
        if tuple(curves.shape) != expected:
            raise ValueError(f'curves of images of shape {tuple(image.shape)} must have the shape '
                             f'{expected}, got {tuple(curves.shape)}')
        _check_strength(strength)
        curves = curves.to(result)
        rows = max(1, STRIP_PIXELS.get(self.device.type, STRIP_PIXELS['cuda']) // size[1])
        for part in self._parts(len(image)):
            strips = (full_strips(curves[part], rows) if self.downsample == 1 else
                      enlarged_strips(curves[part], self.downsample, size, rows))
            for first, strip in strips:
                brighten_(result[part, :, first:first + strip.shape[2]], strip, strength)
        return result

    @torch.no_grad()
    def __call__(self, image: Tensor, strength: float = 1.0) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], floating point, (N, 3, H, W).
            strength: See :meth:`apply`.

        Returns:
            The enhanced image, RGB in [0, 1], float32, (N, 3, H, W), on the engine's device.
        """
        if self.downsample > 1:
            return self.apply(image, self.estimate(image), strength)
        _check_strength(strength)
        image = self._prepared(image)
        result = image.clone()
        for part, rows, columns, strip in self._estimated_strips(image):
            brighten_(result[part, :, rows, columns], strip, strength)
        return result

    def _estimated_strips(self, image: Tensor) -> Iterator[tuple[slice, slice, slice, Tensor]]:
        """Images of the batch, rows, columns, and the curves there, (N, C, rows, columns)."""
        for part in self._parts(len(image)):
            for (rows, columns), (own_rows, own_columns) in tiles(
                    *image.shape[2:], self.tile, overlap=LAYERS):
                inner = slice(own_columns.start - columns.start, own_columns.stop - columns.start)
                for first, strip in self.network.strips(image[part, :, rows, columns]):
                    first += rows.start
                    low = max(first, own_rows.start)
                    high = min(first + strip.shape[2], own_rows.stop)
                    if low < high:
                        yield (part, slice(low, high), own_columns,
                               strip[:, :, low - first:high - first, inner])

    def _parts(self, count: int) -> Iterator[slice]:
        """What of a batch is worked on together."""
        step = 1 if self.one_by_one else count
        for first in range(0, count, step):
            yield slice(first, first + step)

    def _prepared(self, image: Tensor) -> Tensor:
        if image.dim() != 4 or image.shape[1] != 3 or not image.is_floating_point():
            raise ValueError('the engine takes RGB images in [0, 1], floating point, (N, 3, H, W); '
                             f'got {tuple(image.shape)} of {image.dtype}')
        return image.to(self.device, torch.float32).contiguous()


def estimation_factor(enhancer: CurveEnhancer, fast: bool) -> int:
    """By how much the image is reduced, along either side, for estimating its curves.

    Args:
        enhancer: The network.
        fast: Whether it works in fast mode.

    Returns:
        1 in exact mode; in fast mode the enhancer's ``downsample``, or 8 if that is 1.
    """
    if not fast:
        return 1
    return enhancer.downsample if enhancer.downsample > 1 else FAST_DOWNSAMPLE


def _check_strength(strength: float) -> None:
    if not strength >= 0:
        raise ValueError(f'strength must not be negative, got {strength}')
