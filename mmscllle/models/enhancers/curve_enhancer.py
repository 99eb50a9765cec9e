"""The curve-estimating enhancement network shared by Zero-DCE and SCL-LLE."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmscllle.inference import Engine
from mmscllle.registry import MODELS

from .base import Enhancer
from .eager_curve_network import EagerCurveNetwork
from .image_border import crop_border, replicate_border
from .tone_curves import apply_curves, reduce_image

# What the network takes for the pixels beyond the border of what it sees.
PADDING_MODES = ('zeros', 'replicate')


@MODELS.register_module()
class CurveEnhancer(Enhancer):
    """Seven 3x3 convolutions that estimate pixel-wise tone curves.

    Any image size, 79,416 parameters with the default arguments.  Layer names are those of the
    released checkpoints (``e_conv1`` ... ``e_conv7``), so these load without a conversion; so do
    checkpoints of models that hold an enhancer (``SCLLLE``, ``EnhancedSegmentor``).

    Args:
        channels: Width of the hidden layers.
        iterations: How often the curve is applied.
        downsample: Factor by which the fast mode reduces the image, along either side, for
            estimating the curves, which are then enlarged bilinearly (Zero-DCE++).  The weights
            are those of the exact mode.
        padding_mode: What lies beyond the border.  ``'zeros'``: every layer pads with zeros, as
            the released code does, which shows as a frame of other brightness, 7 pixels wide, in
            fast mode 7 times ``downsample``.  ``'replicate'``: the image goes on beyond its
            border like its outermost pixels, for all layers together; in fast mode the reduced
            image does.  Away from the border both are the same, for any weights.
        init_cfg: MMEngine's initialisation config.  The default draws convolution weights from
            N(0, 0.02) as the paper does; ``dict(type='Pretrained', checkpoint=...)`` loads a file.

    Raises:
        ValueError: If an argument has another value than these.

    Example:
        >>> enhanced, curves = CurveEnhancer()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 24, 48, 64]))
    """

    # One pixel a layer.
    receptive_field = 7
    modes = ('exact', 'fast')

    def __init__(
        self,
        channels: int = 32,
        iterations: int = 8,
        downsample: int = 8,
        padding_mode: str = 'zeros',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        if channels < 1 or iterations < 1:
            raise ValueError(
                'channels and iterations must be positive, '
                f'got channels={channels}, iterations={iterations}'
            )
        if not isinstance(downsample, int) or downsample < 2:
            raise ValueError(f'downsample must be an integer above 1, got {downsample!r}')
        if padding_mode not in PADDING_MODES:
            raise ValueError(
                f'padding_mode must be one of {", ".join(PADDING_MODES)}, got {padding_mode!r}'
            )
        self.iterations = iterations
        self.downsample = downsample
        # What is seen of the zeros beyond so many further pixels is cut off with these.
        self.margin = self.receptive_field if padding_mode == 'replicate' else 0
        self.e_conv1 = nn.Conv2d(3, channels, 3, padding=1)
        self.e_conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.e_conv3 = nn.Conv2d(channels, channels, 3, padding=1)
        self.e_conv4 = nn.Conv2d(channels, channels, 3, padding=1)
        self.e_conv5 = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.e_conv6 = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.e_conv7 = nn.Conv2d(2 * channels, 3 * iterations, 3, padding=1)

    def estimate_curves(self, image: Tensor) -> Tensor:
        """Estimate the curve parameters.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            ``r`` in [-1, 1], (N, 3 * iterations, H, W).
        """
        image = replicate_border(image, self.margin)
        if image.device.type == 'cpu':
            # oneDNN then converts no layer's input and output: 1.2 times as fast in training.
            image = image.contiguous(memory_format=torch.channels_last)
        x1 = self.e_conv1(image).relu()
        x2 = self.e_conv2(x1).relu()
        x3 = self.e_conv3(x2).relu()
        x4 = self.e_conv4(x3).relu()
        x5 = self.e_conv5(torch.cat((x3, x4), dim=1)).relu()
        x6 = self.e_conv6(torch.cat((x2, x5), dim=1)).relu()
        return crop_border(self.e_conv7(torch.cat((x1, x6), dim=1)).tanh(), self.margin)

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
        return self._enhance(image, 1)

    def forward_fast(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance a batch with curves that are estimated at reduced size.

        They are (N, 3 * iterations, ceil(H / downsample), ceil(W / downsample)); the rest is as
        :meth:`forward` has it.
        """
        return self._enhance(image, self.downsample)

    def _enhance(self, image: Tensor, downsample: int) -> tuple[Tensor, Tensor]:
        curves = self.estimate_curves(reduce_image(image, downsample))
        return apply_curves(image, curves, downsample), curves

    def make_engine(
        self,
        device: str | torch.device = 'cpu',
        precision: str = 'float32',
        fast: bool = False,
        tile: int | None = None,
        compile: bool = False,
    ) -> Engine:
        """Make the engine of tone curves; see :meth:`Enhancer.make_engine`."""
        # Not at the top: the engine uses this class.
        from mmscllle.inference.curve_engine import CurveEngine

        return CurveEngine(self, device, precision, fast, tile, compile)

    def as_released(self) -> nn.Module:
        """The network in the authors' operations; see :meth:`Enhancer.as_released`."""
        return EagerCurveNetwork(self)
