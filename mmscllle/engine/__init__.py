"""What plugs into MMEngine's runner."""

from .hooks import EnhancementVisualizationHook
from .optim_wrappers import BFloat16OptimWrapper

__all__ = ['BFloat16OptimWrapper', 'EnhancementVisualizationHook']
