"""A training that takes seconds: a config file over a handful of generated street images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ('sky', 'building', 'road', 'car')
PALETTE = [[128, 128, 128], [128, 0, 0], [128, 64, 128], [64, 0, 128]]

CONFIG = """
_base_ = [
    '{root}/configs/_base_/models/scl-lle.py',
    '{root}/configs/_base_/schedules/adam_50k.py',
    '{root}/configs/_base_/default_runtime.py',
]
segmentor = dict(config='{segmentor}', checkpoint='{checkpoint}')
model = dict(objective=dict(
    feature_extractor=dict(type='mmscllle.BackboneFeatures', **segmentor),
    segmentor=dict(type='mmscllle.FrozenSegmentor', num_classes=4, **segmentor)))
crop = [dict(type='mmseg.RandomCrop', crop_size=(32, 40)), dict(type='mmseg.RandomFlip', prob=0.5)]
image = [dict(type='mmscllle.LoadImage'), *crop]
street = dict(
    type='mmseg.BaseSegDataset',
    img_suffix='.png',
    metainfo=dict(classes={classes}, palette={palette}),
    data_root='{data}',
    data_prefix=dict(img_path='img', seg_map_path='ann'))
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
    dataset=dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[
            dict(street, pipeline=[
                dict(type='mmscllle.LoadImage'), dict(type='mmscllle.LoadLabelMap'), *crop,
                dict(type='mmscllle.SynthesizeLowLight')]),
            dict(type='mmscllle.LowLightImageDataset', data_root='{data}',
                 data_prefix=dict(img_path='img'), pipeline=image)],
        positive_folders=['{data}/img'],
        negative_folders=['{data}/img'],
        positive_pipeline=image,
        negative_pipeline=[*image, dict(type='mmscllle.SynthesizeExposure')],
        pipeline=[dict(type='mmscllle.PackTripletInputs')]))
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(street, pipeline=[
        dict(type='mmscllle.LoadImage'), dict(type='mmscllle.LoadLabelMap'),
        dict(type='mmscllle.PackEnhanceInputs')]))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmseg.IoUMetric', iou_metrics=['mIoU']), dict(type='mmscllle.ExposureStatistics')]
test_evaluator = val_evaluator
train_cfg = dict(max_iters={iters}, val_interval={iters})
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(interval={interval}),
                     visualization=dict(interval=2))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
randomness = dict(seed=3)
"""


def write_training_config(
    folder: Path, tiny_segmentor: tuple[str, str], iters: int = 4, interval: int = 2
) -> Path:
    """Write five street images with labels and a config that trains on them.

    Args:
        folder: Where to.
        tiny_segmentor: Config and checkpoint of the segmentor.
        iters: Length of the training.
        interval: Iterations between checkpoints.

    Returns:
        The config file.
    """
    rng = np.random.default_rng(0)
    for part in ('img', 'ann'):
        (folder / 'data' / part).mkdir(parents=True)
    for index in range(5):
        labels = np.repeat(np.arange(4, dtype=np.uint8), 12)[:, None] * np.ones((1, 56), np.uint8)
        labels[:, :3] = 255
        image = (labels[..., None] % 4 * 50 + rng.integers(0, 90, (48, 56, 3))).astype(np.uint8)
        cv2.imwrite(str(folder / f'data/img/{index}.png'), image)
        cv2.imwrite(str(folder / f'data/ann/{index}.png'), labels)
    config = folder / 'tiny_street.py'
    config.write_text(
        CONFIG.format(
            root=ROOT,
            data=folder / 'data',
            classes=CLASSES,
            palette=PALETTE,
            segmentor=tiny_segmentor[0],
            checkpoint=tiny_segmentor[1],
            iters=iters,
            interval=interval,
        )
    )
    return config
