"""Networks that brighten an image, and baselines without weights."""
from .base import Enhancer, adapt_enhancer, make_engine
from .baselines import CLAHEEnhancer, GammaEnhancer, IdentityEnhancer
from .curve_enhancer import CurveEnhancer
from .tone_curves import apply_curves

__all__ = [
    'CLAHEEnhancer', 'CurveEnhancer', 'Enhancer', 'GammaEnhancer', 'IdentityEnhancer',
    'adapt_enhancer', 'apply_curves', 'make_engine'
]
