"""The curve-estimating network as its authors run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .image_border import crop_border, replicate_border

if TYPE_CHECKING:
    from .curve_enhancer import CurveEnhancer


class EagerCurveNetwork(nn.Module):
    """A :class:`CurveEnhancer` in plain eager operations on NCHW tensors.

    Line by line what the released code of Zero-DCE and SCL-LLE does: in-place ReLU, concatenated
    inputs, all curves at full size, squares by ``torch.pow``.  It pads as the enhancer
    does, which by default is with zeros, as that code does.

    Args:
        enhancer: The :class:`CurveEnhancer` that the weights come from.
    """

    def __init__(self, enhancer: CurveEnhancer) -> None:
        super().__init__()
        self.margin = enhancer.margin
        for name, conv in enhancer.named_children():
            if isinstance(conv, nn.Conv2d):
                setattr(self, name, nn.Conv2d(conv.in_channels, conv.out_channels, 3, padding=1))
        self.load_state_dict(enhancer.state_dict())
        self.relu = nn.ReLU(inplace=True)

    def forward(self, image: Tensor) -> Tensor:
        """Enhance ``image``, RGB in [0, 1], (N, 3, H, W)."""
        conv1, conv2, conv3, conv4, conv5, conv6, conv7, relu = self.children()
        x1 = relu(conv1(replicate_border(image, self.margin)))
        x2 = relu(conv2(x1))
        x3 = relu(conv3(x2))
        x4 = relu(conv4(x3))
        x5 = relu(conv5(torch.cat([x3, x4], 1)))
        x6 = relu(conv6(torch.cat([x2, x5], 1)))
        curves = torch.tanh(conv7(torch.cat([x1, x6], 1)))
        curves = crop_border(curves, self.margin)
        for curve in torch.split(curves, 3, dim=1):
            image = image + curve * (torch.pow(image, 2) - image)
        return image
