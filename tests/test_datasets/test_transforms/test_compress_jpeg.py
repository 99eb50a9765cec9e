from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from mmscllle.datasets.transforms import CompressJPEG

PICTURE = cv2.resize(
    np.random.default_rng(0).integers(256, size=(6, 8, 3), dtype=np.uint8),
    (64, 48),
    interpolation=cv2.INTER_CUBIC,
)


def run(quality, prob=1.0, **more):
    return CompressJPEG(quality, prob)(dict(img=PICTURE.copy(), **more))


def error(image):
    return np.abs(image.astype(int) - PICTURE).mean()


def test_equals_another_library():
    stream = io.BytesIO()
    # OpenCV's colours are BGR, and it halves the resolution of colour as Pillow does.
    Image.fromarray(PICTURE[..., ::-1]).save(stream, 'JPEG', quality=75)
    expected = np.asarray(Image.open(stream))[..., ::-1].astype(int)
    assert np.abs(run((75, 75))['img'] - expected).mean() < 1


def test_a_lower_quality_is_worse():
    good, bad = (error(run((quality, quality))['img']) for quality in (97, 20))
    assert 0 < good < bad / 2


def test_the_second_shot_too():
    results = run((30, 30), second_img=PICTURE.copy())
    assert (results['second_img'] == results['img']).all() and error(results['img']) > 0


def test_what_is_not_drawn_stays():
    results = run((30, 30), prob=0, second_img=PICTURE)
    assert results['second_img'] is PICTURE and error(results['img']) == 0


def test_quality_and_share_are_drawn(monkeypatch):
    np.random.seed(0)
    seen, encode = [], cv2.imencode
    monkeypatch.setattr(
        cv2,
        'imencode',
        lambda suffix, image, options: (
            seen.append(tuple(options)),
            encode(suffix, image, options),
        )[1],
    )
    for _ in range(200):
        run((60, 63), prob=0.5)
    assert set(seen) == {(cv2.IMWRITE_JPEG_QUALITY, quality) for quality in range(60, 64)}
    assert 70 < len(seen) < 130


@pytest.mark.parametrize('quality', [(0, 50), (50, 101), (60, 50), (50,)])
def test_wrong_quality(quality):
    with pytest.raises(ValueError, match='quality must be two ascending numbers of 1 to 100, got'):
        CompressJPEG(quality)


def test_wrong_prob():
    with pytest.raises(ValueError, match=r'prob must be in \[0, 1\], got -1'):
        CompressJPEG(prob=-1)
