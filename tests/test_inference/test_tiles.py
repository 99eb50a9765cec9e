from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from mmscllle.inference.curve_engine import CurveEngine
from mmscllle.inference.tiles import default_side, retry_in_smaller_tiles, tiles
from mmscllle.models import CurveEnhancer


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


def test_wide_pictures_are_tiled_unasked():
    assert default_side(torch.device('cpu')) == 4096
    assert CurveEngine(CurveEnhancer()).tile == 4096
    assert CurveEngine(CurveEnhancer(), tile=100).tile == 100


def test_memory_that_does_not_suffice_is_answered_by_smaller_tiles():
    engine, sides = SimpleNamespace(tile=1000), []

    def work() -> str:
        sides.append(engine.tile)
        if engine.tile > 200:
            raise torch.cuda.OutOfMemoryError('no memory')
        return 'done'

    assert retry_in_smaller_tiles(engine, work) == 'done'
    assert sides == [1000, 500, 250, 125] and engine.tile == 125


@pytest.mark.parametrize('tile', [None, 64])
def test_memory_that_does_not_suffice_for_the_smallest_tiles(tile):
    def work() -> None:
        raise torch.cuda.OutOfMemoryError('no memory')

    with pytest.raises(torch.cuda.OutOfMemoryError):
        retry_in_smaller_tiles(SimpleNamespace(tile=tile), work)
