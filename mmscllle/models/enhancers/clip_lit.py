"""CLIP-LIT: a light map, estimated from near and from all over the picture."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmscllle.registry import MODELS

from .base import Enhancer
from .least_size import at_least_two_pixels

# Where the light map is 0, what is not black becomes white, and black stays black.
SMALLEST_LIGHT = 1e-6


def _conv(in_channels: int, out_channels: int, bias: bool = True) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size, padded by reflection."""
    return nn.Conv2d(in_channels, out_channels, 3, padding=1, padding_mode='reflect', bias=bias)


class AveragePool(nn.Module):
    """Average over ``bins`` x ``bins`` cells of the picture.

    It equals ``nn.AdaptiveAvgPool2d(bins)``, as two matrix products, which ONNX can express for
    images of any size.
    """

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.bins = bins

    def forward(self, x: Tensor) -> Tensor:
        """Average ``x``, (N, C, H, W), to (N, C, bins, bins)."""
        rows, columns = (self._weights(x, side) for side in x.shape[2:])
        return rows @ x @ columns.transpose(0, 1)

    def _weights(self, x: Tensor, side: int) -> Tensor:
        """How much each pixel along a side counts in each cell, (bins, side)."""
        pixel = torch.arange(side, device=x.device)
        cell = torch.arange(self.bins, device=x.device).view(-1, 1)
        first = torch.div(cell * side, self.bins, rounding_mode='floor')
        end = torch.div((cell + 1) * side + self.bins - 1, self.bins, rounding_mode='floor')
        return ((pixel >= first) & (pixel < end)).to(x.dtype) / (end - first).to(x.dtype)


class PyramidPool(nn.Module):
    """Add to each place what the picture is like on the whole, in halves, thirds and sixths."""

    def __init__(self, channels: int, reduced: int, bins: tuple[int, ...] = (1, 2, 3, 6)) -> None:
        super().__init__()
        self.features = nn.ModuleList(
            nn.Sequential(
                AveragePool(count), nn.Conv2d(channels, reduced, 1, bias=False), nn.PReLU()
            )
            for count in bins
        )
        # The only convolution that pads by zeros.
        self.fuse = nn.Sequential(
            nn.Conv2d(channels + len(bins) * reduced, channels, 3, padding=1, bias=False),
            nn.PReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Fuse ``x``, (N, C, H, W), with its averages; the shape stays."""
        averages = [
            functional.interpolate(level(x), x.shape[2:], mode='bilinear', align_corners=True)
            for level in self.features
        ]
        return self.fuse(torch.cat((x, *averages), dim=1))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = _conv(channels, channels, bias=False)
        self.conv2 = _conv(channels, channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve ``x``, (N, C, H, W); the shape stays."""
        out = functional.leaky_relu(self.conv1(x), 0.2)
        return functional.leaky_relu(x + self.conv2(out), 0.2)


@MODELS.register_module()
class CLIPLIT(Enhancer):
    """Divide the image by a light map, the same for the three colours.

    Liang, Li, Zhou, Feng and Loy, *Iterative Prompt Learning for Unsupervised Backlit Image
    Enhancement*, ICCV 2023, https://arxiv.org/abs/2303.17569.  278,790 parameters.  The prompts of
    the paper guide its training alone.  Layer names are those of the authors' release.  A network
    that is not trained yet has a light map near 1.

    Args:
        init_cfg: MMEngine's initialisation config.

    Example:
        >>> enhanced, curves = CLIPLIT()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 0, 48, 64]))
    """

    def __init__(self, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.cond1 = _conv(3, 32)
        self.ResidualBlock1 = ResidualBlock(32)
        self.ResidualBlock2 = ResidualBlock(32)
        self.PPM1 = PyramidPool(32, 8)
        self.condx = _conv(32, 64)
        self.ResidualBlock3 = ResidualBlock(64)
        self.ResidualBlock4 = ResidualBlock(64)
        self.condy = _conv(64, 32)
        self.ResidualBlock5 = ResidualBlock(32)
        self.ResidualBlock6 = ResidualBlock(32)
        self.cond_add1 = _conv(32, 1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, std=0.02)
        nn.init.ones_(self.cond_add1.get_parameter('bias'))

    def estimate_light(self, image: Tensor) -> Tensor:
        """Estimate the light map, at least 0, (N, 1, H, W)."""
        height, width = image.shape[2:]
        x = functional.leaky_relu(self.cond1(at_least_two_pixels(image)), 0.2)
        x = self.PPM1(self.ResidualBlock2(self.ResidualBlock1(x)))
        x = self.ResidualBlock4(self.ResidualBlock3(self.condx(x)))
        x = self.ResidualBlock6(self.ResidualBlock5(self.condy(x)))
        return self.cond_add1(x).relu()[..., :height, :width]

    def forward(self, image: Tensor) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W).

        Raises:
            ValueError: If the input is not a batch of three-channel images.
        """
        return (image / self.estimate_light(image).clamp(min=SMALLEST_LIGHT)).clamp(0, 1)
