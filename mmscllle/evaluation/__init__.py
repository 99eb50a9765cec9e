"""Metrics of enhanced images, with and without a reference."""

from .exposure_statistics import ExposureStatistics
from .image_quality import ImageQuality
from .niqe import NIQE
from .noise import NoiseLevel

__all__ = ['NIQE', 'ExposureStatistics', 'ImageQuality', 'NoiseLevel']
