from __future__ import annotations

import numpy as np
import pytest

from mmscllle.datasets.transforms.camera_response import CameraResponse

LEVELS = np.arange(256, dtype=np.uint8)
CAMERAS = [
    CameraResponse(0.5, 1.9, 0.01),
    CameraResponse(5.0, 2.4, 0.35),
    CameraResponse(2.0, 2.2, 0.2),
]


def test_hand_values():
    # (1 - exp(-0.5)) / (1 - exp(-1)) = 0.393469 / 0.632121 = 0.622459, and its square root.
    assert CameraResponse(1.0, 1.0, 0.0).render(np.array([0.5])) == pytest.approx(
        [0.622459], abs=1e-6
    )
    assert CameraResponse(1.0, 2.0, 0.0).render(np.array([0.5])) == pytest.approx(
        [0.788961], abs=1e-6
    )
    # Contrast leaves the middle, and moves a quarter by 0.4 (3 / 16 - 2 / 64 - 1 / 4) = -0.0375.
    light = -np.log1p(-np.array([0.25, 0.5]) * (1 - np.exp(-1)))
    assert CameraResponse(1.0, 1.0, 0.4).render(light) == pytest.approx([0.2125, 0.5], abs=1e-5)


@pytest.mark.parametrize('camera', CAMERAS)
def test_black_white_and_beyond(camera):
    shown = camera.render(np.array([-1.0, 0.0, 1.0, 7.0]))
    assert shown.dtype == np.float32 and shown.tolist() == [0, 0, 1, 1]
    assert (np.diff(camera.render(np.linspace(0, 1, 500))) > 0).all()


@pytest.mark.parametrize('camera', CAMERAS)
def test_inverse(camera):
    light = camera.invert(LEVELS.reshape(16, 16))
    assert light.shape == (16, 16) and light.dtype == np.float32
    assert light.min() == 0 and light.max() <= 1 and (np.diff(light.ravel()) > 0).all()
    assert (np.rint(255 * camera.render(light)).ravel() == LEVELS).all()


def test_a_shoulder_that_rounds_to_one_has_an_inverse():
    assert np.isfinite(CameraResponse(60.0, 2.2, 0.0).invert(LEVELS)).all()
