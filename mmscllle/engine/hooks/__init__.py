"""Hooks of MMEngine's runner."""

from .averaged_weights_hook import AveragedWeightsHook
from .class_order_hook import ClassOrderHook
from .collapse_hook import CollapseHook
from .enhancement_visualization_hook import EnhancementVisualizationHook
from .finite_training_hook import FiniteTrainingHook
from .generator_checkpoint_hook import GeneratorCheckpointHook
from .label_range_hook import LabelRangeHook
from .metric_table_hook import MetricTableHook
from .pipeline_hook import PipelineHook
from .safe_checkpoint_hook import SafeCheckpointHook

__all__ = [
    'AveragedWeightsHook',
    'ClassOrderHook',
    'CollapseHook',
    'EnhancementVisualizationHook',
    'FiniteTrainingHook',
    'GeneratorCheckpointHook',
    'LabelRangeHook',
    'MetricTableHook',
    'PipelineHook',
    'SafeCheckpointHook',
]
