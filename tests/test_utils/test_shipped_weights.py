"""The weights that come with the package."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from mmengine.runner import load_checkpoint

from mmscllle.apis import EnhanceInferencer
from mmscllle.models import CurveEnhancer
from mmscllle.models.enhancers.known import find_model
from mmscllle.registry import MODELS
from mmscllle.utils.shipped_weights import SHIPPED_MODELS


@pytest.fixture(scope='module')
def exact() -> EnhanceInferencer:
    return EnhanceInferencer(show_progress=False, device='cpu')


@pytest.fixture(scope='module')
def fast() -> EnhanceInferencer:
    return EnhanceInferencer(fast=True, show_progress=False, device='cpu')


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    return -10 * np.log10(np.mean((first / 255.0 - second / 255.0) ** 2))


def enhancer_config(name: str) -> dict:
    return dict(find_model(name, 'model').config)


@pytest.mark.parametrize('name', SHIPPED_MODELS)
def test_the_file_is_small_and_holds_the_enhancer_alone(name):
    path = SHIPPED_MODELS[name].weights
    weights = torch.load(path, map_location='cpu')
    # As float32, and little beside.
    assert path.stat().st_size < 4.2 * sum(value.numel() for value in weights.values())
    own = MODELS.build(enhancer_config(name)).state_dict()
    assert {key: value.shape for key, value in weights.items()} == {
        key: value.shape for key, value in own.items()
    }
    assert all(value.isfinite().all() for value in weights.values())


@pytest.mark.parametrize('name', SHIPPED_MODELS)
def test_every_reader_of_a_checkpoint_knows_the_name(tiny_segmentor, name):
    expected = torch.load(SHIPPED_MODELS[name].weights, map_location='cpu')
    address = f'mmscllle://{name}'
    config = enhancer_config(name)
    initialised = MODELS.build(dict(config, init_cfg=dict(type='Pretrained', checkpoint=address)))
    initialised.init_weights()
    loaded = MODELS.build(dict(type='mmscllle.SCLLLE', enhancer=config))
    load_checkpoint(loaded, address, strict=True)
    chain = MODELS.build(
        dict(
            type='mmscllle.EnhancedSegmentor',
            enhancer=config,
            enhancer_checkpoint=address,
            segmentor=tiny_segmentor[0],
        )
    )
    for network in (initialised, loaded.enhancer, chain.enhancer):
        torch.testing.assert_close(network.state_dict(), expected, rtol=0, atol=0)


def test_unknown_name():
    with pytest.raises(
        ValueError,
        match="no weights 'mmscllle://none' come with the package; "
        'there are mmscllle://scl-lle, mmscllle://scl-lle-paired',
    ):
        load_checkpoint(CurveEnhancer(), 'mmscllle://none')


def test_dark_becomes_brighter_and_order_is_kept(exact):
    ramp = np.repeat(np.arange(0, 64, dtype=np.uint8)[:, None, None], 3, axis=2)
    dark = np.tile(ramp.reshape(1, 64, 3), (48, 1, 1))
    bright = exact(dark)['predictions']
    assert bright.shape == dark.shape and bright.dtype == np.uint8
    assert bright.mean() > 1.8 * dark.mean()
    # Off the right edge, where the network's zero padding tells.
    assert (np.diff(bright.mean(axis=(0, 2))[:-7]) > -1).all()


def test_a_well_lit_picture_is_changed_less(exact):
    rng = np.random.default_rng(0)
    scene = cv2.GaussianBlur(rng.integers(256, size=(96, 128, 3)).astype(np.uint8), (0, 0), 4)
    scene = cv2.normalize(scene, None, 20, 235, cv2.NORM_MINMAX)
    dark = (scene * 0.25).astype(np.uint8)
    gains = [exact(image)['predictions'].mean() / image.mean() for image in (dark, scene)]
    assert gains[0] > 1.5 * gains[1]


@pytest.fixture(scope='module')
def photographs(shared) -> list[np.ndarray]:
    """Of 480 x 320 pixels."""
    files = sorted((shared / 'data/lowlight').glob('*/*'))[::4]
    assert len(files) >= 5
    return [cv2.resize(cv2.imread(str(file)), (480, 320)) for file in files]


def test_fast_and_exact_agree_on_photographs(photographs, exact, fast):
    values = [
        psnr(fast(image)['predictions'], exact(image)['predictions']) for image in photographs
    ]
    assert min(values) > 45, values


def test_fast_and_exact_curves_agree_on_photographs(photographs):
    exact, fast = (
        EnhanceInferencer('scl-lle-curves', fast=fast, show_progress=False, device='cpu')
        for fast in (False, True)
    )
    values = [
        psnr(fast(image)['predictions'], exact(image)['predictions']) for image in photographs
    ]
    assert min(values) > 33, values


@pytest.mark.parametrize('mode', ['exact', 'fast'])
def test_no_frame(photographs, mode, request):
    """Where a picture ends changes the outermost pixels no more than the inner ones."""
    enhance = request.getfixturevalue(mode)
    # What lies beyond is known, or not.
    cut = np.s_[64:256, 64:416]
    edge, inner = [], []
    for image in photographs:
        difference = np.abs(
            enhance(image)['predictions'][cut].astype(int)
            - enhance(image[cut].copy())['predictions']
        )
        is_inner = np.zeros(difference.shape[:2], bool)
        is_inner[16:-16, 16:-16] = True
        edge.append(difference[~is_inner].mean())
        inner.append(difference[is_inner].mean())
    assert np.mean(edge) <= np.mean(inner) + 0.5, (edge, inner)


def test_strength_lifts_shadows_and_keeps_highlights(photographs, exact):
    for image in photographs:
        results = {
            strength: exact(image, strength=strength)['predictions'].astype(int)
            for strength in (0, 0.5, 1, 1.5, 2)
        }
        shadows = image.max(axis=2) < 38
        means = [result[shadows].mean() for result in results.values()]
        assert means == sorted(means)
        clipped = {
            strength: (result.max(axis=2) == 255).mean() for strength, result in results.items()
        }
        assert clipped[2] <= clipped[1] + 0.01
