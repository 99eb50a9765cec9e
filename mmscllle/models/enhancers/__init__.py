"""Networks that brighten an image, and baselines without weights."""

from .base import Enhancer, adapt_enhancer, make_engine
from .baselines import CLAHEEnhancer, GammaEnhancer, IdentityEnhancer
from .bilateral_grid_enhancer import BilateralGridEnhancer
from .building import EnhancerSource, build_enhancer, find_enhancer, load_enhancer
from .clip_lit import CLIPLIT
from .curve_enhancer import CurveEnhancer
from .dusk_night_enhancer import DuskNightEnhancer
from .iat import IAT
from .pair_lie import PairLIE
from .sci import SCI
from .tone_curves import apply_curves
from .zero_dce_plus_plus import ZeroDCEPlusPlus

__all__ = [
    'BilateralGridEnhancer',
    'CLAHEEnhancer',
    'CLIPLIT',
    'CurveEnhancer',
    'DuskNightEnhancer',
    'Enhancer',
    'EnhancerSource',
    'GammaEnhancer',
    'IAT',
    'IdentityEnhancer',
    'PairLIE',
    'SCI',
    'ZeroDCEPlusPlus',
    'adapt_enhancer',
    'apply_curves',
    'build_enhancer',
    'find_enhancer',
    'load_enhancer',
    'make_engine',
]
