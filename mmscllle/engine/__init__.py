"""What plugs into MMEngine's runner."""

from .hooks import EnhancementVisualizationHook, GeneratorCheckpointHook, MetricTableHook
from .optim_wrappers import BFloat16OptimWrapper

__all__ = [
    'BFloat16OptimWrapper', 'EnhancementVisualizationHook', 'GeneratorCheckpointHook',
    'MetricTableHook'
]
