"""Transforms for mmcv's and mmseg's pipelines."""

from .add_sensor_noise import AddSensorNoise
from .check_niqe_size import CheckNIQESize
from .class_mix import ClassMix
from .compress_jpeg import CompressJPEG
from .darken_as_stack import DarkenAsStack
from .enhance import Enhance
from .fourier_amplitude_transfer import FourierAmplitudeTransfer
from .keep_well_exposed import KeepWellExposed
from .loading import LoadImage, LoadLabelMap, LoadReference, LoadSecondShot
from .match_quantiles import MatchQuantiles
from .packing import PackEnhanceInputs, PackTripletInputs
from .random_square_crop import RandomSquareCrop
from .synthesize_exposure import SynthesizeExposure
from .synthesize_low_key import SynthesizeLowKey
from .synthesize_low_light import SynthesizeLowLight
from .synthesize_night import SynthesizeNight
from .synthesize_under_exposure import SynthesizeUnderExposure
from .take_as_reference import TakeAsReference
from .take_as_second_shot import TakeAsSecondShot
from .without_pseudo_labels import WithoutPseudoLabels

__all__ = [
    'AddSensorNoise',
    'CheckNIQESize',
    'ClassMix',
    'CompressJPEG',
    'DarkenAsStack',
    'Enhance',
    'FourierAmplitudeTransfer',
    'KeepWellExposed',
    'LoadImage',
    'LoadLabelMap',
    'LoadReference',
    'LoadSecondShot',
    'MatchQuantiles',
    'PackEnhanceInputs',
    'PackTripletInputs',
    'RandomSquareCrop',
    'SynthesizeExposure',
    'SynthesizeLowKey',
    'SynthesizeLowLight',
    'SynthesizeNight',
    'SynthesizeUnderExposure',
    'TakeAsReference',
    'TakeAsSecondShot',
    'WithoutPseudoLabels',
]
