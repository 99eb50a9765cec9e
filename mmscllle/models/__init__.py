"""The method: enhancers, losses, the objective, and the models that the runner trains."""
from . import losses
from .data_preprocessor import EnhanceDataPreprocessor
from .enhanced_segmentor import EnhancedSegmentor
from .enhancer_generator import EnhancerGenerator
from .enhancers import (
    CLIPLIT,
    IAT,
    SCI,
    CLAHEEnhancer,
    CurveEnhancer,
    GammaEnhancer,
    IdentityEnhancer,
    PairLIE,
    ZeroDCEPlusPlus,
)
from .feature_extractors import BackboneFeatures, VGG16Features
from .frozen_segmentor import FrozenSegmentor
from .scl_lle import SCLLLE
from .scl_lle_objective import SCLLLEObjective

__all__ = [
    'CLIPLIT', 'IAT', 'SCI', 'SCLLLE', 'BackboneFeatures', 'CLAHEEnhancer', 'CurveEnhancer',
    'EnhanceDataPreprocessor', 'EnhancedSegmentor', 'EnhancerGenerator', 'FrozenSegmentor',
    'GammaEnhancer', 'IdentityEnhancer', 'PairLIE', 'SCLLLEObjective', 'VGG16Features',
    'ZeroDCEPlusPlus', 'losses'
]
