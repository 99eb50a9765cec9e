"""What plugs into MMEngine's runner."""

from .hooks import EnhancementVisualizationHook

__all__ = ['EnhancementVisualizationHook']
