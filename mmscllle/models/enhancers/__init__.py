"""Networks that brighten an image, and baselines without weights."""
from .baselines import CLAHEEnhancer, GammaEnhancer, IdentityEnhancer
from .curve_enhancer import CurveEnhancer
from .tone_curves import apply_curves

__all__ = [
    'CLAHEEnhancer', 'CurveEnhancer', 'GammaEnhancer', 'IdentityEnhancer', 'apply_curves'
]
