"""The curve-estimating enhancement network shared by Zero-DCE and SCL-LLE."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmscllle.registry import MODELS

# Prefixes under which the wrappers that hold an enhancer save it.
OWNER_PREFIXES = ('enhancer.', 'generator.')


def apply_curves(image: Tensor, curves: Tensor) -> Tensor:
    r"""Brighten an image by iterated quadratic tone curves.

    .. math:: x_{i+1} = x_i + r_i (x_i^2 - x_i)

    (Guo et al., *Zero-Reference Deep Curve Estimation*, CVPR 2020, eq. 3, with
    :math:`r = -\alpha`.)  With :math:`|r| \le 1` the values stay in [0, 1].

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        curves: Curve parameters ``r`` in [-1, 1], (N, 3 * iterations, H, W), iteration by
            iteration.

    Returns:
        The enhanced image, RGB in [0, 1], (N, 3, H, W).

    Raises:
        ValueError: If the number of curve channels is no multiple of the image's.
    """
    channels = image.shape[1]
    if curves.shape[1] % channels:
        raise ValueError(f'curves must have a multiple of {channels} channels, '
                         f'got shape {tuple(curves.shape)}')
    for curve in curves.split(channels, dim=1):
        image = image + curve * (image * image - image)
    return image


@MODELS.register_module()
class CurveEnhancer(BaseModule):
    """Seven 3x3 convolutions that estimate pixel-wise tone curves.

    No down-sampling, any image size, 79,416 parameters with the default arguments.  Layer names
    are those of the released checkpoints (``e_conv1`` ... ``e_conv7``), so these load without a
    conversion; so do checkpoints of models that hold an enhancer (``SCLLLE``,
    ``EnhancedSegmentor``).

    Args:
        channels: Width of the hidden layers.
        iterations: How often the curve is applied.
        init_cfg: MMEngine's initialisation config.  The default draws convolution weights from
            N(0, 0.02) as the paper does; ``dict(type='Pretrained', checkpoint=...)`` loads a file.

    Example:
        >>> enhanced, curves = CurveEnhancer()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 24, 48, 64]))
    """

    def __init__(self,
                 channels: int = 32,
                 iterations: int = 8,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        if channels < 1 or iterations < 1:
            raise ValueError('channels and iterations must be positive, '
                             f'got channels={channels}, iterations={iterations}')
        self.iterations = iterations
        self.e_conv1 = nn.Conv2d(3, channels, 3, padding=1)
        self.e_conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.e_conv3 = nn.Conv2d(channels, channels, 3, padding=1)
        self.e_conv4 = nn.Conv2d(channels, channels, 3, padding=1)
        self.e_conv5 = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.e_conv6 = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.e_conv7 = nn.Conv2d(2 * channels, 3 * iterations, 3, padding=1)
        self._register_load_state_dict_pre_hook(self._unwrap_owner)

    def estimate_curves(self, image: Tensor) -> Tensor:
        """Estimate the curve parameters.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            ``r`` in [-1, 1], (N, 3 * iterations, H, W).
        """
        x1 = self.e_conv1(image).relu()
        x2 = self.e_conv2(x1).relu()
        x3 = self.e_conv3(x2).relu()
        x4 = self.e_conv4(x3).relu()
        x5 = self.e_conv5(torch.cat((x3, x4), dim=1)).relu()
        x6 = self.e_conv6(torch.cat((x2, x5), dim=1)).relu()
        return self.e_conv7(torch.cat((x1, x6), dim=1)).tanh()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W), and the curve parameters in [-1, 1],
            (N, 3 * iterations, H, W).

        Raises:
            ValueError: If the input is not a batch of three-channel images.
        """
        if image.dim() != 4 or image.shape[1] != 3:
            raise ValueError('CurveEnhancer takes RGB images of shape (N, 3, H, W), '
                             f'got {tuple(image.shape)}')
        curves = self.estimate_curves(image)
        return apply_curves(image, curves), curves

    @staticmethod
    def _unwrap_owner(state_dict: dict, prefix: str, *_: object) -> None:
        """Let the enhancer's part of a larger model's checkpoint load into a bare enhancer."""
        if f'{prefix}e_conv1.weight' in state_dict:
            return
        for owner in OWNER_PREFIXES:
            start = prefix + owner
            if f'{start}e_conv1.weight' in state_dict:
                for key in [k for k in state_dict if k.startswith(start)]:
                    state_dict[prefix + key[len(start):]] = state_dict.pop(key)
                return
