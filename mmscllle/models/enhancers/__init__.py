"""Networks that brighten an image."""
from .curve_enhancer import CurveEnhancer, apply_curves

__all__ = ['CurveEnhancer', 'apply_curves']
