"""Read a photograph from a file, a URL or a Pillow image."""

from __future__ import annotations

import os
import zlib
from io import BytesIO

import cv2
import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError
from tifffile import TiffFileError

from .heif import is_heif, register_heif
from .metadata import DAMAGED_METADATA, read_metadata
from .modes import add_alpha, read_pixels, upright
from .opening import read_content
from .photograph import Photograph, swap_red_and_blue
from .pillow_limit import without_pillows_limit
from .pnm import read_deep_pnm
from .tiff import read_tiff

# 67 megapixels: enhanced with all options, such a picture fits into 8 GiB (docs/limits.md).
MAX_PIXELS = 2**26
# Not every format that Pillow knows: some start other programs (EPS), some hold no photographs.
FORMATS = ('JPEG', 'PNG', 'WEBP', 'TIFF', 'GIF', 'BMP', 'DIB', 'PPM', 'TGA', 'AVIF', 'MPO', 'HEIF')
# Places in the header of a PNG file, and the colour type of grey with alpha.
PNG_BIT_DEPTH, PNG_COLOUR_TYPE, PNG_GREY_ALPHA = 24, 25, 4
# The value of a TIFF's tag PlanarConfiguration.
PLANES = 2
# What Pillow and OpenCV raise for damaged files.
DAMAGED = (*DAMAGED_METADATA, RuntimeError, zlib.error, cv2.error, TiffFileError)


def read_photograph(
    source: str | os.PathLike | Image.Image, max_pixels: int | None = MAX_PIXELS
) -> Photograph:
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
        OSError: If the file is missing, unreadable, empty, damaged or cut off; it names the file
            and the reason.
        ValueError: If it is no image of a known format, has more than ``max_pixels`` pixels,
            several pages, or pixels whose range of values is unknown; it names both, too.
    """
    name, content = repr(source), b''
    if not isinstance(source, Image.Image):
        name = repr(os.fspath(source))
        content = read_content(os.fspath(source))
        if not content:
            raise OSError(f'{name} is an empty file')
    try:
        with without_pillows_limit:
            picture = source if isinstance(source, Image.Image) else _open(content)
            return _decode(picture, content, max_pixels)
    except ValueError as error:
        raise ValueError(f'{name} cannot be enhanced: {error}') from error
    except DAMAGED as error:
        raise OSError(f'{name} is damaged or cut off: {error}') from error


def _open(content: bytes) -> Image.Image:
    Image.init()
    if is_heif(content):
        register_heif()
    formats = [name for name in FORMATS if name in Image.OPEN]
    try:
        return Image.open(BytesIO(content), formats=formats)
    except UnidentifiedImageError as error:
        raise ValueError(
            'it is no image, of another format than '
            f'{", ".join(formats)}, or its beginning is damaged'
        ) from error


def _decode(picture: Image.Image, content: bytes, max_pixels: int | None) -> Photograph:
    """Decode an opened picture; ``content`` is its file, empty if there is none."""
    # The further pictures of an MPO are thumbnails, depths or gains.
    frames = getattr(picture, 'n_frames', 1) if picture.format != 'MPO' else 1
    pixels = picture.width * picture.height * frames
    if max_pixels is not None and pixels > max_pixels:
        times = f' x {frames} frames' if frames > 1 else ''
        raise ValueError(
            f'it claims {picture.width} x {picture.height}{times} = {pixels:,} pixels, more than '
            f'max_pixels={max_pixels:,}; a small file with such a claim may be a decompression '
            'bomb. If you trust it, raise max_pixels or lift it with None (--max-pixels 0)'
        )
    if frames > 1 and picture.format == 'TIFF':
        raise ValueError(f'it has {frames} pages; split it into files of one page')
    if frames > 1 and _is_deep(picture, content):
        raise ValueError('it is an animation of 16 bit a channel')
    if frames > 1:
        return _read_animation(picture, frames, content)
    return _read_still(picture, content)


def _read_still(picture: Image.Image, content: bytes) -> Photograph:
    pixels = _read_deep(picture, content) if _is_deep(picture, content) else None
    if pixels is None:
        pixels = read_pixels(picture)
    # A PNG of 16 bit a channel is written with colours if it has alpha.
    grey = 1 if picture.format == 'PNG' and pixels.dtype == np.uint16 else 2
    info, orientation, notes = read_metadata(picture, content, pixels.shape[2] > grey)
    # A TIFF comes upright.
    if picture.format != 'TIFF':
        pixels = upright(pixels, orientation)
    return Photograph(
        [pixels], 'JPEG' if picture.format == 'MPO' else picture.format or 'PNG', info, notes
    )


def _is_deep(picture: Image.Image, content: bytes) -> bool:
    """Whether Pillow may read a file wrongly.

    Of 16 bit a channel it keeps 8 in colour, and it mistakes a TIFF's alpha in its own plane.
    """
    if not content or picture.mode == 'CMYK':
        return False
    if picture.format == 'PNG':
        return content[PNG_BIT_DEPTH] == 16
    if isinstance(picture, TiffImagePlugin.TiffImageFile):
        bits = picture.tag_v2.get(ExifTags.Base.BitsPerSample, (1,))
        planes = picture.tag_v2.get(ExifTags.Base.PlanarConfiguration) == PLANES
        return 16 in bits or planes and len(bits) not in (1, 3)
    return picture.format == 'PPM'


def _read_deep(picture: Image.Image, content: bytes) -> np.ndarray | None:
    """Pixels of 16 bit a channel; None if the file has 8 bit after all."""
    if picture.format == 'PPM':
        picture.load()
        return read_deep_pnm(content)
    if picture.format == 'TIFF':
        return read_tiff(content, picture)
    # Some of OpenCV's versions fill up what is cut off, and Pillow refuses.
    picture.load()
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise OSError('OpenCV cannot decode it')
    if pixels.ndim == 2:
        return add_alpha(pixels[..., None], picture)
    if content[PNG_COLOUR_TYPE] == PNG_GREY_ALPHA:
        return pixels[..., [0, 3]]
    return swap_red_and_blue(pixels)


def _read_animation(picture: Image.Image, count: int, content: bytes) -> Photograph:
    frames, durations = [], []
    for index in range(count):
        picture.seek(index)
        # The first one may be of another mode than the rest.
        frames.append(np.array(picture.convert('RGBA')))
        durations.append(picture.info.get('duration', 0))
    channels = 3 if all(frame[..., 3].min() == 255 for frame in frames) else 4
    info, orientation, notes = read_metadata(picture, content, True)
    frames = [upright(frame[..., :channels], orientation) for frame in frames]
    info['duration'] = durations
    for key in ('loop', 'default_image'):
        if key in picture.info:
            info[key] = picture.info[key]
    return Photograph(frames, picture.format or 'PNG', info, notes)
