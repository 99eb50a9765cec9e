"""Hooks, optimizer wrappers and storage for MMEngine's runner."""

from .atomic_backend import AtomicLocalBackend
from .hooks import (
    ClassOrderHook,
    CollapseHook,
    EnhancementVisualizationHook,
    FiniteTrainingHook,
    GeneratorCheckpointHook,
    MetricTableHook,
)
from .optim_wrappers import BFloat16OptimWrapper

__all__ = [
    'AtomicLocalBackend',
    'BFloat16OptimWrapper',
    'ClassOrderHook',
    'CollapseHook',
    'EnhancementVisualizationHook',
    'FiniteTrainingHook',
    'GeneratorCheckpointHook',
    'MetricTableHook',
]
