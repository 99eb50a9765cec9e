"""Data sets, samplers and transforms for training and testing."""

from . import transforms
from .acdc import ACDCDataset
from .camvid import CamVidDataset
from .exposure_stack import ExposureStackDataset
from .low_light_image import LowLightImageDataset
from .night_city import NightCityDataset
from .night_street import NightStreetDataset
from .numbered_sampler import NumberedSampler
from .unpaired_low_light import UnpairedLowLightDataset

__all__ = [
    'ACDCDataset',
    'CamVidDataset',
    'ExposureStackDataset',
    'LowLightImageDataset',
    'NightCityDataset',
    'NightStreetDataset',
    'NumberedSampler',
    'UnpairedLowLightDataset',
    'transforms',
]
