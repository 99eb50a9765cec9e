from __future__ import annotations

import pytest
import torch
from benchmarking.cases import Case, make_cases, make_enhancer, parse_size

from mmscllle.inference.curve_engine import CurveEngine
from mmscllle.inference.plain_engine import PlainEngine
from mmscllle.inference.tiles import default_side

DEFAULT_TILE = default_side(torch.device('cpu'))


@pytest.mark.parametrize(
    ('text', 'size'),
    [('600x400', (600, 400)), ('1080p', (1920, 1080)), ('4K', (3840, 2160)), ('7x13', (7, 13))],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize('text', ['8K', '0x4', '3x', '3x4x5', '-3x4'])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match=f'or WIDTHxHEIGHT, got {text!r}'):
        parse_size(text)


def test_all_combinations():
    cases = make_cases(
        ['scl-lle-curves'], ['5x4'], ['eager', 'fast'], ['bfloat16', 'float32'], [1, 2], ['cpu']
    )
    assert [(case.batch, case.mode, case.precision) for case in cases] == [
        (1, 'eager', 'float32'),
        (1, 'fast', 'bfloat16'),
        (1, 'fast', 'float32'),
        (2, 'eager', 'float32'),
        (2, 'fast', 'bfloat16'),
        (2, 'fast', 'float32'),
    ]


def test_work_by_hand():
    enhancer = make_enhancer('scl-lle-curves')
    # 3 x 3 weights of 3 -> 32, three times 32 -> 32, twice 64 -> 32 and 64 -> 24 channels.
    weights = 9 * (3 * 32 + 3 * 32 * 32 + 2 * 64 * 32 + 64 * 24)
    assert Case('30x20', 'exact', batch=2).flops(enhancer) == 2 * 2 * 600 * weights
    assert Case('30x20', 'fast').flops(enhancer) == 2 * 4 * 3 * weights
    assert Case('30x20', 'fast').moved_bytes() == 2 * 4 * 3 * 600
    needed = {mode: Case('4K', mode).needed_bytes(enhancer) for mode in ('eager', 'fast')}
    # Seven layers of 6 * 32 + 24 channels.
    assert needed == dict(eager=1.5 * 4 * 216 * 3840 * 2160, fast=4 * 2 * 4 * 3 * 3840 * 2160)


@pytest.mark.parametrize(
    ('mode', 'downsample', 'tile'),
    [('exact', 1, DEFAULT_TILE), ('tiled', 1, 512), ('fast', 8, DEFAULT_TILE)],
)
def test_engines(mode, downsample, tile):
    engine = Case('5x4', mode, 'bfloat16').build(make_enhancer('scl-lle-curves'))
    assert isinstance(engine, CurveEngine)
    assert (engine.downsample, engine.tile) == (downsample, tile)
    assert engine.network.dtype == torch.bfloat16


def test_a_model_without_curves_runs_in_the_modes_that_it_has():
    cases = make_cases(
        ['sci-medium', 'iat-lol-v1'],
        ['5x4'],
        ['eager', 'exact', 'tiled', 'fast'],
        ['float32'],
        [1],
        ['cpu'],
    )
    assert [(case.model, case.mode) for case in cases] == [
        ('sci-medium', 'eager'),
        ('sci-medium', 'exact'),
        ('sci-medium', 'tiled'),
        ('iat-lol-v1', 'eager'),
        ('iat-lol-v1', 'exact'),
    ]
    enhancer = make_enhancer('sci-medium')
    assert isinstance(cases[1].build(enhancer), PlainEngine)
    # 3 -> 3 channels, three times.
    assert cases[1].flops(enhancer) == 2 * 20 * 3 * 81
    image = torch.rand(cases[0].shape)
    torch.testing.assert_close(cases[0].build(enhancer)(image)[0], enhancer(image)[0])
