"""What the models learn from and are tested on."""
from . import transforms
from .camvid import CamVidDataset
from .low_light_image import LowLightImageDataset
from .numbered_sampler import NumberedSampler
from .unpaired_low_light import UnpairedLowLightDataset

__all__ = [
    'CamVidDataset', 'LowLightImageDataset', 'NumberedSampler', 'UnpairedLowLightDataset',
    'transforms'
]
