from __future__ import annotations

import torch

from mmscllle.models.presence import is_there


def test_an_entirely_black_image_is_none():
    images = torch.zeros(4, 3, 5, 6)
    images[1, 2, 4, 5] = 1 / 255
    images[3] = 1
    assert is_there(images).tolist() == [False, True, False, True]
    assert is_there((255 * images).byte()).tolist() == [False, True, False, True]
