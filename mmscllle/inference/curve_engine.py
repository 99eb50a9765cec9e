"""Run a curve enhancer for inference."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from mmscllle.models.enhancers import CurveEnhancer
from mmscllle.models.enhancers.tone_curves import reduce_image
from mmscllle.visualization.tone_curve_plot import SAMPLES, tone_curve_plot

from .curve_strips import brighten_, enlarged_strips, full_strips
from .engine import check_options, check_strength, network_dtype, to_engine
from .line_buffer import LAYERS, LineBufferedNetwork
from .tiles import default_side, retry_in_smaller_tiles, tiles
from .whole_network import WholeNetwork

# Pixels worked on at once when curves are applied: few enough for a CPU's caches, and enough to
# keep a GPU busy.
CURVE_STRIP_PIXELS = dict(cpu=2**14, cuda=2**22)
PLOTTED_LEVELS = 128


class CurveEngine:
    """Runs a :class:`CurveEnhancer`, see :class:`mmscllle.inference.Engine`.

    On a CPU the network is evaluated in line buffers and curves are applied strip by strip, so
    neither feature maps nor curves exist at full size.  The strength scales the curves.

    Args:
        enhancer: The network.  Its weights are copied.
        device: Where it runs: ``'cpu'``, ``'cuda'``, ``'cuda:1'``.
        precision: Of the network: ``'float32'``, ``'bfloat16'``, or on a GPU ``'float16'``.  Tone
            curves are always applied in float32.
        fast: Estimate the curves at a size that is reduced by the enhancer's ``downsample``.
        tile: Height and width of tiles in which the curves are estimated, in pixels of the image
            that the network sees.  They overlap by the network's receptive field, so the result
            is that of the whole image.  None: of the size that fits most memories
            (:data:`SIDES`).
        compile: Let ``torch.compile`` compile the network (torch 2 with a compiler), in place of
            line buffers.

    Raises:
        ValueError: If an argument has another value than these, or the device or torch at hand
            cannot do it.
    """

    def __init__(
        self,
        enhancer: CurveEnhancer,
        device: str | torch.device = 'cpu',
        precision: str = 'float32',
        fast: bool = False,
        tile: int | None = None,
        compile: bool = False,
    ) -> None:
        if not isinstance(enhancer, CurveEnhancer):
            raise ValueError(f'enhancer must be a CurveEnhancer, got {type(enhancer).__name__}')
        self.device = torch.device(device)
        check_options(self.device, precision, tile, compile)
        self.tile = tile or default_side(self.device)
        self.downsample = enhancer.downsample if fast else 1
        self.curve_channels = 3 * enhancer.iterations
        self.one_by_one = self.device.type == 'cpu' and not compile
        dtype = network_dtype(self.device, precision)
        self.network: LineBufferedNetwork | WholeNetwork
        if self.one_by_one:
            self.network = LineBufferedNetwork(enhancer, dtype)
        else:
            self.network = WholeNetwork(enhancer, self.device, dtype, compile)

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
        image = reduce_image(to_engine(image, self.device), self.downsample)

        def estimate() -> Tensor:
            curves = image.new_empty(len(image), self.curve_channels, *image.shape[2:])
            for part, rows, columns, strip in self._estimated_strips(image):
                curves[part, :, rows, columns] = strip
            return curves

        return retry_in_smaller_tiles(self, estimate)

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
        result = to_engine(image, self.device).clone()
        size = tuple(image.shape[2:])
        expected = (
            len(image),
            self.curve_channels,
            *(-(-side // self.downsample) for side in size),
        )
        if tuple(curves.shape) != expected:
            raise ValueError(
                f'curves of images of shape {tuple(image.shape)} must have the shape '
                f'{expected}, got {tuple(curves.shape)}'
            )
        check_strength(strength)
        curves = curves.to(result)
        pixels = CURVE_STRIP_PIXELS.get(self.device.type, CURVE_STRIP_PIXELS['cuda'])
        rows = max(1, pixels // size[1])
        for part in self._parts(len(image)):
            strips = (
                full_strips(curves[part], rows)
                if self.downsample == 1
                else enlarged_strips(curves[part], self.downsample, size, rows)
            )
            for first, strip in strips:
                brighten_(result[part, :, first : first + strip.shape[2]], strip, strength)
        return result

    @torch.no_grad()
    def __call__(self, images: Tensor, strength: float = 1.0) -> Tensor:
        """Enhance a batch.

        Args:
            images: RGB in [0, 1], floating point, (N, 3, H, W).
            strength: See :meth:`apply`.

        Returns:
            The enhanced image, RGB in [0, 1], float32, (N, 3, H, W), on the engine's device.
        """
        if self.downsample > 1:
            return self.apply(images, self.estimate(images), strength)
        check_strength(strength)
        images = to_engine(images, self.device)

        def enhance() -> Tensor:
            result = images.clone()
            for part, rows, columns, strip in self._estimated_strips(images):
                brighten_(result[part, :, rows, columns], strip, strength)
            return result

        return retry_in_smaller_tiles(self, enhance)

    def prepare(self, images: Tensor) -> Callable[[float], Tensor]:
        """Estimate the curves once, to be applied at any strength."""
        curves = self.estimate(images)
        return lambda strength: self.apply(images, curves, strength)

    def plot(self, images: Tensor, strength: float = 1.0) -> np.ndarray:
        """Plot the tone curves of the images, all together."""
        levels = torch.linspace(0, 1, PLOTTED_LEVELS)
        parameters = strength * self.estimate(images).cpu().transpose(0, 1).flatten(1)
        parameters = parameters[:, :: -(-parameters.shape[1] // SAMPLES)]
        results = levels[:, None].expand(3, PLOTTED_LEVELS, parameters.shape[1])
        for parameter in parameters.unflatten(0, (-1, 3, 1)):
            results = results + parameter * (results * results - results)
        return tone_curve_plot(levels, results)

    def _estimated_strips(self, image: Tensor) -> Iterator[tuple[slice, slice, slice, Tensor]]:
        """Images of the batch, rows, columns, and the curves there, (N, C, rows, columns)."""
        height, width = image.shape[2:]
        for part in self._parts(len(image)):
            for (rows, columns), (own_rows, own_columns) in tiles(
                height, width, self.tile, overlap=LAYERS
            ):
                inner = slice(own_columns.start - columns.start, own_columns.stop - columns.start)
                for first, strip in self.network.strips(image[part, :, rows, columns]):
                    first += rows.start
                    low = max(first, own_rows.start)
                    high = min(first + strip.shape[2], own_rows.stop)
                    if low < high:
                        yield (
                            part,
                            slice(low, high),
                            own_columns,
                            strip[:, :, low - first : high - first, inner],
                        )

    def _parts(self, count: int) -> Iterator[slice]:
        """The parts of a batch that are worked on together."""
        step = 1 if self.one_by_one else count
        for first in range(0, count, step):
            yield slice(first, first + step)
