"""A pretrained mmseg segmentor that judges enhanced images and never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights

from .frozen import Frozen
from .segmentor_config import build_segmentor
from .segmentor_output import find_output

# mmseg takes a second to import: only where a segmentor is built.
if TYPE_CHECKING:
    from mmseg.models import BaseSegmentor, SegDataPreProcessor

# So small that the logarithm is finite, and a class without any mask is out of the question.
LEAST_PROBABILITY = 1e-6


@MODELS.register_module()
class FrozenSegmentor(Frozen):
    """Any mmseg segmentor, fixed, fed with RGB images in [0, 1].

    Mean, standard deviation and channel order are read from the segmentor's own data
    preprocessor.  Gradients flow through to the image.

    Args:
        config: Path, ``'mmseg::…'`` name or dict of the segmentor's config.
        checkpoint: Path or URL of its weights.
        num_classes: If given, the number of classes that the labels have; checked at build time.
        train_mode: Leave the segmentor in train mode, so that BatchNorm uses and accumulates the
            statistics of the enhanced images, as the released code does (deviation 2).
        gives: What the segmentor's head predicts: ``'logits'``, or as heads that classify masks do
            (MaskFormer, Mask2Former, SAN) ``'probabilities'`` summed over masks, which are brought
            to a sum of 1 and whose logarithms are the class scores.  None: found by the head.

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        ValueError: If the weights do not fit, the number of classes is not ``num_classes``, the
            segmentor is binary with a single output channel, or it is not known what its head
            gives.
    """

    network: BaseSegmentor
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        config: str | dict,
        checkpoint: str,
        num_classes: int | None = None,
        train_mode: bool = False,
        gives: str | None = None,
    ) -> None:
        network = build_segmentor(config, 'segmentor.config')
        found = network.num_classes
        if num_classes is not None and found != num_classes:
            raise ValueError(
                f'segmentor.num_classes is {num_classes}, but the model in '
                f'segmentor.config has {found} classes (decode_head.num_classes)'
            )
        if network.out_channels == 1:
            raise ValueError(
                'segmentor.config: a segmentor with a single output channel is not '
                'supported, give decode_head.out_channels=2'
            )
        gives = gives or find_output(network.decode_head)
        if gives not in ('logits', 'probabilities'):
            raise ValueError(f"segmentor.gives must be 'logits' or 'probabilities', got {gives!r}")
        meta = load_weights(
            network,
            checkpoint,
            'segmentor.checkpoint',
            f'Is decode_head.num_classes={found} of segmentor.config right for it?',
        )
        super().__init__(network)
        self.dataset_meta: dict = meta.get('dataset_meta', {})
        self.num_classes = found
        self.gives = gives
        if train_mode:
            network.train()
        self._read_preprocessor(network.data_preprocessor)

    def _read_preprocessor(self, preprocessor: SegDataPreProcessor) -> None:
        # mmseg's images are BGR on loading; either flag swaps the channels.  OpenMMLab's mmseg
        # keeps it without an underscore, OneDL's with one.
        self.takes_rgb = any(
            getattr(preprocessor, name, False)
            for name in ('channel_conversion', '_channel_conversion')
        )
        mean = std = None
        if getattr(preprocessor, '_enable_normalize', False):
            mean, std = preprocessor.mean, preprocessor.std
        self.register_buffer('mean', torch.zeros(3, 1, 1) if mean is None else mean.clone(), False)
        self.register_buffer('std', torch.ones(3, 1, 1) if std is None else std.clone(), False)

    def forward(self, image: Tensor) -> Tensor:
        """Segment.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            Class scores, (N, num_classes, H, W), whose softmax are probabilities.
        """
        x = image if self.takes_rgb else image.flip(1)
        x = (x * 255 - self.mean) / self.std
        size = tuple(image.shape[2:])
        meta = dict(img_shape=size, ori_shape=size, pad_shape=size, padding_size=[0, 0, 0, 0])
        scores = self.network.encode_decode(x, [meta] * len(x))
        if self.gives == 'logits':
            return scores
        # Resizing may go a little below zero.
        shares = scores.float().clamp_min(LEAST_PROBABILITY)
        return (shares / shares.sum(dim=1, keepdim=True)).log()

    def look(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Segment, and keep what the last layer of the head takes.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            Class scores as :meth:`forward` gives them, and features, (N, C, h, w).

        Raises:
            ValueError: If the head has no last layer ``conv_seg``.
        """
        head = self.network.decode_head
        head = head[-1] if isinstance(head, nn.ModuleList) else head
        layer = getattr(head, 'conv_seg', None)
        if not isinstance(layer, nn.Module):
            raise ValueError(
                f'segmentor.config: {type(head).__name__} has no layer conv_seg, so a term of its '
                'features cannot be had; set that term to None'
            )
        taken: list[Tensor] = []
        handle = layer.register_forward_pre_hook(lambda _, inputs: taken.append(inputs[0]))
        try:
            return self(image), taken[-1]
        finally:
            handle.remove()

    @torch.no_grad()
    def predict(self, image: Tensor) -> Tensor:
        """Class of each pixel of ``image``, RGB in [0, 1], (N, 3, H, W): int64, (N, H, W)."""
        mode = self.network.training
        # Looking must not change the statistics that train_mode accumulates.
        self.network.eval()
        try:
            return self(image).argmax(dim=1)
        finally:
            self.network.train(mode)
