import cv2
import numpy as np
import pytest

from mmscllle.datasets import NightCityDataset
from mmscllle.datasets.transforms import LoadImage, LoadLabelMap


def test_pairs_of_images_and_label_maps(tmp_path):
    for split in ('train', 'val'):
        for folder in ('img', 'lbl'):
            (tmp_path / split / folder).mkdir(parents=True)
        cv2.imwrite(
            str(tmp_path / split / 'img/Chicago_0002.png'), np.full((2, 3, 3), 30, np.uint8)
        )
        cv2.imwrite(
            str(tmp_path / split / 'lbl/Chicago_0002_trainIds.png'),
            np.array([[0, 18, 255], [10, 13, 2]], np.uint8),
        )
        cv2.imwrite(
            str(tmp_path / split / 'lbl/Chicago_0002_color.png'), np.full((2, 3, 3), 9, np.uint8)
        )
    dataset = NightCityDataset(
        data_root=str(tmp_path),
        data_prefix=dict(img_path='val/img', seg_map_path='val/lbl'),
        pipeline=[LoadImage(), LoadLabelMap()],
    )
    assert len(dataset) == 1
    item = dataset[0]
    assert item['img_path'].endswith('val/img/Chicago_0002.png')
    assert item['gt_seg_map'].tolist() == [[0, 18, 255], [10, 13, 2]]
    assert dataset.metainfo['classes'][18] == 'bicycle'


def test_missing_and_empty_folder_are_named(tmp_path):
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match='data_prefix.img_path: there is no folder .*vla'):
        NightCityDataset(data_root=str(tmp_path), data_prefix=dict(img_path='vla'))
    with pytest.raises(ValueError, match=r'data_prefix.img_path: no image \*.png in .*empty'):
        NightCityDataset(data_root=str(tmp_path), data_prefix=dict(img_path='empty'))
