"""Keep what a recognition network sees in the low-light image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn.functional import mse_loss

from mmscllle.registry import MODELS

from .precision import at_least_float32

if TYPE_CHECKING:
    from mmscllle.models.feature_extractors import FeatureExtractor


@MODELS.register_module()
class FeatureRetentionLoss(nn.Module):
    """Mean squared difference of deep features before and after enhancement (paper, eq. 7).

    Args:
        loss_weight: Factor of the result.
        feature_extractor: Config or module that turns images into features (see
            :class:`VGG16Features`; the paper uses VGG-16 relu4_3).  Without one the inputs of
            ``forward`` are the features themselves, so that a model computes them once.
    """

    def __init__(
        self, loss_weight: float = 1.0, feature_extractor: dict | FeatureExtractor | None = None
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.feature_extractor: FeatureExtractor | None = (
            MODELS.build(feature_extractor)
            if isinstance(feature_extractor, dict)
            else feature_extractor
        )

    @property
    def takes(self) -> tuple[str, str]:
        """The names that ``forward`` takes from an objective: of images, or of their features."""
        if self.feature_extractor is not None:
            return 'low', 'enhanced'
        return 'low_content', 'enhanced_content'

    def forward(self, low: Tensor, enhanced: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            low: The low-light image, RGB in [0, 1], (N, 3, H, W), or its features (N, C, h, w).
            enhanced: The enhanced image, or its features.

        Returns:
            Scalar.
        """
        if self.feature_extractor is not None:
            low = self.feature_extractor.content(low)
            enhanced = self.feature_extractor.content(enhanced)
        return self.loss_weight * mse_loss(at_least_float32(enhanced), at_least_float32(low))
