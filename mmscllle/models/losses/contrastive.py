"""Pull the enhanced image towards normal light, push it from wrong exposures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from mmscllle.registry import MODELS

from .precision import at_least_float32

if TYPE_CHECKING:
    from mmscllle.models.feature_extractors import FeatureExtractor


def brightness_distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference of channel-mean images (paper, eq. 3).

    Args:
        a: Images, (N, C, H, W).
        b: Images, (N, C, H, W).

    Returns:
        One distance an image, (N,).
    """
    a, b = at_least_float32(a), at_least_float32(b)
    return (a.mean(dim=1) - b.mean(dim=1)).abs().flatten(1).mean(dim=1)


def gram_matrix(features: Tensor) -> Tensor:
    r"""Gram matrix :math:`F F^T / (C H W)` (Gatys et al., CVPR 2016), summed in float32.

    Args:
        features: (N, C, H, W).

    Returns:
        (N, C, C).
    """
    n, c, h, w = features.shape
    with torch.autocast(features.device.type, enabled=False):
        flat = at_least_float32(features).reshape(n, c, h * w)
        return flat @ flat.transpose(1, 2) / (c * h * w)


def gram_matrices(features: Sequence[Tensor]) -> list[Tensor]:
    """The Gram matrix of each layer's features."""
    return [gram_matrix(layer) for layer in features]


def gram_distance(a: Sequence[Tensor], b: Sequence[Tensor]) -> Tensor:
    """Sum of squared differences of Gram matrices over all layers (paper, eq. 4).

    Args:
        a: Gram matrices, one (N, C_l, C_l) a layer.
        b: Gram matrices of the same layers.

    Returns:
        One distance an image, (N,).

    Raises:
        ValueError: If the two have different numbers of layers.
    """
    if len(a) != len(b):
        raise ValueError(f'both images need features of the same layers, got {len(a)} and {len(b)}')
    return torch.stack([(x - y).pow(2).sum(dim=(1, 2)) for x, y in zip(a, b, strict=True)]).sum(
        dim=0
    )


def triplet_hinge(to_positive: Tensor, to_negative: Tensor, margin: float) -> Tensor:
    """``max(d(anchor, positive) - d(anchor, negative) + margin, 0)``, element by element."""
    return (to_positive - to_negative + margin).clamp(min=0)


@MODELS.register_module()
class ContrastiveLoss(nn.Module):
    r"""Triplet hinge between the enhanced image, a positive and a negative.

    .. math:: \max(d(I_H, I_P) - d(I_H, I_N) + m, 0)

    Args:
        distance: ``'brightness'`` (the paper's margin is 0.3) or ``'gram'``, the distance of
            colour Gram matrices (0.04).
        margin: ``m``.
        loss_weight: Factor of the result.
        feature_extractor: For ``'gram'``: config or module that turns images into features
            (see :class:`VGG16Features`).  Without one the inputs of ``forward`` are the features
            themselves, a sequence of (N, C_l, H_l, W_l), so that a model computes them once.
        reference_form: Hinge on the batch as the released code does (deviation 4): brightness
            averaged, Gram distances summed over the batch, then one hinge.  The default is a
            hinge for each triplet, then the mean, so that a batch means what its images mean.

    Example:
        >>> loss = ContrastiveLoss(margin=0.3, loss_weight=10.)
        >>> grey, black = torch.full((1, 3, 8, 8), 0.5), torch.zeros(1, 3, 8, 8)
        >>> loss(grey, grey, black)
        tensor(0.)
    """

    def __init__(
        self,
        distance: str = 'brightness',
        margin: float = 0.3,
        loss_weight: float = 1.0,
        feature_extractor: dict | FeatureExtractor | None = None,
        reference_form: bool = False,
    ) -> None:
        super().__init__()
        if distance not in ('brightness', 'gram'):
            raise ValueError(f"distance must be 'brightness' or 'gram', got {distance!r}")
        if distance == 'brightness' and feature_extractor is not None:
            raise ValueError("feature_extractor is only used by distance='gram'")
        self.distance = distance
        self.margin = margin
        self.loss_weight = loss_weight
        self.reference_form = reference_form
        self.feature_extractor: FeatureExtractor | None = (
            MODELS.build(feature_extractor)
            if isinstance(feature_extractor, dict)
            else feature_extractor
        )

    def compared_values(self, image: Tensor | Sequence[Tensor]) -> Tensor | Sequence[Tensor]:
        """The values that the distance compares: the image, or Gram matrices of its features."""
        if self.distance == 'brightness':
            return image
        if isinstance(image, Tensor):
            if self.feature_extractor is None:
                raise ValueError(
                    "ContrastiveLoss(distance='gram') without a feature_extractor "
                    'takes a sequence of feature maps, got a tensor of shape '
                    f'{tuple(image.shape)}'
                )
            image = self.feature_extractor.style(image)
        return gram_matrices(image)

    def forward(
        self,
        enhanced: Tensor | Sequence[Tensor],
        positive: Tensor | Sequence[Tensor],
        negative: Tensor | Sequence[Tensor],
    ) -> Tensor:
        """Compute the loss.

        Args:
            enhanced: The anchor, RGB in [0, 1], (N, 3, H, W), or its features.
            positive: Normal-light images of the same shape, or their features.
            negative: Over- or under-exposed images of the same shape, or their features.

        Returns:
            Scalar.
        """
        distance: Callable[..., Tensor] = (
            gram_distance if self.distance == 'gram' else brightness_distance
        )
        anchor = self.compared_values(enhanced)
        to_positive = distance(anchor, self.compared_values(positive))
        to_negative = distance(anchor, self.compared_values(negative))
        if self.reference_form:
            reduce = torch.sum if self.distance == 'gram' else torch.mean
            to_positive, to_negative = reduce(to_positive), reduce(to_negative)
        return self.loss_weight * triplet_hinge(to_positive, to_negative, self.margin).mean()
