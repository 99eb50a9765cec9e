"""A pretrained mmseg segmentor that judges enhanced images and never changes."""
from __future__ import annotations

from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict
from mmengine.hub import get_config
from mmengine.registry import DefaultScope
from mmseg.models import BaseSegmentor
from torch import Tensor, nn

from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights

from .frozen import Frozen


def read_segmentor_config(config: str | dict, key: str) -> ConfigDict:
    """Find the model part of an mmseg config.

    Args:
        config: Path of a config file, a name such as ``'mmseg::pspnet/….py'``, a whole config as
            a dict, or its ``model`` part.
        key: The config key that names it, for error messages.

    Returns:
        The model's config.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If ``config`` is neither a string nor a dict.
        ValueError: If no model is in it.
    """
    if isinstance(config, str):
        if '::' in config:
            config = get_config(config)
        elif Path(config).is_file():
            config = Config.fromfile(config)
        else:
            raise FileNotFoundError(f'{key}: there is no config file {config!r}; an installed '
                                    "package's config is written 'mmseg::folder/name.py'")
    elif not isinstance(config, dict):
        raise TypeError(f'{key} must be a path, a name or a dict, got {type(config).__name__}')
    model = config.get('model', config)
    if 'type' not in model:
        raise ValueError(f'{key} holds no model: neither `model` nor `type` is in it')
    return ConfigDict(model)


def build_segmentor(config: str | dict, key: str) -> BaseSegmentor:
    """Build an mmseg segmentor without its weights.

    Args:
        config: See :func:`read_segmentor_config`.
        key: The config key that names it, for error messages.

    Returns:
        The segmentor, in the state its constructor leaves it.

    Raises:
        ValueError: If the model is no mmseg segmentor.
    """
    model = read_segmentor_config(config, key).copy()
    model.setdefault('_scope_', 'mmseg')
    with DefaultScope.overwrite_default_scope('mmseg'):
        network = MODELS.build(model)
    if not isinstance(network, BaseSegmentor):
        raise ValueError(f'{key} must be an mmseg segmentor, got {type(network).__name__}')
    return network


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

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        ValueError: If the weights do not fit, the number of classes is not ``num_classes``, or
            the segmentor is binary with a single output channel.
    """

    def __init__(self,
                 config: str | dict,
                 checkpoint: str,
                 num_classes: int | None = None,
                 train_mode: bool = False) -> None:
        network = build_segmentor(config, 'segmentor.config')
        found = network.num_classes
        if num_classes is not None and found != num_classes:
            raise ValueError(f'segmentor.num_classes is {num_classes}, but the model in '
                             f'segmentor.config has {found} classes (decode_head.num_classes)')
        if network.out_channels == 1:
            raise ValueError('segmentor.config: a segmentor with a single output channel is not '
                             'supported, give decode_head.out_channels=2')
        meta = load_weights(
            network, checkpoint, 'segmentor.checkpoint',
            f'Is decode_head.num_classes={found} of segmentor.config right for it?')
        super().__init__(network)
        self.dataset_meta: dict = meta.get('dataset_meta', {})
        self.num_classes = found
        if train_mode:
            network.train()
        self._read_preprocessor(network.data_preprocessor)

    def _read_preprocessor(self, preprocessor: nn.Module) -> None:
        # mmseg's images are BGR on loading; either flag swaps the channels.  OpenMMLab's mmseg
        # keeps it without an underscore, OneDL's with one.
        self.takes_rgb = any(getattr(preprocessor, name, False)
                             for name in ('channel_conversion', '_channel_conversion'))
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
            Class scores, (N, num_classes, H, W).
        """
        x = image if self.takes_rgb else image.flip(1)
        x = (x * 255 - self.mean) / self.std
        size = tuple(image.shape[2:])
        meta = dict(img_shape=size, ori_shape=size, pad_shape=size, padding_size=[0, 0, 0, 0])
        return self.network.encode_decode(x, [meta] * len(x))

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
