"""Fixed networks whose features the losses compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmcv.cnn import VGG
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights

from .frozen import Frozen
from .segmentor_config import read_segmentor_config

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Features(NamedTuple):
    """The features of an image that the losses compare.

    Attributes:
        style: Shallow maps for Gram matrices, one (N, C_l, H_l, W_l) a layer.
        content: A deep map for feature retention, (N, C, h, w).
    """

    style: tuple[Tensor, ...]
    content: Tensor


class FeatureExtractor(Frozen):
    """Base class: normalise, run the fixed network, pick layers.

    Args:
        network: The network.
        mean: Subtracted from values in [0, 1], or None.
        std: Divided by, or None.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        network: nn.Module,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
    ) -> None:
        super().__init__(network)
        self.normalizes = mean is not None
        self.register_buffer('mean', torch.tensor(mean or (0.0,)).view(1, -1, 1, 1), False)
        self.register_buffer('std', torch.tensor(std or (1.0,)).view(1, -1, 1, 1), False)

    def normalize(self, image: Tensor) -> Tensor:
        """Bring images in [0, 1], (N, 3, H, W), to the range the network was trained on."""
        return (image - self.mean) / self.std if self.normalizes else image

    def forward(self, image: Tensor) -> Features:
        """Compute all features of ``image``, RGB in [0, 1], (N, 3, H, W), in one pass."""
        raise NotImplementedError

    def style(self, image: Tensor) -> tuple[Tensor, ...]:
        """Compute the style layers alone (the network is left as early as it can be)."""
        return self(image).style

    def content(self, image: Tensor) -> Tensor:
        """Compute the content layer alone."""
        return self(image).content


@MODELS.register_module()
class VGG16Features(FeatureExtractor):
    """Features of an ImageNet VGG-16 (mmcv's), as in the paper.

    Deviation 7: the released code does not normalise with ImageNet's statistics, and neither does
    the default here; ``normalize=True`` does.

    Args:
        checkpoint: Path or URL of torchvision's VGG-16 weights.
        style_layers: Layers for Gram matrices, in order of depth.
        content_layer: Layer for feature retention, deeper than those.
        normalize: Normalise with ImageNet's mean and standard deviation.

    Raises:
        ValueError: If a layer is unknown, the order wrong, or the checkpoint does not fit.
        FileNotFoundError: If there is no such checkpoint.
    """

    network: nn.Sequential
    CONVS_PER_STAGE = VGG.arch_settings[16]

    def __init__(
        self,
        checkpoint: str,
        style_layers: Sequence[str] = ('relu1_2', 'relu2_2'),
        content_layer: str = 'relu4_3',
        normalize: bool = False,
    ) -> None:
        ends = [self._layer_end(name) for name in (*style_layers, content_layer)]
        if ends != sorted(ends):
            raise ValueError(
                'style_layers must be in order of depth and content_layer behind them,'
                f' got {tuple(style_layers)} and {content_layer!r}'
            )
        network = VGG(16).features[: ends[-1]]
        load_weights(_Named(network), checkpoint, 'feature_extractor.checkpoint')
        # Convolutions and pooling run faster so, on CPUs as on GPUs.
        network.to(memory_format=torch.channels_last)
        super().__init__(network, *((IMAGENET_MEAN, IMAGENET_STD) if normalize else ()))
        self.style_ends = ends[:-1]

    @classmethod
    def _layer_end(cls, name: str) -> int:
        """Position in ``VGG.features`` just behind a layer named ``relu<stage>_<conv>``."""
        position = 0
        for stage, convs in enumerate(cls.CONVS_PER_STAGE, start=1):
            for conv in range(1, convs + 1):
                position += 2
                if name == f'relu{stage}_{conv}':
                    return position
            position += 1
        raise ValueError(f'VGG-16 has no layer {name!r}; layers are relu1_1 to relu5_3')

    def style(self, image: Tensor) -> tuple[Tensor, ...]:
        """Compute the style layers alone."""
        x = self.normalize(image).contiguous(memory_format=torch.channels_last)
        start, maps = 0, []
        for end in self.style_ends:
            x = self.network[start:end](x)
            maps.append(x)
            start = end
        return tuple(maps)

    def forward(self, image: Tensor) -> Features:
        """Compute all features of ``image``, RGB in [0, 1], (N, 3, H, W), in one pass."""
        style = self.style(image)
        if not style:
            return Features(style, self.network(self.normalize(image)))
        return Features(style, self.network[self.style_ends[-1] :](style[-1]))


class _Named(nn.Module):
    """Gives VGG's layers the names that they have in a checkpoint."""

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features


@MODELS.register_module()
class BackboneFeatures(FeatureExtractor):
    """Features of any mmseg backbone, for instance the trained segmentor's own.

    Serves where ImageNet weights cannot be had.

    Args:
        config: A segmentor's config (path, ``'mmseg::…'`` name or dict), whose backbone, mean,
            standard deviation and channel order are taken; or a bare backbone's config, which
            then sees RGB normalised by ImageNet's statistics.
        checkpoint: Path or URL of a checkpoint that holds the backbone's weights.
        style_indices: Which outputs of the backbone serve for Gram matrices.
        content_index: Which output serves for feature retention.
        normalize: Normalise as above; False hands on values in [0, 1], as the released code hands
            them to VGG-16 (deviation 7).

    Raises:
        FileNotFoundError: If the config or the checkpoint is not there.
        ValueError: If the weights do not fit.
    """

    def __init__(
        self,
        config: str | dict,
        checkpoint: str,
        style_indices: Sequence[int] = (0,),
        content_index: int = -1,
        normalize: bool = True,
    ) -> None:
        model = read_segmentor_config(config, 'feature_extractor.config')
        with DefaultScope.overwrite_default_scope('mmseg'):
            network = MODELS.build(model.get('backbone', model))
        load_weights(network, checkpoint, 'feature_extractor.checkpoint', part='backbone')
        preprocessor = model.get('data_preprocessor') or {}
        if not normalize:
            super().__init__(network)
        elif 'backbone' in model:
            # Without a mean the segmentor sees values in [0, 255] as they are.
            mean = preprocessor.get('mean') or (0.0, 0.0, 0.0)
            std = preprocessor.get('std') or (1.0, 1.0, 1.0)
            super().__init__(network, [m / 255 for m in mean], [s / 255 for s in std])
        else:
            super().__init__(network, IMAGENET_MEAN, IMAGENET_STD)
        self.takes_rgb = 'backbone' not in model or bool(
            preprocessor.get('bgr_to_rgb') or preprocessor.get('rgb_to_bgr')
        )
        self.style_indices = tuple(style_indices)
        self.content_index = content_index

    def forward(self, image: Tensor) -> Features:
        """Compute all features of ``image``, RGB in [0, 1], (N, 3, H, W), in one pass."""
        maps = self.network(self.normalize(image if self.takes_rgb else image.flip(1)))
        return Features(tuple(maps[i] for i in self.style_indices), maps[self.content_index])
