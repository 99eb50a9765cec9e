"""Padding by reflection for images of any size."""
from __future__ import annotations

import torch
from torch import Tensor, nn


class ReflectionPad(nn.Module):
    """Continue a map by one pixel on each side, mirrored about its outermost pixels.

    It equals ``nn.ReflectionPad2d(1)``, which takes no side of one pixel; here that pixel is
    repeated, in a traced graph as well.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Pad ``x``, (N, C, H, W), to (N, C, H + 2, W + 2)."""
        x = torch.cat((x[:, :, :2][:, :, -1:], x, x[:, :, -2:][:, :, :1]), dim=2)
        return torch.cat((x[..., :2][..., -1:], x, x[..., -2:][..., :1]), dim=3)
