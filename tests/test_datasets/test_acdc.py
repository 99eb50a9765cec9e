from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmscllle.datasets import ACDCDataset
from mmscllle.datasets.transforms import LoadImage, LoadLabelMap

PIPELINE = [LoadImage(), LoadLabelMap()]


def write(root: Path, name: str, values: np.ndarray) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(root / name), values)


@pytest.fixture
def root(tmp_path):
    """Two conditions of the archives: images, their references, labels of some."""
    image = np.full((2, 3, 3), 60, np.uint8)
    labels = np.array([[0, 18, 255], [10, 13, 2]], np.uint8)
    for condition, sequence in (('night', 'GOPR0351'), ('fog', 'GOPR0475')):
        for split in ('train', 'val', 'test'):
            for number in (41, 42):
                stem = f'{sequence}/{sequence}_frame_{number:06d}'
                write(tmp_path, f'rgb_anon/{condition}/{split}/{stem}_rgb_anon.png', image)
                write(tmp_path, f'rgb_anon/{condition}/{split}_ref/{stem}_rgb_ref_anon.png', image)
                if split != 'test':
                    write(tmp_path, f'gt/{condition}/{split}/{stem}_gt_labelTrainIds.png', labels)
                    write(tmp_path, f'gt/{condition}/{split}/{stem}_gt_labelColor.png', image)
        write(
            tmp_path,
            f'gt/{condition}/train_ref/{sequence}/{sequence}_frame_000041_gt_ref_labelTrainIds.png',
            labels,
        )
    return tmp_path


def build(root: Path, **kwargs: object) -> ACDCDataset:
    return ACDCDataset(data_root=str(root), pipeline=PIPELINE, **kwargs)


@pytest.mark.parametrize(
    ('arguments', 'folders'),
    [
        (dict(split='val', conditions=['night']), ['night/val']),
        (dict(split='val', conditions='night'), ['night/val']),
        (dict(split='train', conditions=('night', 'fog')), ['night/train', 'fog/train']),
        (dict(split='train'), ['fog/train', 'night/train']),
        (
            dict(data_prefix=dict(img_path='rgb_anon/fog/val', seg_map_path='gt/fog/val')),
            ['fog/val'],
        ),
    ],
)
def test_images_of_conditions_and_splits(root, arguments, folders):
    dataset = build(root, **arguments)
    paths = [dataset.get_data_info(index)['img_path'] for index in range(len(dataset))]
    assert [path.split('rgb_anon/')[1].split('/GOPR')[0] for path in paths] == [
        folder for folder in folders for _ in range(2)
    ]
    item = dataset[0]
    assert item['seg_map_path'].endswith('_gt_labelTrainIds.png')
    assert item['gt_seg_map'].tolist() == [[0, 18, 255], [10, 13, 2]]
    assert len(dataset.metainfo['classes']) == 19


def test_references(root):
    labelled = build(root, conditions=['night'], split='train', reference=True)
    assert len(labelled) == 1
    assert labelled[0]['img_path'].endswith(
        'train_ref/GOPR0351/GOPR0351_frame_000041_rgb_ref_anon.png'
    )
    assert labelled[0]['gt_seg_map'][0, 1] == 18
    every = ACDCDataset(
        data_root=str(root), data_prefix=dict(img_path='rgb_anon'), split='train', reference=True
    )
    assert len(every) == 4 and 'seg_map_path' not in every.get_data_info(0)


def test_images_without_labels(root):
    dataset = ACDCDataset(
        data_root=str(root),
        conditions=['night'],
        split='test',
        data_prefix=dict(img_path='rgb_anon'),
        pipeline=PIPELINE[:1],
    )
    assert len(dataset) == 2 and dataset[1]['img'].shape == (2, 3, 3)


@pytest.mark.parametrize('conditions', ['dusk', ['night', 'dusk'], [], ''])
def test_unknown_conditions(root, conditions):
    with pytest.raises(ValueError, match='conditions must be of fog, night, rain, snow, got '):
        build(root, conditions=conditions)


def test_unknown_split(root):
    with pytest.raises(
        ValueError,
        match="split must be one of train, val, test, got 'val_ref'; "
        'for the clear-day images set reference=True',
    ):
        build(root, split='val_ref')


def test_missing_images_are_named(root):
    with pytest.raises(ValueError, match=r'no image \*_rgb_anon.png of rain, snow, split val, in '):
        build(root, conditions=['night', 'rain', 'snow'], split='val')
    with pytest.raises(FileNotFoundError, match='data_prefix.img_path: there is no folder .*rgb'):
        build(root, data_prefix=dict(img_path='rgb'))
    with pytest.raises(ValueError, match='no image .* of ACDC, split None, in .*gt'):
        build(root, data_prefix=dict(img_path='gt'))
