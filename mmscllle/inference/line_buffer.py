"""Evaluate a curve enhancer's convolutions strip by strip, in buffers that stay in the cache."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from mmscllle.models.enhancers import CurveEnhancer
from mmscllle.models.enhancers.image_border import replicate_border

LAYERS = 7
# A feature map of a strip of so many pixels takes 2 MiB in float32.
NETWORK_STRIP_PIXELS = 16384
# The longest skip connection looks back on fewer rows.
MIN_ROWS = 8


class LineBuffer:
    """Rows of a feature map around the present strip; zero, like padding, where none was written.

    Args:
        data: Storage, (rows, W, C).
        offset: Where the strip's first row lies in it.
    """

    def __init__(self, data: Tensor, offset: int) -> None:
        self.data = data
        self.offset = offset

    def channels(self, start: int, stop: int) -> LineBuffer:
        """Some of the channels, in the same storage."""
        return LineBuffer(self.data[..., start:stop], self.offset)

    def read(self, low: int, high: int) -> Tensor:
        """Rows ``low`` to ``high`` of the strip and one more on either side."""
        return self.data[low - 1 + self.offset : high + 1 + self.offset]

    def write(self, low: int, features: Tensor, relu: bool, last: bool) -> None:
        """Put features, (rows, W, C), at row ``low``; zero what follows the image's last row."""
        target = self.data[low + self.offset :]
        if last:
            target[len(features) :] = 0
        target = target[: len(features)]
        if not relu:
            target.copy_(features)
            return
        if features.dtype == torch.bfloat16:
            # Signs are those of the bits taken as integers, whose comparison is vectorised.
            features, target = features.view(torch.int16), target.view(torch.int16)
        torch.clamp_min(features, 0, out=target)

    def advance(self, rows: int) -> None:
        """Go on to the next strip, ``rows`` further down."""
        self.data[:-rows] = self.data[rows:].clone()


class LineBufferedNetwork:
    """The convolutions of a :class:`CurveEnhancer` on a CPU, strip by strip from top to bottom.

    Every layer keeps the last rows of its input and goes on from there when the next strip comes
    (Alwani et al., *Fused-Layer CNN Accelerators*, MICRO 2016): nothing is computed twice, no
    feature map exists as a whole, and what a layer writes is still in the cache when the next one
    reads it.  Layer ``l`` lags ``l`` rows behind the image.

    Args:
        enhancer: The network.
        dtype: Precision of weights and features.
    """

    def __init__(self, enhancer: CurveEnhancer, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.margin = enhancer.margin
        self.weights, self.biases = [], []
        for layer in range(1, LAYERS + 1):
            conv = getattr(enhancer, f'e_conv{layer}')
            # tanh(x) = 2 sigmoid(2 x) - 1, and torch's sigmoid is six times as fast.
            scale = 2 if layer == LAYERS else 1
            weight, bias = scale * conv.weight.detach(), scale * conv.bias.detach()
            self.weights.append(weight.to('cpu', dtype, memory_format=torch.channels_last))
            self.biases.append(bias.to('cpu', dtype))

    def strips(self, image: Tensor) -> Iterator[tuple[int, Tensor]]:
        """Estimate the curve parameters of one image.

        Args:
            image: RGB in [0, 1], (1, 3, H, W), on the CPU.

        Yields:
            The first row of a strip and its curve parameters in [-1, 1], float32,
            (1, 3 * iterations, rows, W), from top to bottom.  The next strip overwrites them.
        """
        margin, (height, width) = self.margin, image.shape[2:]
        for first, strip in self._zero_padded_strips(replicate_border(image, margin)):
            low = max(first - margin, 0)
            high = min(first - margin + strip.shape[2], height)
            if low < high:
                columns = slice(margin, margin + width)
                yield low, strip[:, :, low + margin - first : high + margin - first, columns]

    def _zero_padded_strips(self, image: Tensor) -> Iterator[tuple[int, Tensor]]:
        """See :meth:`strips`; beyond the border of the image all layers see zeros."""
        height, width = image.shape[2:]
        steps = -(-(height + LAYERS) * width // NETWORK_STRIP_PIXELS)
        rows = max(MIN_ROWS, -(-(height + LAYERS) // steps))
        buffers, inputs, outputs = self._buffers(rows, width)
        curves = torch.empty(1, len(self.biases[-1]), rows, width, dtype=torch.float32)
        for start in range(0, height + LAYERS, rows):
            for layer in range(LAYERS + 1):
                # The rows that this layer puts out, counted from the strip's; layer 0 is the image.
                low = max(start - layer, 0) - start
                high = min(start - layer + rows, height) - start
                if low >= high:
                    continue
                features = (
                    self._convolve(layer, inputs[layer - 1].read(low, high))
                    if layer
                    else image[0, :, start : start + high].permute(1, 2, 0)
                )
                if layer < LAYERS:
                    outputs[layer].write(low, features, relu=layer > 0, last=start + high == height)
                else:
                    strip = curves[:, :, : high - low].copy_(features.permute(2, 0, 1))
                    yield start + low, strip.sigmoid_().mul_(2).sub_(1)
            for buffer in buffers:
                buffer.advance(rows)

    def _buffers(self, rows: int, width: int) -> tuple[list[LineBuffer], ...]:
        """The buffers, where layers 1 to 7 find their input, and where 0 to 6 put their output."""
        # In each there is room for the padding below the image, where that ends with a strip.
        image = LineBuffer(torch.zeros(rows + 3, width, 3, dtype=self.dtype), 2)
        channels = len(self.biases[0])
        # Layers 1 and 6, 2 and 5, 3 and 4 in one buffer each, as layers 7, 6 and 5 read them.
        pairs = [
            LineBuffer(
                torch.zeros(rows + LAYERS + 3 - 2 * layer, width, 2 * channels, dtype=self.dtype),
                LAYERS + 2 - layer,
            )
            for layer in (1, 2, 3)
        ]
        first = [pair.channels(0, channels) for pair in pairs]
        second = [pair.channels(channels, 2 * channels) for pair in pairs]
        buffers = [image, *pairs]
        inputs = [image, *first, *reversed(pairs)]
        outputs = [image, *first, *reversed(second)]
        return buffers, inputs, outputs

    def _convolve(self, layer: int, window: Tensor) -> Tensor:
        """Convolve rows, (rows + 2, W, C), padded already above and below."""
        result = functional.conv2d(
            window.permute(2, 0, 1)[None],
            self.weights[layer - 1],
            self.biases[layer - 1],
            padding=(0, 1),
        )
        return result[0].permute(1, 2, 0)
