"""The metadata of a photograph's file, and which of them are kept."""

from __future__ import annotations

import re
import struct
from typing import SupportsFloat

from PIL import ExifTags, Image, JpegImagePlugin

from .colours import check_media_colours, check_transfer, read_png_colours
from .photoshop import read_resources

# What Pillow raises for damaged metadata.
DAMAGED_METADATA = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
)
# The EXIF tags of a TIFF that describe the photograph, not the layout of the file.
DESCRIPTIVE = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
    ExifTags.Base.ExifOffset,
    ExifTags.Base.GPSInfo,
)
# What an XMP segment of a JPEG begins with (Adobe, *XMP specification*, part 3, section 1.1.3).
XMP_SEGMENT = b'http://ns.adobe.com/xap/1.0/\0'
# The keyword of XMP in a PNG.
XMP_TEXT = 'XML:com.adobe.xmp'
# An APP segment holds 65,533 bytes.
MAX_XMP = 65533 - len(XMP_SEGMENT)
# What describes the further pictures of a JPEG, which are not kept.
FURTHER_PICTURES = re.compile(rb'hdrgm:|Container:Directory|GImage:|xmpNote:')
XMP_ORIENTATION = re.compile(rb'(tiff:Orientation(?:="|>))[1-8]')
# The kinds of a WebP's chunks of pixels, the second of them lossless.
WEBP_PIXELS = re.compile(rb'VP8[ L]')
# Where an ICC profile names its colour space (ISO 15076-1, section 7.2).
PROFILE_SPACE = slice(16, 20)


def read_metadata(
    picture: Image.Image, content: bytes, coloured: bool
) -> tuple[dict, int, list[str]]:
    """Read what is kept of a file beside its pixels.

    Args:
        picture: The opened file.
        content: The same; empty if there is no file.
        coloured: Whether the result has colours, and is not grey.

    Returns:
        What :attr:`Photograph.info` holds, without the timing of animations, as far as the file
        has it, with sizes and orientation those of the upright picture; the orientation that the
        pixels still have; notes of what is lost.

    Raises:
        ValueError: If the values mean colours that cannot be kept.
    """
    info = {key: picture.info[key] for key in ('icc_profile', 'dpi') if picture.info.get(key)}
    if not all(map(_is_resolution, info.get('dpi', ()))):
        del info['dpi']
    space = info.get('icc_profile', b'')[PROFILE_SPACE]
    if picture.mode in ('CMYK', 'LAB') or space in (b'CMYK', b'Lab '):
        # It describes inks or CIELAB, and the pixels are sRGB now.
        info.pop('icc_profile', None)
    try:
        exif, notes = picture.getexif(), []
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    except DAMAGED_METADATA as error:
        exif, notes, orientation = Image.Exif(), [f'its EXIF data are damaged ({error})'], 1
    if coloured and info.get('icc_profile') and space == b'GRAY':
        del info['icc_profile']
        notes.append('its ICC profile is not kept: it is of grey, and the result has colours')
    if picture.format in ('AVIF', 'HEIF'):
        notes += check_media_colours(content, 'icc_profile' in info)
    # Else Pillow writes what it cannot read itself.
    exif.bigtiff = False
    for tag in list(exif):
        if tag == ExifTags.Base.Orientation or (
            picture.format == 'TIFF' and tag not in DESCRIPTIVE
        ):
            del exif[tag]
    if exif:
        _set_size(exif, picture, orientation)
        # A thumbnail, which would show the dark picture, stays behind.
        info['exif'] = exif.tobytes()
    xmp = _read_xmp(picture)
    if xmp and (FURTHER_PICTURES.search(xmp) or len(xmp) > MAX_XMP):
        notes.append('its XMP data are not kept: they are too long, or describe further pictures')
    elif xmp:
        info['xmp'] = XMP_ORIENTATION.sub(rb'\g<1>1', xmp)
    if picture.format in ('JPEG', 'MPO'):
        resources, damage = read_resources(picture)
        info.update({'photoshop': resources} if resources else {})
        notes += damage
    info.update(_read_comments(picture))
    if picture.format == 'PNG' and (colours := read_png_colours(content)):
        info['png_colours'] = colours
        check_transfer(int.from_bytes(colours.get(b'cICP', b'')[1:2], 'big'))
    pixels = WEBP_PIXELS.search(content) if picture.format == 'WEBP' else None
    if pixels and pixels[0] == b'VP8L':
        info['lossless'] = True
    return info, orientation, notes


def jpeg_xmp(xmp: bytes) -> bytes:
    """XMP as a segment of a JPEG file."""
    data = XMP_SEGMENT + xmp
    return b'\xff\xe1' + (len(data) + 2).to_bytes(2, 'big') + data


def _set_size(exif: Image.Exif, picture: Image.Image, orientation: int) -> None:
    """State the size of the upright picture where EXIF states one."""
    width, height = picture.size
    if orientation in (5, 6, 7, 8) and picture.format != 'TIFF':
        width, height = height, width
    for part, tags in (
        (exif, (ExifTags.Base.ImageWidth, ExifTags.Base.ImageLength)),
        (
            exif.get_ifd(ExifTags.IFD.Exif),
            (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight),
        ),
    ):
        for tag, value in zip(tags, (width, height), strict=True):
            if tag in part:
                part[tag] = value


def _read_xmp(picture: Image.Image) -> bytes:
    if picture.format in ('JPEG', 'MPO'):
        # Pillow gives it by name since version 11.
        for _, data in getattr(picture, 'applist', ()):
            if data.startswith(XMP_SEGMENT):
                return data[len(XMP_SEGMENT) :]
        return b''
    if picture.format not in ('PNG', 'WEBP', 'AVIF', 'HEIF'):
        return b''
    xmp = picture.info.get('xmp') or picture.info.get(XMP_TEXT) or b''
    return xmp.encode() if isinstance(xmp, str) else bytes(xmp)


def _read_comments(picture: Image.Image) -> dict:
    found = {}
    if picture.format in ('JPEG', 'MPO', 'GIF') and picture.info.get('comment'):
        found['comment'] = picture.info['comment']
    if picture.format in ('JPEG', 'MPO'):
        # 0: as fine as the brightness, 1: half the columns, 2: half the rows, too.
        sampling = JpegImagePlugin.get_sampling(picture)
        if sampling in (0, 1, 2):
            found['subsampling'] = sampling
    if picture.format == 'PNG':
        texts = {
            key: str(value)
            for key, value in getattr(picture, 'text', {}).items()
            if key != XMP_TEXT and not key.startswith('Raw profile type')
        }
        found.update({'text': texts} if texts else {})
    return found


def _is_resolution(value: SupportsFloat) -> bool:
    """Whether a fraction is positive and finite; a TIFF may state 0 / 0."""
    try:
        return 0 < float(value) < float('inf')
    # Of Pillow's fractions before its version 12.
    except ZeroDivisionError:
        return False
