import math

import cv2
import numpy as np
import pytest
import torch
from scipy.special import gamma
from scipy.stats import gennorm

from mmscllle.evaluation import NIQE
from mmscllle.evaluation.niqe import PRISTINE, _fit_asymmetric, _halve, niqe


@pytest.fixture
def messages(monkeypatch):
    """What the metric logs."""
    found = []
    monkeypatch.setattr(
        'mmscllle.evaluation.niqe.print_log', lambda message, *_: found.append(message)
    )
    return found


def read(path):
    return torch.from_numpy(cv2.imread(str(path))[..., ::-1].copy()).permute(2, 0, 1) / 255


def street(seed=0, size=(200, 300)):
    """A picture with edges, shades and a little noise."""
    rng = np.random.default_rng(seed)
    image = cv2.resize(rng.random((12, 16, 3)), size[::-1], interpolation=cv2.INTER_CUBIC)
    image[60:150, 40:120] = 1 - image[60:150, 40:120]
    image = np.clip(image + rng.normal(0, 0.01, image.shape), 0, 1).astype(np.float32)
    return torch.from_numpy(image).permute(2, 0, 1)


def test_the_pristine_model_is_a_distribution():
    assert PRISTINE['mean'].shape == (36,) and PRISTINE['covariance'].shape == (36, 36)
    assert np.linalg.eigvalsh(PRISTINE['covariance']).min() > 0
    assert PRISTINE['window'].sum() == pytest.approx(1)


@pytest.mark.parametrize('shape', [0.8, 2.0])
def test_the_fit_finds_shape_and_scales(shape):
    rng = np.random.default_rng(0)
    values = np.abs(gennorm.rvs(shape, size=(2, 200, 200), random_state=rng))
    # A share of left : right values as the scales are makes the density continuous.
    left = rng.random(values.shape) < 1 / 4
    found = _fit_asymmetric(np.where(left, -values, 3 * values))
    assert np.stack(found, axis=1) == pytest.approx(np.tile([shape, 1, 3], (2, 1)), rel=0.06)


def test_the_shape_is_the_nearest_of_the_table():
    blocks = np.random.default_rng(0).normal(size=(20, 48, 48))
    shapes, left, right = _fit_asymmetric(blocks)
    table = np.arange(0.2, 10.001, 0.001)
    ratios = gamma(2 / table) ** 2 / (gamma(1 / table) * gamma(3 / table))
    for block, shape in zip(blocks, shapes, strict=True):
        skew = np.sqrt((block[block < 0] ** 2).mean()) / np.sqrt((block[block > 0] ** 2).mean())
        ratio = (
            np.abs(block).mean() ** 2
            / (block**2).mean()
            * (skew**3 + 1)
            * (skew + 1)
            / (skew**2 + 1) ** 2
        )
        assert shape == pytest.approx(table[np.argmin((ratios - ratio) ** 2)], abs=1e-9)


def test_halving_keeps_a_plane_and_averages_a_checkerboard():
    y, x = np.mgrid[:12, :16].astype(np.float32)
    plane = _halve(2 * x + y)
    assert plane.shape == (6, 8)
    # Away from the border, the value midway between two pixels.
    inner = (2 * (2 * np.arange(8) + 0.5)[None] + (2 * np.arange(6) + 0.5)[:, None])[2:-2, 2:-2]
    assert plane[2:-2, 2:-2] == pytest.approx(inner, abs=1e-4)
    assert _halve((x + y) % 2)[2:-2, 2:-2] == pytest.approx(np.full((2, 4), 0.5), abs=1e-6)


def test_degraded_pictures_are_worse(shared):
    image = read(sorted((shared / 'data/camvid/img/day_val').iterdir())[0])
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(0))
    blurred = cv2.GaussianBlur(image.permute(1, 2, 0).numpy(), (0, 0), 3)
    best = niqe(image)
    assert niqe((image + 0.1 * noise).clamp(0, 1)) > best + 1
    assert niqe(torch.from_numpy(blurred).permute(2, 0, 1)) > best + 1


def test_only_whole_blocks_count():
    image = street()
    assert niqe(image) == niqe(image[:, :192, :288]) != niqe(image[:, :192, :192])


def test_flat_blocks_have_no_shape_and_flat_pictures_no_niqe():
    image = street()
    image[:, :96, :96] = 0.5
    assert math.isfinite(niqe(image))
    assert math.isnan(niqe(torch.full((3, 200, 200), 0.5)))


def test_an_image_without_two_blocks_is_refused():
    with pytest.raises(
        ValueError,
        match=r'NIQE needs 2 whole blocks of 96 x 96 pixels, an image '
        r'of 95 x 300 \(H x W\) holds 0',
    ):
        niqe(torch.zeros(3, 95, 300))


def test_metric(make_sample, messages):
    metric = NIQE()
    images = [street(0), street(1)]
    metric.process(None, [*map(make_sample, images), make_sample(torch.zeros(3, 95, 300))])
    assert metric.evaluate(3) == {'NIQE': pytest.approx(np.mean([niqe(i) for i in images]))}
    assert messages == ['NIQE: night/a.png is left out, it is too small']


def named(make_sample, image, name, **metainfo):
    return dict(make_sample(image, **metainfo), img_path=name)


def test_flat_images_are_left_out_of_the_mean_counted_and_named(make_sample, messages):
    metric, image, flat = NIQE(), street(), torch.full((3, 200, 200), 0.5)
    metric.process(
        None,
        [
            named(make_sample, image, 'a.png', exposure='dark'),
            named(make_sample, flat, 'b.png', exposure='dark'),
            named(make_sample, 0 * flat, 'c.png', exposure='very_dark'),
        ],
    )
    value = pytest.approx(niqe(image))
    assert metric.evaluate(3) == {
        'NIQE': value,
        'flat_images': 2,
        'dark/NIQE': value,
        'dark/flat_images': 1,
        'very_dark/flat_images': 1,
    }
    assert messages == [
        'NIQE: 2 of 3 images are left out of the mean, for they are flat and have none: '
        'b.png, c.png'
    ]


def test_the_mean_of_flat_images_alone_is_nan(make_sample):
    """As of a model that has collapsed: ``save_best='NIQE'`` ended the training with a KeyError."""
    metric = NIQE()
    metric.process(None, [make_sample(torch.full((3, 200, 200), 0.5))])
    metrics = metric.evaluate(1)
    assert math.isnan(metrics.pop('NIQE')) and metrics == {'flat_images': 1}


def test_nan_of_a_diverged_model_stays(make_sample, messages):
    metric = NIQE()
    metric.process(None, [make_sample(street()), make_sample(street() * math.nan)])
    metrics = metric.evaluate(2)
    assert list(metrics) == ['NIQE'] and math.isnan(metrics['NIQE']) and not messages


# By mmagic 1.2.0, on the files as they are; tests/test_mmagic compares on all shared photographs.
@pytest.mark.parametrize(
    'name, expected', [('dicm/01.jpg', 3.22663), ('dicm/27.jpg', 8.71441), ('lime/7.bmp', 6.95621)]
)
def test_shared_photographs(name, expected, shared):
    assert niqe(read(shared / 'data/lowlight' / name)) == pytest.approx(expected, abs=1e-3)
