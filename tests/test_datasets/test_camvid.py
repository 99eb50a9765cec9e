import logging

import cv2
import numpy as np
import pytest

from mmscllle.datasets import CamVidDataset, checked_folder
from mmscllle.datasets.transforms import LoadImage, LoadLabelMap

PIPELINE = [LoadImage(), LoadLabelMap()]


def test_pairs_of_images_and_label_maps(tmp_path):
    for folder in ('img', 'ann'):
        (tmp_path / folder / 'day').mkdir(parents=True)
    labels = np.array([[0, 10, 255], [3, 8, 1]], np.uint8)
    cv2.imwrite(str(tmp_path / 'img/day/0001.jpg'), np.full((2, 3, 3), 90, np.uint8))
    cv2.imwrite(str(tmp_path / 'ann/day/0001.png'), labels)
    dataset = CamVidDataset(
        data_root=str(tmp_path),
        data_prefix=dict(img_path='img/day', seg_map_path='ann/day'),
        pipeline=PIPELINE,
    )
    assert len(dataset) == 1
    item = dataset[0]
    assert item['img_path'].endswith('img/day/0001.jpg')
    assert (item['gt_seg_map'] == labels).all()


def test_classes_and_palette():
    meta = CamVidDataset.METAINFO
    assert meta['classes'][0] == 'sky' and meta['classes'][10] == 'bicyclist'
    assert len(meta['classes']) == len(meta['palette']) == 11
    assert len({tuple(colour) for colour in meta['palette']}) == 11


def test_missing_and_empty_folder_are_named(tmp_path):
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match='data_prefix.img_path: there is no folder .*dya'):
        CamVidDataset(data_root=str(tmp_path), data_prefix=dict(img_path='dya'))
    with pytest.raises(ValueError, match=r'data_prefix.img_path: no image \*.jpg in .*empty'):
        CamVidDataset(data_root=str(tmp_path), data_prefix=dict(img_path='empty'))


def test_images_of_other_suffixes_are_counted(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(checked_folder, 'print_log', lambda *message: told.append(message))
    (tmp_path / 'ann').mkdir()
    for name in ('a.jpg', 'b.JPG', 'c.jpeg', 'd.png', 'e.txt'):
        (tmp_path / name).write_bytes(b'')
    prefix = dict(img_path='.', seg_map_path='ann')
    assert len(CamVidDataset(data_root=str(tmp_path), data_prefix=prefix)) == 1
    ((message, _, level),) = told
    assert '3 images in' in message and "left out, the first is 'b.JPG'" in message
    assert level == logging.WARNING
    (tmp_path / 'list.txt').write_text('a')
    CamVidDataset(data_root=str(tmp_path), data_prefix=prefix, ann_file='list.txt')
    # Here label maps lie beside the images.
    CamVidDataset(data_root=str(tmp_path), data_prefix=dict(img_path='.', seg_map_path='.'))
    assert len(told) == 1


@pytest.mark.shared
@pytest.mark.parametrize(('split', 'size'), [('day_train', 305), ('day_val', 101), ('dusk', 62)])
def test_real_images(shared, split, size):
    dataset = CamVidDataset(
        data_root=str(shared / 'data' / 'camvid'),
        data_prefix=dict(img_path=f'img/{split}', seg_map_path=f'ann/{split}'),
        pipeline=PIPELINE,
    )
    assert len(dataset) == size
    item = dataset[size // 2]
    assert item['img'].shape == (360, 480, 3)
    seen = set(np.unique(item['gt_seg_map']))
    assert seen <= {*range(11), 255}
    # A street, whatever else there is.
    assert {1, 3, 8} <= seen
