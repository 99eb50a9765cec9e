from __future__ import annotations

import numpy as np

from mmscllle.datasets.transforms import TakeAsReference


def test_a_copy():
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    results = TakeAsReference()(dict(img=image))
    assert results['img'] is image and (results['gt_img'] == image).all()
    assert not np.shares_memory(results['gt_img'], image)
