"""IPTC data of a JPEG, and whether and where it is under copyright: among Photoshop's resources.

Adobe, *Photoshop File Formats Specification*, section *Image Resource Blocks*; IPTC, *Information
Interchange Model*, version 4.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import Image

# What an APP13 segment of a JPEG begins with that holds resources, and each of these.
SEGMENT = b'Photoshop 3.0\0'
RESOURCE = b'8BIM'
# The resources that are kept: IPTC data, that there is a copyright, an address, and the digest by
# which programs see whether the IPTC data have changed.  Others would be wrong: a thumbnail of the
# dark picture, a second copy of what EXIF, XMP and ICC say, guides and paths of the turned pixels.
IPTC, COPYRIGHT, ADDRESS, IPTC_DIGEST = 1028, 1034, 1035, 1061
KEPT = (IPTC, COPYRIGHT, ADDRESS, IPTC_DIGEST)
# A preview within IPTC data: data sets 200 to 202 of record 2.
PREVIEW = re.compile(rb'\x1c\x02[\xc8-\xca]')
# An APP segment holds 65,533 bytes.
MAX_BYTES = 65533 - len(SEGMENT)


def read_resources(picture: Image.Image) -> tuple[bytes, list[str]]:
    """Read what is kept of the resources of a JPEG.

    Args:
        picture: The opened file.

    Returns:
        The resources, one after the other, empty if there are none; notes of what is lost.
    """
    # One that is too long for a segment goes on in the next.
    content = b''.join(
        data[len(SEGMENT) :]
        for name, data in getattr(picture, 'applist', ())
        if name == 'APP13' and data.startswith(SEGMENT)
    )
    kept, notes = {}, []
    try:
        for number, resource in _split(content):
            if number in KEPT:
                kept[number] = resource
    except ValueError:
        notes.append('its IPTC data, or what else of Photoshop is beside them, are damaged')
    if PREVIEW.search(kept.get(IPTC, b'')):
        del kept[IPTC]
        kept.pop(IPTC_DIGEST, None)
        notes.append('its IPTC data are not kept: they hold a preview of the dark picture')
    return b''.join(kept.values()), notes


def jpeg_resources(resources: bytes) -> bytes:
    """Resources as segments of a JPEG file."""
    segments = b''
    for start in range(0, len(resources), MAX_BYTES):
        data = SEGMENT + resources[start : start + MAX_BYTES]
        segments += b'\xff\xed' + (len(data) + 2).to_bytes(2, 'big') + data
    return segments


def _split(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each resource.

    Raises:
        ValueError: If one is cut off, or there is something else.
    """
    start = 0
    while content.startswith(RESOURCE, start):
        number = int.from_bytes(content[start + 4 : start + 6], 'big')
        # A name follows, its length before it, both together of an even length, then the size.
        name = 1 + int.from_bytes(content[start + 6 : start + 7], 'big')
        body = start + 6 + name + name % 2 + 4
        size = int.from_bytes(content[body - 4 : body], 'big')
        end = body + size
        if end > len(content):
            raise ValueError(f'resource {number} is cut off')
        yield number, content[start:end] + bytes(size % 2)
        # A segment may end without the byte that makes the size even.
        start = end if content.startswith(RESOURCE, end) else end + size % 2
    # The end may be filled up.
    if content[start:].strip(b'\0'):
        raise ValueError('something else follows the resources')
