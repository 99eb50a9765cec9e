from __future__ import annotations

import pytest
import torch

from mmscllle.benchmark.cases import Case, make_cases, parse_size
from mmscllle.benchmark.eager_network import EagerNetwork
from mmscllle.benchmark.measurement import make_enhancer
from mmscllle.inference.curve_engine import CurveEngine


def test_the_eager_network_is_the_enhancer():
    enhancer, image = make_enhancer(), torch.rand(2, 3, 12, 17)
    before = image.clone()
    torch.testing.assert_close(EagerNetwork(enhancer)(image), enhancer(image)[0])
    assert torch.equal(image, before)


@pytest.mark.parametrize(('text', 'size'), [
    ('600x400', (600, 400)), ('1080p', (1920, 1080)), ('4K', (3840, 2160)), ('7x13', (7, 13))])
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize('text', ['8K', '0x4', '3x', '3x4x5', '-3x4'])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match=f'or WIDTHxHEIGHT, got {text!r}'):
        parse_size(text)


def test_all_combinations():
    cases = make_cases(['5x4'], ['eager', 'fast'], ['bfloat16', 'float32'], [1, 2], ['cpu'])
    assert [(case.batch, case.mode, case.precision) for case in cases] == [
        (1, 'eager', 'float32'), (1, 'fast', 'bfloat16'), (1, 'fast', 'float32'),
        (2, 'eager', 'float32'), (2, 'fast', 'bfloat16'), (2, 'fast', 'float32')]


def test_work_by_hand():
    enhancer = make_enhancer()
    # 3 x 3 weights of 3 -> 32, three times 32 -> 32, twice 64 -> 32 and 64 -> 24 channels.
    weights = 9 * (3 * 32 + 3 * 32 * 32 + 2 * 64 * 32 + 64 * 24)
    assert Case('30x20', 'exact', batch=2).flops(enhancer) == 2 * 2 * 600 * weights
    assert Case('30x20', 'fast').flops(enhancer) == 2 * 4 * 3 * weights
    assert Case('30x20', 'fast').moved_bytes() == 2 * 4 * 3 * 600
    assert Case('4K', 'eager').needed_bytes() > 9 * 2**30 > Case('4K', 'fast').needed_bytes()


@pytest.mark.parametrize(('mode', 'downsample', 'tile'), [
    ('exact', 1, None), ('tiled', 1, 512), ('fast', 8, None)])
def test_engines(mode, downsample, tile):
    engine = Case('5x4', mode, 'bfloat16').build(make_enhancer())
    assert isinstance(engine, CurveEngine)
    assert (engine.downsample, engine.tile) == (downsample, tile)
    assert engine.network.dtype == torch.bfloat16
    assert isinstance(Case('5x4', 'eager').build(make_enhancer()), EagerNetwork)
