"""Measure and draw what enhancers make of pictures: the parts of ``tools/compare_enhancers.py``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from torch import Tensor

from mmscllle.models.data_preprocessor import EnhanceDataPreprocessor
from mmscllle.registry import DATASETS, METRICS
from mmscllle.visualization import contact_sheet

if TYPE_CHECKING:
    from mmscllle.inference import Engine

LOAD_PAIR = [
    dict(type='mmscllle.LoadImage'),
    dict(type='mmscllle.LoadReference'),
    dict(type='mmscllle.PackEnhanceInputs'),
]
# Those of a reference come first, as in a table of a paper.
METRIC_TYPES = ('mmscllle.NIQE', 'mmscllle.NoiseLevel', 'mmscllle.ExposureStatistics')
REFERENCE_METRIC = 'mmscllle.ImageQuality'
# Of a picture on the sheet, in pixels.
HEIGHT = 256


def read_pictures(folder: str, reference: str | None = None) -> BaseDataset:
    """Take the pictures of a folder, and their references of the same names.

    Args:
        folder: Searched recursively.
        reference: Folder of the references, in the same sub-folders.

    Returns:
        The data set.

    Raises:
        FileNotFoundError: If a folder, or the reference of a picture, does not exist.
        ValueError: If a folder holds no picture.
    """
    prefix = dict(img_path=folder, **({} if reference is None else dict(gt_path=reference)))
    return DATASETS.build(
        dict(type='mmscllle.LowLightImageDataset', data_prefix=prefix, pipeline=LOAD_PAIR)
    )


def read_exposures(folder: str, split: str) -> BaseDataset:
    """Take the pairs of a folder of exposure stacks, see :class:`ExposureStackDataset`."""
    return DATASETS.build(
        dict(
            type='mmscllle.ExposureStackDataset',
            data_root=folder,
            role='pair',
            split=split,
            pipeline=LOAD_PAIR,
        )
    )


def measure(
    engine: Engine,
    dataset: BaseDataset,
    count: int,
    drawn: Collection[int],
    advance: Callable[[], None],
) -> tuple[dict[str, float], dict[int, np.ndarray]]:
    """Enhance pictures and measure the results.

    Args:
        engine: Runs the enhancer.
        dataset: The pictures, packed by :class:`PackEnhanceInputs`.
        count: How many of them.
        drawn: Indices of those that are drawn.
        advance: Called after each picture.

    Returns:
        The metrics; and by index the results that are drawn, uint8 RGB (H, W, 3).

    Raises:
        OSError: If a file cannot be read.
        ValueError: If picture and reference differ in size.
    """
    to_rgb = EnhanceDataPreprocessor()
    paired = 'gt_path' in dataset.get_data_info(0)
    types = [*([REFERENCE_METRIC] if paired else []), *METRIC_TYPES]
    evaluator = Evaluator([METRICS.build(dict(type=name)) for name in types])
    results = {}
    for index in range(count):
        packed = dataset[index]
        batch = dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']])
        sample = packed['data_samples']
        enhanced = engine(to_rgb(batch)['inputs'])[0].cpu()
        sample.enhanced = PixelData(data=enhanced)
        evaluator.process([sample], batch)
        if index in drawn:
            results[index] = to_picture(enhanced)
        advance()
    return evaluator.evaluate(count), results


def draw_rows(
    dataset: BaseDataset, results: Sequence[dict[int, np.ndarray]], drawn: Sequence[int]
) -> tuple[list[list[np.ndarray]], list[str]]:
    """Make the rows of a sheet: input | each enhancer | reference, where there is one.

    Args:
        dataset: The pictures.
        results: Of each enhancer, see :func:`measure`.
        drawn: The indices.

    Returns:
        Pictures, uint8 RGB, and the title of each row.
    """
    rows, titles = [], []
    for index in drawn:
        packed, sample = dataset[index], dataset[index]['data_samples']
        row = [
            packed['inputs'].flip(0).permute(1, 2, 0).numpy(),
            *(enhanced[index] for enhanced in results),
        ]
        if 'reference' in sample:
            row.append(to_picture(sample.reference.data))
        rows.append(row)
        titles.append('/'.join(Path(sample.img_path).parts[-2:]))
    return rows, titles


def draw_sheet(
    rows: Sequence[Sequence[np.ndarray]], row_titles: Sequence[str], names: Sequence[str]
) -> np.ndarray:
    """Draw the sheet.

    Args:
        rows: See :func:`draw_rows`; all of one length.
        row_titles: One a row.
        names: Those of the enhancers.

    Returns:
        uint8 RGB (H, W, 3).
    """
    titles = ['input', *names, 'reference'][: len(rows[0])]
    return contact_sheet(rows, titles, row_titles, HEIGHT)


def spread(count: int, wanted: int) -> list[int]:
    """Up to ``wanted`` indices below ``count``, evenly apart."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(wanted, count))})


def to_picture(image: Tensor) -> np.ndarray:
    """RGB in [0, 1], (3, H, W), as uint8 (H, W, 3)."""
    return (image * 255).round().byte().permute(1, 2, 0).numpy()
