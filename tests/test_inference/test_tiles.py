from __future__ import annotations

import pytest
import torch

from mmscllle.inference.tiles import tiles


@pytest.mark.parametrize('side', [1, 4, 5, 11, 100, None])
def test_every_pixel_belongs_to_one_tile(side):
    owners = torch.zeros(11, 23)
    for tile in tiles(11, 23, side, overlap=2):
        owners[tile.write] += 1
    assert (owners == 1).all()


def test_by_hand():
    (first, second) = tiles(3, 10, 6, overlap=2)
    assert first.write == (slice(0, 3), slice(0, 6)) and first.read == (slice(0, 3), slice(0, 8))
    assert second.write == (slice(0, 3), slice(6, 10))
    assert second.read == (slice(0, 3), slice(4, 10))


def test_no_tiles():
    ((read, write),) = tiles(3, 10, None, overlap=7)
    assert read == write == (slice(0, 3), slice(0, 10))
