"""Pillow's own limits of the size of images and of their texts."""

from __future__ import annotations

from PIL import Image, PngImagePlugin

from mmscllle.utils.shared_settings import SharedSettings

# Within it Pillow opens images of any size, and the caller checks the size.  Profiles and texts of
# a PNG, by Pillow's limit a mebibyte each, may have what it allows all of them together.
without_pillows_limit = SharedSettings(
    (Image, 'MAX_IMAGE_PIXELS', None),
    (PngImagePlugin, 'MAX_TEXT_CHUNK', PngImagePlugin.MAX_TEXT_MEMORY),
)
