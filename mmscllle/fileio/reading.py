"""Read a photograph from a file, a URL or a Pillow image."""
from __future__ import annotations

import os
import struct
import threading
import zlib
from contextlib import contextmanager
from io import BytesIO
from typing import Iterator

import cv2
import numpy as np
from mmengine import fileio
from PIL import ExifTags, Image, UnidentifiedImageError

from .modes import read_pixels, upright
from .photograph import Photograph, swap_red_and_blue

# Above the 200 megapixels of today's largest phone cameras.
MAX_PIXELS = 2**28
# Not every format that Pillow knows: some start other programs (EPS), some hold no photographs.
FORMATS = ('JPEG', 'PNG', 'WEBP', 'TIFF', 'GIF', 'BMP', 'DIB', 'PPM', 'TGA', 'AVIF', 'MPO')
ANIMATED = ('GIF', 'WEBP', 'PNG', 'AVIF')
# What Pillow and OpenCV raise for damaged files.
DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError,
           OverflowError, RuntimeError, MemoryError, struct.error, zlib.error, cv2.error)
# The EXIF tags of a TIFF that describe the photograph, not the layout of the file.
DESCRIPTIVE = (
    ExifTags.Base.ImageDescription, ExifTags.Base.Make, ExifTags.Base.Model,
    ExifTags.Base.Software, ExifTags.Base.DateTime, ExifTags.Base.Artist,
    ExifTags.Base.Copyright, ExifTags.Base.ExifOffset, ExifTags.Base.GPSInfo)


def read_photograph(source: str | os.PathLike | Image.Image,
                    max_pixels: int | None = MAX_PIXELS) -> Photograph:
    """Read a photograph.

    It comes upright (the EXIF orientation is applied and reset) in the depth of the file: 16-bit
    PNG, TIFF and PPM as uint16. Of a JPEG with several pictures (MPO) the first one is read.

    Args:
        source: A path, a URL that MMEngine's file backends know, or a Pillow image.
        max_pixels: A file that claims more pixels, all frames together, is refused before it is
            decoded; None: no limit.

    Returns:
        The photograph, with its file's format, ICC profile, EXIF data, resolution and timing.

    Raises:
        OSError: If the file is missing, unreadable, empty, damaged or no image; it names the file
            and the reason.
        ValueError: If it has more than ``max_pixels`` pixels, several pages, or pixels whose range
            of values is unknown.
    """
    if isinstance(source, Image.Image):
        return _decode(source, None, repr(source), max_pixels)
    name = os.fspath(source)
    content = fileio.get(name)
    if not content:
        raise OSError(f'{name!r} is an empty file')
    with _no_limit_of_pillow():
        try:
            picture = Image.open(BytesIO(content), formats=[f for f in FORMATS if _known(f)])
        except UnidentifiedImageError as error:
            raise OSError(f'{name!r} is no image in a format that can be read '
                          f'({", ".join(FORMATS)}), or it is damaged') from error
        except DAMAGED as error:
            raise OSError(f'{name!r} is a damaged image: {error}') from error
        with picture:
            return _decode(picture, content, name, max_pixels)


def _known(name: str) -> bool:
    """Whether this Pillow reads the format."""
    Image.init()
    return name in Image.OPEN


def _decode(picture: Image.Image, content: bytes | None, name: str,
            max_pixels: int | None) -> Photograph:
    frames = getattr(picture, 'n_frames', 1) if picture.format in (*ANIMATED, 'TIFF') else 1
    _check_pixels(picture, frames, name, max_pixels)
    if frames > 1 and picture.format == 'TIFF':
        raise ValueError(f'{name!r} has {frames} pages; split it into files of one page')
    try:
        if frames > 1:
            return _read_animation(picture, frames)
        return _read_still(picture, content)
    except ValueError as error:
        raise ValueError(f'{name!r} cannot be enhanced: {error}') from error
    except DAMAGED as error:
        raise OSError(f'{name!r} is damaged or cut off: {error}') from error


def _check_pixels(picture: Image.Image, frames: int, name: str, max_pixels: int | None) -> None:
    pixels = picture.width * picture.height * frames
    if max_pixels is not None and pixels > max_pixels:
        times = f' x {frames} frames' if frames > 1 else ''
        raise ValueError(
            f'{name!r} claims {picture.width} x {picture.height}{times} = {pixels:,} pixels, more '
            f'than max_pixels={max_pixels:,}; a small file that claims so many may be a '
            'decompression bomb. If you trust it, raise max_pixels, or lift it with None')


def _read_still(picture: Image.Image, content: bytes | None) -> Photograph:
    pixels = None
    if content is not None and _may_be_deep(picture, content):
        pixels = _read_deep(content, picture)
    if pixels is None:
        picture.load()
        pixels = read_pixels(picture)
    # Pillow and OpenCV turn a TIFF themselves; Pillow then drops the tag.
    turned = picture.format == 'TIFF'
    orientation = 1 if turned else picture.getexif().get(ExifTags.Base.Orientation, 1)
    return Photograph([upright(pixels, orientation)], _format(picture), _info(picture))


def _may_be_deep(picture: Image.Image, content: bytes) -> bool:
    """Whether a file has 16 bit a channel, of which Pillow would keep 8 if it is coloured."""
    if picture.format == 'PNG':
        return content[24] == 16
    if picture.format == 'TIFF':
        bits = picture.tag_v2.get(ExifTags.Base.BitsPerSample, (1, ))
        return picture.mode != 'CMYK' and max(np.atleast_1d(bits)) == 16
    return picture.format == 'PPM'


def _read_deep(content: bytes, picture: Image.Image) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise OSError('OpenCV cannot decode it')
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f'its {pixels.dtype} pixels have no known range; convert it to 8 or 16 '
                         'bit')
    if pixels.ndim == 2:
        return pixels[..., None]
    if picture.mode == 'LA':
        return pixels[..., [0, 3]]
    return swap_red_and_blue(pixels)


def _read_animation(picture: Image.Image, count: int) -> Photograph:
    if picture.format == 'PNG' and '16' in str(picture.tile[0]):
        raise ValueError('16-bit animations are not supported')
    frames, durations = [], []
    for index in range(count):
        picture.seek(index)
        # The first one may be of another mode than the rest.
        frames.append(np.array(picture.convert('RGBA')))
        durations.append(picture.info.get('duration', 0))
    if all(frame[..., 3].min() == 255 for frame in frames):
        frames = [np.ascontiguousarray(frame[..., :3]) for frame in frames]
    info = _info(picture)
    info['duration'] = durations
    for key in ('loop', 'default_image'):
        if key in picture.info:
            info[key] = picture.info[key]
    return Photograph(frames, picture.format, info)


def _format(picture: Image.Image) -> str:
    return {'MPO': 'JPEG', None: 'PNG'}.get(picture.format, picture.format)


def _info(picture: Image.Image) -> dict:
    """What is kept of a file beside its pixels."""
    info = {key: picture.info[key] for key in ('icc_profile', 'dpi') if picture.info.get(key)}
    if picture.mode == 'CMYK':
        # It describes inks, and the pixels are sRGB now.
        info.pop('icc_profile', None)
    exif = picture.getexif()
    for tag in list(exif):
        if tag == ExifTags.Base.Orientation or (
                picture.format == 'TIFF' and tag not in DESCRIPTIVE):
            del exif[tag]
    if exif:
        # A thumbnail, which would show the dark picture, stays behind.
        info['exif'] = exif.tobytes()
    return info


_readers, _pillows_limit, _lock = 0, None, threading.Lock()


@contextmanager
def _no_limit_of_pillow() -> Iterator[None]:
    """Within it Pillow's own limit is lifted, a global one: ``max_pixels`` is in its place."""
    global _readers, _pillows_limit
    with _lock:
        if not _readers:
            _pillows_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _readers += 1
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if not _readers:
                Image.MAX_IMAGE_PIXELS = _pillows_limit
