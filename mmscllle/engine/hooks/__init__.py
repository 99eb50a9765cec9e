"""Hooks of MMEngine's runner."""

from .averaged_weights_hook import AveragedWeightsHook
from .enhancement_visualization_hook import EnhancementVisualizationHook
from .finite_training_hook import FiniteTrainingHook
from .generator_checkpoint_hook import GeneratorCheckpointHook
from .metric_table_hook import MetricTableHook
from .safe_checkpoint_hook import SafeCheckpointHook

__all__ = [
    'AveragedWeightsHook',
    'EnhancementVisualizationHook',
    'FiniteTrainingHook',
    'GeneratorCheckpointHook',
    'MetricTableHook',
    'SafeCheckpointHook',
]
