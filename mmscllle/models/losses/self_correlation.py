"""A segmentor should see the same things alike in the enhanced image and in the day one."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmscllle.models.presence import is_there
from mmscllle.registry import MODELS

from .precision import at_least_float32


def self_correlation(features: Tensor, size: tuple[int, int]) -> Tensor:
    r"""How alike the features of each two places are: their cosine.

    .. math:: S_{ij} = \frac{f_i \cdot f_j}{|f_i| |f_j|}

    Args:
        features: (N, C, h, w).
        size: Rows and columns of places, to which the features are averaged.

    Returns:
        In [-1, 1], (N, P, P), with P rows times columns.
    """
    places = functional.adaptive_avg_pool2d(at_least_float32(features), size).flatten(2)
    places = functional.normalize(places, dim=1)
    return torch.bmm(places.transpose(1, 2), places)


@MODELS.register_module()
class SelfCorrelationLoss(nn.Module):
    r"""Distance of self-correlation maps of a fixed segmentor's features.

    .. math:: \frac{1}{P^2} \sum_{ij} |S_{ij}(I_H) - S_{ij}(I_R)|

    The features may change with the light as long as what is alike stays alike (Luo et al.,
    *Similarity Min-Max: Zero-Shot Day-Night Domain Adaptation*, ICCV 2023, compare similarities
    for the same reason; self-correlation of features is from Zheng et al., *The Spatially-
    Correlative Loss for Various Image Translation Tasks*, CVPR 2021).  Not one of the paper's
    terms.

    Args:
        loss_weight: Factor of the result.
        size: Rows and columns of places that are compared.
    """

    takes = ('features', 'reference_features', 'reference')

    def __init__(self, loss_weight: float = 1.0, size: tuple[int, int] = (16, 16)) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        if len(size) != 2 or min(size) < 1:
            raise ValueError(f'size must be two positive numbers, got {size}')
        # Configs may give a list.
        self.size = (size[0], size[1])

    def forward(self, features: Tensor, reference_features: Tensor, reference: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            features: The segmentor's of the enhanced image, (N, C, h, w).
            reference_features: Its features of the reference, of the same shape.
            reference: RGB in [0, 1], (N, 3, H, W); a black image stands for none.

        Returns:
            Scalar: the sum over the images that have a reference, divided by N.
        """
        own, other = (self_correlation(each, self.size) for each in (features, reference_features))
        distances = (own - other).abs().flatten(1).mean(dim=1)
        return self.loss_weight * (distances * is_there(reference)).mean()
