import cv2
import numpy as np
import pytest

from mmscllle.datasets.seeding import seeded
from mmscllle.datasets.transforms import FourierAmplitudeTransfer, TakeAsSecondShot
from mmscllle.datasets.transforms.fourier_amplitude_transfer import transfer_amplitude

rng = np.random.default_rng(0)
DAY = rng.integers(90, 250, size=(32, 40, 3), dtype=np.uint8)
NIGHT = rng.integers(0, 60, size=(32, 40, 3), dtype=np.uint8)


def reference(image, style, reach):
    """The loop of the paper over frequencies, one at a time."""
    height, width = image.shape[:2]
    result = np.empty(image.shape)
    for channel in range(3):
        own, other = (np.fft.fft2(each[..., channel].astype(float)) for each in (image, style))
        for v in range(-reach, reach + 1):
            for u in range(-reach, reach + 1):
                own[v, u] = abs(other[v, u]) * np.exp(1j * np.angle(own[v, u]))
        result[..., channel] = np.fft.ifft2(own).real
    return np.rint(result.clip(0, 255)).astype(np.uint8)


@pytest.mark.parametrize('share, reach', [(0.07, 2), (0.1, 3)])
def test_equals_a_plain_loop(share, reach):
    found = transfer_amplitude(DAY, NIGHT, share).astype(int)
    assert np.abs(found - reference(DAY, NIGHT, reach)).max() <= 1


def test_a_share_of_zero_takes_the_mean_alone():
    calm = (DAY // 8 + 100).astype(np.uint8)
    found = transfer_amplitude(calm, np.full_like(calm, 60), 0)
    assert found.mean(axis=(0, 1)) == pytest.approx([60] * 3, abs=0.5)
    assert np.corrcoef(found.ravel(), calm.ravel())[0, 1] > 0.99


def test_own_amplitudes_change_nothing():
    assert np.abs(transfer_amplitude(DAY, DAY, 0.2).astype(int) - DAY).max() <= 1


def test_pictures_of_the_folder_are_drawn_and_fitted(tmp_path):
    for index, value in enumerate((20, 60)):
        assert cv2.imwrite(str(tmp_path / f'{index}.png'), np.full((600, 900, 3), value, np.uint8))
    transform = FourierAmplitudeTransfer(str(tmp_path), share=(0, 0))
    means = []
    for number in range(12):
        with seeded(number):
            means.append(transform(dict(img=(DAY // 8 + 60)))['img'].mean())
    assert min(means) == pytest.approx(20, abs=1) and max(means) == pytest.approx(60, abs=1)
    with seeded(3):
        assert transform(dict(img=(DAY // 8 + 60)))['img'].mean() == means[3]
    never = FourierAmplitudeTransfer(str(tmp_path), prob=0)
    assert never(dict(img=DAY))['img'] is DAY


def test_wrong_input(tmp_path):
    with pytest.raises(FileNotFoundError, match='FourierAmplitudeTransfer.folder: there is no fol'):
        FourierAmplitudeTransfer(str(tmp_path / 'none'))
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    with pytest.raises(ValueError, match=r'share must be at most 0.5, got \(0, 1\)'):
        FourierAmplitudeTransfer(str(tmp_path), share=(0, 1))
    with pytest.raises(OSError, match='broken.png.* is damaged or no image'):
        FourierAmplitudeTransfer(str(tmp_path))(dict(img=DAY))
    with pytest.raises(ValueError, match='must have one size, got'):
        transfer_amplitude(DAY, NIGHT[:-1], 0.1)


def test_a_second_shot_is_a_copy():
    results = TakeAsSecondShot()(dict(img=DAY.copy()))
    results['img'][:] = 0
    assert (results['second_img'] == DAY).all()
