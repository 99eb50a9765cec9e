"""PairLIE: the image without noise, taken apart into illumination and reflectance."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmscllle.registry import MODELS

from .base import Enhancer
from .least_size import at_least_two_pixels


def _network(out_channels: int, channels: int) -> nn.Sequential:
    """Five 3x3 convolutions, whose result is in front of a sigmoid."""
    widths = (3, *4 * (channels,), out_channels)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3), nn.ReLU()
    return nn.Sequential(*layers[:-1])


@MODELS.register_module()
class PairLIE(Enhancer):
    r"""Brighten the illumination of an image by a power (Retinex).

    .. math:: x' = N(x), \qquad \hat x = L(x')^\lambda \odot R(x')

    Fu, Yang, Tu, Huang, Ding and Ma, *Learning a Simple Low-Light Image Enhancer from Paired
    Low-Light Instances*, CVPR 2023: :math:`N` projects the image onto one that Retinex can take
    apart (without noise), :math:`L` estimates the illumination and :math:`R` the reflectance.
    341,767 parameters with the default arguments; layer names are those of the authors' release.

    Args:
        exponent: The power :math:`\lambda`; the smaller, the brighter.  The authors take 0.2, and
            0.14 for the LOL data set.
        channels: Width of the hidden layers.
        init_cfg: MMEngine's initialisation config.

    Raises:
        ValueError: If ``exponent`` is not positive.

    Example:
        >>> enhanced, curves = PairLIE()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 0, 48, 64]))
    """

    # Two networks in a row, one pixel a layer.
    receptive_field = 10

    def __init__(
        self, exponent: float = 0.2, channels: int = 64, init_cfg: dict | None = None
    ) -> None:
        super().__init__(init_cfg)
        if not exponent > 0:
            raise ValueError(f'exponent must be positive, got {exponent}')
        self.exponent = exponent
        self.N_net = nn.ModuleDict(dict(N_net=_network(3, channels)))
        self.L_net = nn.ModuleDict(dict(L_net=_network(1, channels)))
        self.R_net = nn.ModuleDict(dict(R_net=_network(3, channels)))

    def forward(self, image: Tensor) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W).

        Raises:
            ValueError: If the input is not a batch of three-channel images.
        """
        height, width = image.shape[2:]
        image = self.N_net['N_net'](at_least_two_pixels(image)).sigmoid()
        # The power of the sigmoid by its logarithm, whose gradient is finite in the darkest dark.
        log_illumination = functional.logsigmoid(self.L_net['L_net'](image))
        reflectance = self.R_net['R_net'](image).sigmoid()
        enhanced = torch.exp(self.exponent * log_illumination) * reflectance
        return enhanced[..., :height, :width]
