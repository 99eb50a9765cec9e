from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmscllle.datasets import NightStreetDataset


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
