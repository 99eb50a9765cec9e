"""Load what mmcv's and mmseg's transforms do not, or do not check."""

from __future__ import annotations

import re
from io import BytesIO

import cv2
import numpy as np
from mmcv.transforms import BaseTransform, LoadImageFromFile
from mmengine import fileio
from mmseg.datasets.transforms import LoadAnnotations
from PIL import Image

from mmscllle.registry import TRANSFORMS

from .flips import note_flip

# What mmcv, OpenCV and Pillow raise for files that are missing, empty, cut off or no images.
UNREADABLE = (OSError, AssertionError, SyntaxError, EOFError, cv2.error)
# Start of a JPEG segment; 00 and restart marks after FF belong to the data of a scan.
JPEG_SEGMENT = re.compile(rb'\xff+([\x01-\xcf\xd8-\xfe])')
JPEG_END = b'\xd9'


@TRANSFORMS.register_module()
class LoadImage(LoadImageFromFile):
    """mmcv's ``LoadImageFromFile``, which also names the file that it cannot read.

    Pixels are those of mmcv. OpenCV before 4.11 fills what is missing of a JPEG with grey and
    goes on; such a file is refused here.

    Raises:
        FileNotFoundError: If there is no such file.
        OSError: If the file is empty, cut off or no image.
    """

    def transform(self, results: dict) -> dict | None:
        """Load ``img_path`` into ``img``, uint8 BGR (H, W, 3); set ``img_shape``, ``ori_shape``."""
        path = results['img_path']
        try:
            loaded = super().transform(results)
            if loaded and _is_cut_off_jpeg(fileio.get(path, backend_args=self.backend_args)):
                raise OSError('the JPEG file is cut off')
        except FileNotFoundError:
            raise
        except UNREADABLE as error:
            raise OSError(f'image {path!r} is damaged or no image: {error}') from error
        return loaded


def read_picture(path: str) -> np.ndarray:
    """Read a picture by itself, outside of a pipeline, as :class:`LoadImage` does.

    Args:
        path: The file.

    Returns:
        uint8 BGR, (H, W, 3).

    Raises:
        FileNotFoundError: If there is no such file.
        OSError: If the file is empty, cut off or no image.
    """
    loaded: dict = dict(img_path=path)
    LoadImage().transform(loaded)
    return loaded['img']


@TRANSFORMS.register_module()
class LoadLabelMap(LoadAnnotations):
    """mmseg's ``LoadAnnotations``, which also checks that the label map fits the image.

    Raises:
        FileNotFoundError: If there is no such file.
        OSError: If the file is empty, cut off or no image.
        ValueError: If the label map is of another size, or has a label that 8 bits do not hold.
    """

    def transform(self, results: dict) -> dict:
        """Add ``gt_seg_map``, uint8 (H, W)."""
        path = results['seg_map_path']
        try:
            self._check_depth(path)
            results = super().transform(results)
        except FileNotFoundError:
            raise
        except (OSError, SyntaxError, EOFError) as error:
            raise OSError(f'label map {path!r} is damaged or no image: {error}') from error
        # In a test the image may have been resized before.
        image_size = tuple(results.get('ori_shape', results['img'].shape)[:2])
        size = results['gt_seg_map'].shape
        if size != image_size:
            raise ValueError(
                f'label map {path!r} is of size {size}, its image '
                f'{results["img_path"]!r} of {image_size}'
            )
        return results

    def _check_depth(self, path: str) -> None:
        with Image.open(BytesIO(fileio.get(path, backend_args=self.backend_args))) as picture:
            # All others have 8 bits a channel, or fewer.
            if picture.mode[0] not in 'IF':
                return
            labels = np.asarray(picture)
        # mmseg keeps the lowest 8 bits, which are 255 of what else stands for no label.
        wrong = labels[((labels < 0) | (labels > 255)) & ~np.isin(labels, (-1, 65535))]
        if wrong.size:
            raise ValueError(
                f'label map {path!r} holds the label {wrong[0]}, which 8 bits do not hold: are '
                'these numbers of instances? Labels are 0 to 254, and 255 for none'
            )


@TRANSFORMS.register_module()
class LoadReference(BaseTransform):
    """Load the reference image ``gt_path``, where there is one, into ``gt_img``.

    Args:
        **kwargs: See mmcv's ``LoadImageFromFile``.

    Raises:
        FileNotFoundError: If there is no such file.
        OSError: If the file is empty, cut off or no image.
        ValueError: If image and reference differ in size.
    """

    # For mmscllle.datasets.companions: what it adds, and the key of the file.
    companion, source = 'gt_img', 'gt_path'

    def __init__(self, **kwargs: object) -> None:
        self.load = LoadImage(**kwargs)

    def transform(self, results: dict) -> dict:
        """Add ``gt_img``, uint8 BGR (H, W, 3)."""
        if 'gt_path' not in results:
            return results
        results['gt_img'] = _load_fitting(self.load, results, results['gt_path'], 'reference')
        note_flip(results, 'gt_img', loaded=True)
        return results


@TRANSFORMS.register_module()
class LoadSecondShot(BaseTransform):
    """Load one of ``second_paths``, drawn at random, into ``second_img``.

    These are other shots of the image's scene (see :class:`ExposureStackDataset`); an image that
    has none stays alone.

    Args:
        **kwargs: See mmcv's ``LoadImageFromFile``.

    Raises:
        FileNotFoundError: If there is no such file.
        OSError: If the file is empty, cut off or no image.
        ValueError: If the two differ in size.
    """

    # For mmscllle.datasets.companions: what it adds, and the key of the files.
    companion, source = 'second_img', 'second_paths'

    def __init__(self, **kwargs: object) -> None:
        self.load = LoadImage(**kwargs)

    def transform(self, results: dict) -> dict:
        """Add ``second_img``, uint8 BGR (H, W, 3), and ``second_path``."""
        paths = results.get('second_paths')
        if paths:
            path = paths[np.random.randint(len(paths))]
            results['second_img'] = _load_fitting(self.load, results, path, 'second shot')
            results['second_path'] = path
            note_flip(results, 'second_img', loaded=True)
        return results


def _load_fitting(load: LoadImage, results: dict, path: str, name: str) -> np.ndarray:
    """Load an image that has to be of the size of ``img``."""
    image = load(dict(img_path=path))['img']
    if image.shape != results['img'].shape:
        raise ValueError(
            f'{name} {path!r} is of shape {image.shape}, its image '
            f'{results["img_path"]!r} of {results["img"].shape}'
        )
    return image


def _is_cut_off_jpeg(content: bytes) -> bool:
    """Whether a file is a JPEG without its end mark; what follows that mark does not count."""
    if not content.startswith(b'\xff\xd8'):
        return False
    position = 2
    while True:
        segment = JPEG_SEGMENT.search(content, position)
        if segment is None or segment[1] == JPEG_END:
            return segment is None
        # Its length, which counts its own two bytes, skips what a thumbnail inside looks like.
        position = segment.end() + int.from_bytes(content[segment.end() : segment.end() + 2], 'big')
