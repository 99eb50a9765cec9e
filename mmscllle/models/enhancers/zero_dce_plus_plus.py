"""Zero-DCE++: one tone curve a pixel, estimated at a twelfth of the size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmscllle.registry import MODELS

from .base import Enhancer
from .tone_curves import apply_curves


class SeparableConv2d(nn.Module):
    """A 3x3 convolution of each channel by itself, then a 1x1 convolution across channels."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.depth_conv = nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels)
        self.point_conv = nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve ``x``, (N, C, H, W)."""
        return self.point_conv(self.depth_conv(x))


@MODELS.register_module()
class ZeroDCEPlusPlus(Enhancer):
    """Seven separable convolutions on a reduced image; all iterations share their curve.

    Li, Guo and Loy, *Learning to Enhance Low-Light Image via Zero-Reference Deep Curve
    Estimation*, TPAMI 2021, https://arxiv.org/abs/2103.00860.  Its tone curve is that of
    :func:`apply_curves`, with one parameter a pixel and colour for all iterations.  10,561
    parameters with the default arguments; layer names are those of the authors' release.

    The curves are enlarged with aligned corners, so that how far a pixel lies from an estimate
    depends on the size of the whole picture: there is no receptive field to tile by.  An image
    whose size is no multiple of ``downsample`` is continued by its last row and column.

    Args:
        channels: Width of the hidden layers.
        iterations: How often the curve is applied.
        downsample: Factor by which the image is reduced, along either side, for the estimate.
        init_cfg: MMEngine's initialisation config.  The default draws convolution weights from
            N(0, 0.02).

    Raises:
        ValueError: If a number is not positive.

    Example:
        >>> enhanced, curves = ZeroDCEPlusPlus()(torch.rand(1, 3, 50, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 50, 64]), torch.Size([1, 3, 50, 64]))
    """

    def __init__(
        self,
        channels: int = 32,
        iterations: int = 8,
        downsample: int = 12,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        if min(channels, iterations, downsample) < 1:
            raise ValueError(
                'channels, iterations and downsample must be positive, got '
                f'channels={channels}, iterations={iterations}, downsample={downsample}'
            )
        self.iterations = iterations
        self.downsample = downsample
        self.e_conv1 = SeparableConv2d(3, channels)
        self.e_conv2 = SeparableConv2d(channels, channels)
        self.e_conv3 = SeparableConv2d(channels, channels)
        self.e_conv4 = SeparableConv2d(channels, channels)
        self.e_conv5 = SeparableConv2d(2 * channels, channels)
        self.e_conv6 = SeparableConv2d(2 * channels, channels)
        self.e_conv7 = SeparableConv2d(2 * channels, 3)

    def estimate_curves(self, image: Tensor) -> Tensor:
        """Estimate the curve parameters ``r`` in [-1, 1], (N, 3, H, W), at full size."""
        size = image.shape[2:]
        # Rounded up without a negative number, which ONNX divides in another way.
        reduced = [(side + self.downsample - 1) // self.downsample for side in size]
        full = [side * self.downsample for side in reduced]
        image = functional.pad(image, (0, full[1] - size[1], 0, full[0] - size[0]), 'replicate')
        image = functional.interpolate(image, reduced, mode='bilinear', align_corners=False)
        x1 = self.e_conv1(image).relu()
        x2 = self.e_conv2(x1).relu()
        x3 = self.e_conv3(x2).relu()
        x4 = self.e_conv4(x3).relu()
        x5 = self.e_conv5(torch.cat((x3, x4), dim=1)).relu()
        x6 = self.e_conv6(torch.cat((x2, x5), dim=1)).relu()
        curves = self.e_conv7(torch.cat((x1, x6), dim=1)).tanh()
        curves = functional.interpolate(curves, full, mode='bilinear', align_corners=True)
        return curves[..., : size[0], : size[1]]

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], and the curve parameters in [-1, 1] that every
            iteration takes, both (N, 3, H, W).

        Raises:
            ValueError: If the input is not a batch of three-channel images.
        """
        curves = self.estimate_curves(image)
        for _ in range(self.iterations):
            image = apply_curves(image, curves)
        return image, curves
