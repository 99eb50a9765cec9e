from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmseg.datasets.transforms import RandomCrop

from mmscllle.datasets import NightStreetDataset
from mmscllle.datasets.transforms import LoadImage, LoadReference, PackEnhanceInputs


@pytest.mark.parametrize('split, referenced', [('night_val', True), ('night_train', False)])
def test_images_labels_and_references(tmp_path, split, referenced):
    picture = np.zeros((32, 32, 3), np.uint8)
    for kind, image in (('img', picture), ('ann', picture[..., 0])):
        (tmp_path / kind / split).mkdir(parents=True)
        assert cv2.imwrite(str(tmp_path / kind / split / 'street_00000.png'), image)
    dataset = NightStreetDataset(
        data_root=str(tmp_path),
        pipeline=[],
        data_prefix=dict(img_path=f'img/{split}', seg_map_path=f'ann/{split}'),
    )
    (entry,) = dataset.load_data_list()
    assert entry['img_path'] == str(tmp_path / 'img' / split / 'street_00000.png')
    assert entry['seg_map_path'] == str(tmp_path / 'ann' / split / 'street_00000.png')
    reference = str(tmp_path / 'img' / 'day_val' / 'street_00000.png')
    assert entry.get('gt_path') == (reference if referenced else None)
    assert len(dataset.metainfo['classes']) == len(dataset.metainfo['palette']) == 8


def test_a_step_that_moves_the_image_alone_is_refused(tmp_path):
    (tmp_path / 'night_val').mkdir()
    cv2.imwrite(str(tmp_path / 'night_val/a.png'), np.zeros((32, 32, 3), np.uint8))
    pipeline = [LoadImage(), LoadReference(), RandomCrop((8, 8)), PackEnhanceInputs()]
    with pytest.raises(
        ValueError, match='pipeline: RandomCrop does not change img and gt_img alike'
    ):
        NightStreetDataset(
            data_root=str(tmp_path), data_prefix=dict(img_path='night_val'), pipeline=pipeline
        )
