"""The method: enhancers, losses, the objective, and the models that the runner trains.

Each part is imported when it is first asked for, here or by its name in a config: a photograph is
enhanced without mmseg.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import losses
    from .data_preprocessor import EnhanceDataPreprocessor
    from .enhanced_segmentor import EnhancedSegmentor
    from .enhancer_generator import EnhancerGenerator
    from .enhancers import (
        CLIPLIT,
        IAT,
        SCI,
        BilateralGridEnhancer,
        CLAHEEnhancer,
        CurveEnhancer,
        DuskNightEnhancer,
        GammaEnhancer,
        IdentityEnhancer,
        PairLIE,
        ZeroDCEPlusPlus,
    )
    from .feature_extractors import BackboneFeatures, VGG16Features
    from .frozen_segmentor import FrozenSegmentor
    from .scl_lle import SCLLLE
    from .scl_lle_objective import SCLLLEObjective

# The module of each part that has a name of its own in the registry, beside the losses.
PLACES = {
    'EnhanceDataPreprocessor': 'data_preprocessor',
    'EnhancedSegmentor': 'enhanced_segmentor',
    'EnhancerGenerator': 'enhancer_generator',
    'BilateralGridEnhancer': 'enhancers',
    'CLAHEEnhancer': 'enhancers',
    'CLIPLIT': 'enhancers',
    'CurveEnhancer': 'enhancers',
    'DuskNightEnhancer': 'enhancers',
    'GammaEnhancer': 'enhancers',
    'IAT': 'enhancers',
    'IdentityEnhancer': 'enhancers',
    'PairLIE': 'enhancers',
    'SCI': 'enhancers',
    'ZeroDCEPlusPlus': 'enhancers',
    'BackboneFeatures': 'feature_extractors',
    'VGG16Features': 'feature_extractors',
    'FrozenSegmentor': 'frozen_segmentor',
    'SCLLLE': 'scl_lle',
    'SCLLLEObjective': 'scl_lle_objective',
}
__all__ = [
    'CLIPLIT',
    'IAT',
    'SCI',
    'SCLLLE',
    'BackboneFeatures',
    'BilateralGridEnhancer',
    'CLAHEEnhancer',
    'CurveEnhancer',
    'DuskNightEnhancer',
    'EnhanceDataPreprocessor',
    'EnhancedSegmentor',
    'EnhancerGenerator',
    'FrozenSegmentor',
    'GammaEnhancer',
    'IdentityEnhancer',
    'PairLIE',
    'SCLLLEObjective',
    'VGG16Features',
    'ZeroDCEPlusPlus',
    'losses',
]


def __getattr__(name: str) -> Any:
    if name == 'losses':
        return import_module('.losses', __name__)
    if name not in PLACES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'.{PLACES[name]}', __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
