"""Metrics of enhanced images, with and without a reference."""

from .exposure_statistics import ExposureStatistics
from .image_quality import ImageQuality

__all__ = ['ExposureStatistics', 'ImageQuality']
