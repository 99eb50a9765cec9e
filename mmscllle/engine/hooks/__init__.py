"""Hooks of MMEngine's runner."""

from .enhancement_visualization_hook import EnhancementVisualizationHook
from .finite_training_hook import FiniteTrainingHook
from .fitting_checkpoint_hook import FittingCheckpointHook
from .generator_checkpoint_hook import GeneratorCheckpointHook
from .metric_table_hook import MetricTableHook

__all__ = [
    'EnhancementVisualizationHook', 'FiniteTrainingHook', 'FittingCheckpointHook',
    'GeneratorCheckpointHook', 'MetricTableHook'
]
