"""The dataset config of two plain folders: images, and label maps of matching names."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from mmscllle.datasets.image_files import find_images

# So many images decide how the names of images and label maps differ.
PROBES = 20


def folder_dataset(img_dir: str, ann_dir: str, metainfo: dict, pipeline: list[dict]) -> dict:
    """Make the config of mmseg's ``BaseSegDataset`` for two folders.

    The suffixes that turn an image's name into that of its label map (``.jpg`` into ``.png``,
    ``_leftImg8bit.png`` into ``_gtFine_labelTrainIds.png``) are read off the files.

    Args:
        img_dir: Folder of the images, searched recursively.
        ann_dir: Folder of the label maps, in the same sub-folders.
        metainfo: ``classes`` and, optionally, ``palette``.
        pipeline: The transforms.

    Returns:
        The dataset's config.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If a folder holds no image, or the names do not match.
    """
    images = _list_names(img_dir, '--img-dir')
    img_suffix, seg_map_suffix = match_suffixes(images, _list_names(ann_dir, '--ann-dir'))
    return dict(
        type='mmseg.BaseSegDataset',
        metainfo=metainfo,
        img_suffix=img_suffix,
        seg_map_suffix=seg_map_suffix,
        data_prefix=dict(img_path=img_dir, seg_map_path=ann_dir),
        pipeline=pipeline,
    )


def match_suffixes(images: list[str], labels: list[str]) -> tuple[str, str]:
    """Find the suffixes by which the names of images and of their label maps differ.

    Args:
        images: Names of the images, relative to their folder.
        labels: Names of the label maps, relative to theirs.

    Returns:
        The suffix of the images and that of the label maps.

    Raises:
        ValueError: If fewer than half of the images have a label map, an image has several, or
            the images have several suffixes.
    """
    known = set(labels)
    by_first_letter = defaultdict(list)
    for label in labels:
        by_first_letter[label[0]].append(label)
    pairs: set[tuple[str, str]] = set()
    for image in images[:PROBES]:
        stem = os.path.splitext(image)[0]
        shared = {
            label: len(os.path.commonprefix([stem, label])) for label in by_first_letter[image[0]]
        }
        pairs.update(
            (image[length:], label[length:])
            for label, length in shared.items()
            if length == max(shared.values())
        )
    served = {
        pair: sum(
            image.endswith(pair[0]) and image[: -len(pair[0])] + pair[1] in known
            for image in images
        )
        for pair in pairs
    }
    most = max(served.values(), default=0)
    if 2 * most < len(images) or not most:
        raise ValueError(
            f'--ann-dir: the label maps (such as {labels[0]!r}) do not go by the '
            f'names of the images (such as {images[0]!r}); give them the same names, '
            'or use --data with a config of the dataset'
        )
    winners = sorted(pair for pair in pairs if served[pair] == most)
    # Beside a label map of the image's own name, others are something else.
    winners = [pair for pair in winners if pair[1].startswith('.')] or winners
    if len(winners) > 1:
        kinds = ', '.join(f'*{pair[1]}' for pair in winners)
        raise ValueError(
            f'--ann-dir: an image has several label maps ({kinds}); keep one kind, '
            'or use --data with a config of the dataset'
        )
    img_suffix, seg_map_suffix = winners[0]
    other = [image for image in images if not image.endswith(img_suffix)]
    if other:
        raise ValueError(
            f'--img-dir: {len(other)} of {len(images)} images (such as {other[0]!r}) '
            f'do not end with {img_suffix!r}; keep one kind, or use --data'
        )
    return img_suffix, seg_map_suffix


def _list_names(folder: str, argument: str) -> list[str]:
    if not Path(folder).is_dir():
        raise FileNotFoundError(f'{argument}: there is no folder {folder!r}')
    return [Path(path).relative_to(folder).as_posix() for path in find_images(folder, argument)]
