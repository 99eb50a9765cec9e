"""Enhance video: files and cameras."""

from .brightness import BrightnessStabilizer
from .camera import enhance_camera
from .comparison import Comparison
from .enhance_file import VideoReport, enhance_video
from .files import VIDEO_SUFFIXES, create_video, is_video, open_video, result_path
from .frame import Frame, VideoFormat
from .frame_enhancer import FrameEnhancer

__all__ = [
    'VIDEO_SUFFIXES',
    'BrightnessStabilizer',
    'Comparison',
    'Frame',
    'FrameEnhancer',
    'VideoFormat',
    'VideoReport',
    'create_video',
    'enhance_camera',
    'enhance_video',
    'is_video',
    'open_video',
    'result_path',
]
