"""A photograph in memory, and the array convention of OpenMMLab."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Photograph:
    """A picture, or the frames of an animated one, and what its file says beside the pixels.

    Attributes:
        frames: Upright pixels, (H, W, C), uint8, uint16 (0 to 65535) or floating point in [0, 1].
            C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).
        format: Pillow's name of the file format that it is written in.
        info: What else is written, named as Pillow's ``save`` does: ``icc_profile``, ``exif``
            (without orientation), ``dpi``, ``xmp``, ``comment``, ``text`` (a PNG's, by keyword),
            ``subsampling`` (a JPEG's chroma: 0, 1 or 2), ``photoshop`` (a JPEG's resources, of
            them IPTC data and rights), ``lossless`` (of a WebP), and
            ``png_colours`` (chunks of a PNG that say which colours its values mean, data by kind);
            of animations ``duration`` (milliseconds, one a frame), ``loop`` (0: for ever; absent:
            once) and ``default_image``.
        notes: What of the file is not kept, in words.
    """

    frames: list[np.ndarray]
    format: str = 'PNG'
    info: dict = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.frames[0].shape[:2]

    @classmethod
    def from_array(cls, array: np.ndarray) -> Photograph:
        """Take an array in OpenMMLab's convention.

        Args:
            array: BGR (H, W, 3), BGR and alpha (H, W, 4), or grey (H, W) or (H, W, 1); uint8,
                uint16 or floating point in [0, 1].

        Returns:
            The photograph.

        Raises:
            ValueError: If the shape, the type or the range of values is another.
        """
        shape = array.shape
        if array.ndim == 2:
            array = array[..., None]
        if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or not array.size:
            raise ValueError(
                'an image array must be BGR (H, W, 3), BGR and alpha (H, W, 4) or '
                f'grey (H, W), got shape {shape}'
            )
        # Of a foreign byte order torch takes none.
        array = array.astype(array.dtype.newbyteorder('='), copy=False)
        if array.dtype in (np.float16, np.float32, np.float64):
            # Written so that it refuses not-a-number, too.
            if not (array.min() >= 0 and array.max() <= 1):
                raise ValueError(
                    'a floating-point image array must hold values from 0 to 1, got '
                    f'{array.min():g} to {array.max():g}'
                )
        elif array.dtype not in (np.uint8, np.uint16):
            raise ValueError(
                'an image array must be uint8, uint16 or floating point of 16, 32 or '
                f'64 bit, got {array.dtype}'
            )
        return cls([swap_red_and_blue(array)])

    def to_array(self) -> np.ndarray | list[np.ndarray]:
        """Give the pixels in OpenMMLab's convention.

        Returns:
            BGR (H, W, 3), BGR and alpha (H, W, 4) or grey (H, W); a list of an animation's frames.
        """
        arrays = []
        for frame in self.frames:
            if frame.shape[2] == 2:
                frame = frame[..., [0, 0, 0, 1]]
            array = swap_red_and_blue(frame)
            arrays.append(array[..., 0] if array.shape[2] == 1 else array)
        return arrays if len(arrays) > 1 else arrays[0]


def swap_red_and_blue(pixels: np.ndarray) -> np.ndarray:
    """Turn RGB (H, W, 3) or RGB and alpha (H, W, 4) into BGR or back; grey stays as it is."""
    channels = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(pixels.shape[2])
    return pixels if channels is None else pixels[..., channels]
