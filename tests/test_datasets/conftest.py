"""Small data sets on disk, and the config of triplets from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope

SIZE = (16, 16)
CROP = [dict(type='RandomCrop', crop_size=SIZE), dict(type='RandomFlip', prob=0.5)]
IMAGE_PIPELINE = [dict(type='mmscllle.LoadImage'), *CROP]
LABEL_PIPELINE = [dict(type='mmscllle.LoadImage'), dict(type='mmscllle.LoadLabelMap'), *CROP]


@pytest.fixture
def scope():
    """The scope of the configs, in which mmseg's parts go by their bare names."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture
def write_images() -> Callable:
    """Write random PNG pictures (20, 24); of one channel: labels below 11."""

    def write(folder: Path, names: list[str], seed: int, channels: int = 3) -> None:
        folder.mkdir(parents=True)
        rng = np.random.default_rng(seed)
        shape, values = ((20, 24), 11) if channels == 1 else ((20, 24, 3), 256)
        for name in names:
            cv2.imwrite(str(folder / name), rng.integers(0, values, shape, dtype=np.uint8))

    return write


@pytest.fixture
def triplets(tmp_path: Path, scope: None, write_images: Callable) -> dict:
    """Config of 3 labelled and 2 unlabelled anchors, 8 positives and 2 + 2 negatives."""
    write_images(tmp_path / 'img', [f'lit{i}.png' for i in range(3)], 1)
    write_images(tmp_path / 'ann', [f'lit{i}.png' for i in range(3)], 2, channels=1)
    write_images(tmp_path / 'dusk', [f'dusk{i}.png' for i in range(2)], 3)
    write_images(tmp_path / 'day', [f'day{i}.png' for i in range(8)], 4)
    write_images(tmp_path / 'over', ['over0.png', 'over1.png'], 5)
    write_images(tmp_path / 'under', ['under0.png', 'under1.png'], 6)
    return dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[
            dict(
                type='mmscllle.CamVidDataset',
                img_suffix='.png',
                data_root=str(tmp_path),
                data_prefix=dict(img_path='img', seg_map_path='ann'),
                pipeline=[*LABEL_PIPELINE, dict(type='mmscllle.SynthesizeLowLight')],
            ),
            dict(
                type='mmscllle.LowLightImageDataset',
                data_root=str(tmp_path),
                data_prefix=dict(img_path='dusk'),
                pipeline=IMAGE_PIPELINE,
            ),
        ],
        positive_folders=[str(tmp_path / 'day')],
        negative_folders=[str(tmp_path / 'over'), str(tmp_path / 'under')],
        positive_pipeline=IMAGE_PIPELINE,
        negative_pipeline=[*IMAGE_PIPELINE, dict(type='mmscllle.SynthesizeExposure')],
        pipeline=[dict(type='mmscllle.PackTripletInputs')],
    )
