"""Hooks of MMEngine's runner."""

from .enhancement_visualization_hook import EnhancementVisualizationHook

__all__ = ['EnhancementVisualizationHook']
