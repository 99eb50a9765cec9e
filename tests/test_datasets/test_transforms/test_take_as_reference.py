from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmscllle.datasets.transforms import TakeAsReference


def test_a_copy():
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    results = TakeAsReference()(dict(img=image))
    assert results['img'] is image and (results['gt_img'] == image).all()
    assert not np.shares_memory(results['gt_img'], image)


def test_local_contrast():
    # A texture on either side of a step from dark to bright.
    image = np.full((40, 60, 3), 60, np.uint8)
    image[:, 30:] = 200
    image[::2, ::2] += 8
    kept = image.copy()
    reference = TakeAsReference(local_contrast=0.5)(dict(img=image))['gt_img']
    light = image / np.float32(255)
    detail = light - cv2.bilateralFilter(light, -1, 0.2, 5.0)
    expected = light + 0.5 * 4 * light * (1 - light) * detail
    np.testing.assert_allclose(reference, 255 * expected, atol=0.501)
    assert (image == kept).all()
    textures = [
        picture[10:30, side].std()
        for picture in (image, reference)
        for side in (slice(5, 20), slice(40, 55))
    ]
    assert textures[2] > 1.2 * textures[0] and textures[3] > 1.2 * textures[1]
    # No halo along the step.
    assert abs(reference[:, 25:35].astype(int) - image[:, 25:35]).max() <= 6


def test_local_contrast_is_not_negative():
    with pytest.raises(ValueError, match='local_contrast must not be negative, got -1'):
        TakeAsReference(local_contrast=-1)
