"""Transforms for mmcv's and mmseg's pipelines."""
from .check_niqe_size import CheckNIQESize
from .loading import LoadImage, LoadLabelMap, LoadReference, LoadSecondShot
from .packing import PackEnhanceInputs, PackTripletInputs
from .synthesize_exposure import SynthesizeExposure
from .synthesize_low_light import SynthesizeLowLight

__all__ = [
    'CheckNIQESize', 'LoadImage', 'LoadLabelMap', 'LoadReference', 'LoadSecondShot',
    'PackEnhanceInputs', 'PackTripletInputs', 'SynthesizeExposure', 'SynthesizeLowLight'
]
