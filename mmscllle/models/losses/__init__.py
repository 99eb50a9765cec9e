"""The seven terms of SCL-LLE, each a pure function and a thin registered module, and others."""

from .color_constancy import ColorConstancyLoss
from .contrastive import ContrastiveLoss
from .cross_exposure import CrossExposureLoss
from .fast_consistency import FastConsistencyLoss
from .feature_retention import FeatureRetentionLoss
from .illumination_smoothness import IlluminationSmoothnessLoss
from .perceptual_retention import PerceptualRetentionLoss
from .reconstruction import ReconstructionLoss
from .self_correlation import SelfCorrelationLoss
from .semantic_brightness_consistency import SemanticBrightnessConsistencyLoss
from .semantic_cross_entropy import SemanticCrossEntropyLoss

__all__ = [
    'ColorConstancyLoss',
    'ContrastiveLoss',
    'CrossExposureLoss',
    'FastConsistencyLoss',
    'FeatureRetentionLoss',
    'IlluminationSmoothnessLoss',
    'PerceptualRetentionLoss',
    'ReconstructionLoss',
    'SelfCorrelationLoss',
    'SemanticBrightnessConsistencyLoss',
    'SemanticCrossEntropyLoss',
]
