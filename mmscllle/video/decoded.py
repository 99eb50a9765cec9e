"""What a decoded frame and its stream say of size, rate and way up, and what is lost of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .frame import VideoFormat

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream


def read_format(stream: VideoStream, frame: VideoFrame) -> VideoFormat:
    """What the upright frames of a stream, of which one is given, have in common."""
    context = stream.codec_context
    height, width = frame.height, frame.width
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if quarters(frame) % 2:
        height, width, aspect = width, height, 1 / aspect
    colour = (
        int(context.colorspace),
        int(context.color_primaries),
        int(context.color_trc),
        int(context.color_range),
    )
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return VideoFormat(height, width, rate, stream.time_base, aspect, colour)


def quarters(frame: VideoFrame) -> int:
    """How many quarter turns, counter-clockwise, make a frame upright."""
    return round(frame.rotation / 90) % 4


def is_mirrored(frame: VideoFrame) -> bool:
    """Whether a frame is to be put upside down before it is turned."""
    matrix = side_data(frame).get('DISPLAYMATRIX')
    if matrix is None:
        return False
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    return a * d < b * c


def side_data(frame: VideoFrame) -> Mapping[Any, Any]:
    """What comes with a frame; nothing where PyAV does not know a kind of it."""
    try:
        return frame.side_data
    except ValueError:
        return {}


def describe_losses(stream: VideoStream, frame: VideoFrame) -> list[str]:
    """Say what upright frames of 8-bit RGB do not keep."""
    notes = []
    parts = frame.format.components
    # VP8 and VP9 have it in a stream of its own, which is not decoded.
    if any(part.is_alpha for part in parts) or stream.metadata.get('alpha_mode') == '1':
        notes.append('its transparency is not kept')
    bits = max(part.bits for part in parts)
    if bits > 8:
        notes.append(f'its {bits} bits a colour become 8')
    if frame.rotation and not side_data(frame):
        notes.append('it is turned; whether it is to be mirrored, too, cannot be read')
    return notes
