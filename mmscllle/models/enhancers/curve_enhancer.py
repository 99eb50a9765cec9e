"""The curve-estimating enhancement network shared by Zero-DCE and SCL-LLE."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmscllle.registry import MODELS

from .tone_curves import apply_curves, reduce_image

# Prefixes under which the wrappers that hold an enhancer save it.
OWNER_PREFIXES = ('enhancer.', 'generator.enhancer.', 'generator.')


def _checked_factor(downsample: int) -> int:
    if not isinstance(downsample, int) or downsample < 1:
        raise ValueError(f'downsample must be a positive integer, got {downsample!r}')
    return downsample


@MODELS.register_module()
class CurveEnhancer(BaseModule):
    """Seven 3x3 convolutions that estimate pixel-wise tone curves.

    Any image size, 79,416 parameters with the default arguments.  Layer names are those of the
    released checkpoints (``e_conv1`` ... ``e_conv7``), so these load without a conversion; so do
    checkpoints of models that hold an enhancer (``SCLLLE``, ``EnhancedSegmentor``).

    Args:
        channels: Width of the hidden layers.
        iterations: How often the curve is applied.
        downsample: Factor by which the image is reduced, along either side, for estimating the
            curves, which are then enlarged bilinearly (Zero-DCE++).  The weights are the same for
            every factor; they fit those that they were trained with.
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
                 downsample: int = 1,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        if channels < 1 or iterations < 1:
            raise ValueError('channels and iterations must be positive, '
                             f'got channels={channels}, iterations={iterations}')
        self.iterations = iterations
        self.downsample = _checked_factor(downsample)
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
        if image.device.type == 'cpu':
            # oneDNN then converts no layer's input and output: 1.2 times as fast in training.
            image = image.contiguous(memory_format=torch.channels_last)
        x1 = self.e_conv1(image).relu()
        x2 = self.e_conv2(x1).relu()
        x3 = self.e_conv3(x2).relu()
        x4 = self.e_conv4(x3).relu()
        x5 = self.e_conv5(torch.cat((x3, x4), dim=1)).relu()
        x6 = self.e_conv6(torch.cat((x2, x5), dim=1)).relu()
        return self.e_conv7(torch.cat((x1, x6), dim=1)).tanh()

    def forward(self, image: Tensor, downsample: int | None = None) -> tuple[Tensor, Tensor]:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).
            downsample: Replaces that of the constructor in this call.

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W), and the curve parameters in [-1, 1] at
            the size they were estimated at, (N, 3 * iterations, ceil(H / downsample),
            ceil(W / downsample)).

        Raises:
            ValueError: If the input is not a batch of three-channel images, or ``downsample`` is
                not a positive integer.
        """
        if image.dim() != 4 or image.shape[1] != 3:
            raise ValueError('CurveEnhancer takes RGB images of shape (N, 3, H, W), '
                             f'got {tuple(image.shape)}')
        factor = self.downsample if downsample is None else _checked_factor(downsample)
        curves = self.estimate_curves(reduce_image(image, factor))
        return apply_curves(image, curves, factor), curves

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
