"""What a file says of the meaning of its values, and Pillow does not tell."""

from __future__ import annotations

from collections.abc import Iterator

# Chunks of a PNG: with others, the same values mean other colours.
PNG_COLOURS = (b'gAMA', b'cHRM', b'sRGB', b'cICP')
# Code points of ITU-T H.273: primaries and transfers of sRGB or close to it, or not stated.
SRGB_PRIMARIES = (1, 2)
SRGB_TRANSFERS = (1, 2, 6, 13, 14, 15)
HDR_TRANSFERS = {16: 'PQ', 18: 'HLG'}
# No camera writes so many; a file may be made of nothing else.
MAX_BOXES = 4096


def read_png_colours(content: bytes) -> dict[bytes, bytes]:
    """Read the chunks of a PNG file that say which colours its values mean.

    Args:
        content: The file.

    Returns:
        Their data by their kind, in the order of the file.
    """
    found, place = {}, 8
    while (kind := content[place + 4 : place + 8]) not in (b'', b'IDAT'):
        length = _number(content[place : place + 4])
        if kind in PNG_COLOURS:
            found[kind] = content[place + 8 : place + 8 + length]
        place += length + 12
    return found


def check_transfer(transfer: int) -> None:
    """Refuse values that are taken for sRGB and show far too pale then.

    Args:
        transfer: Code point of their transfer, see above.

    Raises:
        ValueError: If they are HDR.
    """
    if transfer in HDR_TRANSFERS:
        raise ValueError(
            f'it is HDR ({HDR_TRANSFERS[transfer]}), whose values would be taken for sRGB, and all '
            'colours be wrong; convert it to sRGB first'
        )


def check_media_colours(content: bytes, has_profile: bool) -> list[str]:
    """Check which colours the values of an AVIF or HEIC file mean: they are taken for sRGB.

    Args:
        content: The file.
        has_profile: Whether it has an ICC profile, which is kept and says it instead.

    Returns:
        Notes of what is lost.

    Raises:
        ValueError: If they are HDR, whose values show far too pale as sRGB.
    """
    notes = []
    for kind, data in read_primary_properties(content):
        if kind == b'colr' and data[:4] == b'nclx' and not has_profile:
            primaries, transfer = _number(data[4:6]), _number(data[6:8])
            check_transfer(transfer)
            if primaries not in SRGB_PRIMARIES or transfer not in SRGB_TRANSFERS:
                notes.append(
                    f'its colours (primaries {primaries}, transfer {transfer}) are taken for '
                    'sRGB, and may look paler or of another brightness; convert it to sRGB first'
                )
        # After version and flags the number of channels, and the bits of each.
        if kind == b'pixi' and max(data[5:], default=8) > 8:
            notes.append(f'of its {max(data[5:])} bits a channel 8 are kept')
    return notes


def read_primary_properties(content: bytes) -> list[tuple[bytes, bytes]]:
    """Read what an AVIF or HEIC file says of its picture, and not of gain maps and the like.

    Args:
        content: The file (ISO/IEC 23008-12, sections 6.4 and 9.3).

    Returns:
        Kind and data of each property; none where the file is damaged.
    """
    meta = dict(_boxes(dict(_boxes(content)).get(b'meta', b'')[4:]))
    parts = list(_boxes(meta.get(b'iprp', b'')))
    properties = list(_boxes(dict(parts).get(b'ipco', b'')))
    primary = _number(meta.get(b'pitm', b'')[4:])
    indices = [
        index
        for kind, data in parts
        if kind == b'ipma'
        for item, index in _associations(data)
        if item == primary
    ]
    return [properties[index - 1] for index in indices if 0 < index <= len(properties)]


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each box (ISO/IEC 14496-12, section 4.2)."""
    place = 0
    for _ in range(MAX_BOXES):
        if place + 8 > len(content):
            return
        size, head = _number(content[place : place + 4]), 8
        if size == 1:
            size, head = _number(content[place + 8 : place + 16]), 16
        size = size or len(content) - place
        if size < head:
            return
        yield content[place + 4 : place + 8], content[place + head : place + size]
        place += size


def _associations(data: bytes) -> Iterator[tuple[int, int]]:
    """Number of a picture and index of one of its properties, from 1, for all of them."""
    item_bytes = 4 if data[:1] > b'\0' else 2
    index_bytes = 2 if data[3:4] == b'\1' else 1
    place = 8
    while place < len(data):
        item = _number(data[place : place + item_bytes])
        place += item_bytes + 1
        for _ in range(_number(data[place - 1 : place])):
            # The highest bit says whether a reader must know the property.
            index = _number(data[place : place + index_bytes])
            yield item, index & (0x7FFF if index_bytes == 2 else 0x7F)
            place += index_bytes


def _number(data: bytes) -> int:
    return int.from_bytes(data, 'big')
