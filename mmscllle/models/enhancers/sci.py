"""SCI: an illumination estimated by three small convolutions."""

from __future__ import annotations

from torch import Tensor, nn

from mmscllle.registry import MODELS

from .base import Enhancer

# What the authors save besides the network: the net that calibrates the stages of their training,
# and the middle convolution under a second name.
TRAINING_ONLY = ('calibrate.', 'enhance.blocks.')


@MODELS.register_module()
class SCI(Enhancer):
    r"""Divide the image by its illumination (Retinex).

    .. math:: u = \mathrm{clip}(y + F(y), 10^{-4}, 1), \qquad z = y / u

    Ma, Ma, Liu, Fan and Luo, *Toward Fast, Flexible, and Robust Low-Light Image Enhancement*,
    CVPR 2022, https://arxiv.org/abs/2204.10137, eq. 1 and 2; :math:`F` is a residual block between
    two convolutions.  258 parameters with the default arguments.  The paper trains several stages
    of shared weights, with a net that calibrates their inputs; the first stage is what remains
    afterwards, and all that this class has.  Layer names are those of the authors' release.

    Args:
        channels: Width of the hidden layers.
        init_cfg: MMEngine's initialisation config.  The default is the authors': convolution
            weights from N(0, 0.02), those of the batch normalisation from N(1, 0.02).

    Example:
        >>> import torch
        >>> enhanced, curves = SCI()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 0, 48, 64]))
    """

    # One pixel a layer.
    receptive_field = 3

    def __init__(self, channels: int = 3, init_cfg: dict | list | None = None) -> None:
        super().__init__(
            init_cfg
            or [
                dict(type='Normal', layer='Conv2d', std=0.02),
                dict(type='Normal', layer='BatchNorm2d', mean=1, std=0.02),
            ]
        )
        self.enhance = nn.ModuleDict(
            dict(
                in_conv=nn.Sequential(nn.Conv2d(3, channels, 3, padding=1), nn.ReLU()),
                conv=nn.Sequential(
                    nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU()
                ),
                out_conv=nn.Sequential(nn.Conv2d(channels, 3, 3, padding=1), nn.Sigmoid()),
            )
        )
        self._register_load_state_dict_pre_hook(self._drop_training_only)

    def estimate_illumination(self, image: Tensor) -> Tensor:
        """Estimate the illumination in [0.0001, 1], (N, 3, H, W)."""
        features = self.enhance['in_conv'](image)
        features = features + self.enhance['conv'](features)
        return (image + self.enhance['out_conv'](features)).clamp(1e-4, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W).

        Raises:
            ValueError: If the input is not a batch of three-channel images.
        """
        return (image / self.estimate_illumination(image)).clamp(0, 1)

    @staticmethod
    def _drop_training_only(state_dict: dict, prefix: str, *_: object) -> None:
        unused = tuple(prefix + name for name in TRAINING_ONLY)
        for key in [key for key in state_dict if key.startswith(unused)]:
            del state_dict[key]
