"""A data set of a few dark pictures with labels, for tests of evaluations."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

CLASSES = ('sky', 'building', 'road', 'car')
CONFIG = """
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        type='BaseSegDataset', img_suffix='.png', data_root='{root}',
        data_prefix=dict(img_path='img', seg_map_path='ann'),
        metainfo=dict(classes={classes}),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'),
                  dict(type='PackSegInputs')]))
"""


def write_labelled_data(folder: Path, count: int) -> None:
    """Write folders ``img`` and ``ann`` of ``count`` pictures, and ``data.py``, their config."""
    generator = np.random.default_rng(0)
    for name in ('img', 'ann'):
        (folder / name).mkdir()
    for index in range(count):
        blocks = generator.integers(90, size=(6, 8, 3), dtype=np.uint8)
        image = cv2.resize(blocks, (80, 64), interpolation=cv2.INTER_NEAREST)
        labels = generator.choice([0, 1, 2, 3, 255], size=(4, 5)).astype(np.uint8)
        label = cv2.resize(labels, (80, 64), interpolation=cv2.INTER_NEAREST)
        assert cv2.imwrite(str(folder / 'img' / f'{index}.png'), image)
        assert cv2.imwrite(str(folder / 'ann' / f'{index}.png'), label)
    (folder / 'data.py').write_text(CONFIG.format(root=folder, classes=CLASSES))
