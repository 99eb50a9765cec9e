from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmscllle.inference.curve_engine import CurveEngine
from mmscllle.video import Comparison, FrameEnhancer, camera, enhance_camera, open_video


class FakeCamera:
    """Stands in for ``cv2.VideoCapture``.

    Args:
        count: How many pictures it gives.
        end: Called in place of the next one.
    """

    def __init__(self, count: int, end: Callable[[], None] = lambda: None) -> None:
        self.left, self.end = count, end
        self.index: int | None = None
        self.released = False
        self.isOpened = lambda: self.index == 0

    def __call__(self, index: int) -> FakeCamera:
        self.index = index
        return self

    def set(self, key: int, value: float) -> bool:
        return key == cv2.CAP_PROP_BUFFERSIZE

    def get(self, key: int) -> float:
        return {cv2.CAP_PROP_FPS: 20.0}[key]

    def read(self) -> tuple[bool, np.ndarray | None]:
        if not self.left:
            self.end()
            return False, None
        self.left -= 1
        picture = np.zeros((48, 64, 3), np.uint8)
        picture[..., 2] = 60
        return True, picture

    def release(self) -> None:
        self.released = True


class FakeScreen:
    """Stands in for OpenCV's windows; q is pressed, or the window closed, at some picture."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, key_at: int = 99, closed_at: int = 99
    ) -> None:
        self.shown: list[np.ndarray] = []
        self.destroyed = False
        monkeypatch.setenv('DISPLAY', ':0')
        monkeypatch.setattr(cv2, 'imshow', lambda title, picture: self.shown.append(picture))
        monkeypatch.setattr(
            cv2, 'waitKey', lambda delay: ord('q') if len(self.shown) == key_at else -1
        )
        monkeypatch.setattr(
            cv2, 'getWindowProperty', lambda *_: 0.0 if len(self.shown) == closed_at else 1.0
        )
        monkeypatch.setattr(cv2, 'destroyAllWindows', lambda: setattr(self, 'destroyed', True))


@pytest.fixture
def enhance(engine: CurveEngine) -> FrameEnhancer:
    return FrameEnhancer(engine, engine)


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize('kwargs', [dict(key_at=3), dict(closed_at=3)])
def test_a_window_until_it_is_ended(enhance, monkeypatch, kwargs):
    source, screen = FakeCamera(10), FakeScreen(monkeypatch, **kwargs)
    monkeypatch.setattr(cv2, 'VideoCapture', source)
    assert enhance_camera(0, enhance) == 3
    assert len(screen.shown) == 3 and screen.destroyed and source.released
    # BGR, as OpenCV shows it, and brighter.
    assert screen.shown[0].shape == (48, 64, 3) and screen.shown[0][..., 2].mean() > 65


def test_a_window_until_ctrl_c(enhance, monkeypatch):
    source, screen = FakeCamera(4, interrupt), FakeScreen(monkeypatch)
    monkeypatch.setattr(cv2, 'VideoCapture', source)
    assert enhance_camera(0, enhance, Comparison()) == 4
    assert screen.shown[0].shape == (48, 128, 3) and screen.destroyed and source.released


def test_records_until_ctrl_c(enhance, monkeypatch, tmp_path):
    clock = iter(Fraction(number, 10) for number in range(100))
    monkeypatch.setattr(camera, 'monotonic', lambda: next(clock))
    monkeypatch.setattr(cv2, 'VideoCapture', FakeCamera(5, interrupt))
    path = tmp_path / 'out' / 'camera.mp4'
    steps = []
    assert enhance_camera(0, enhance, record=path, advanced=lambda: steps.append(1)) == 5
    assert len(steps) == 5 and list(path.parent.iterdir()) == [path]
    frames = list(open_video(path))
    # 5 pictures at 10 a second, whatever the camera says.
    assert float(frames[-1].seconds - frames[0].seconds) == pytest.approx(0.4, abs=0.01)
    assert frames[0].image.shape == (48, 64, 3) and frames[0].image[..., 0].mean() > 65


def test_a_camera_that_stops_keeps_the_recording(enhance, monkeypatch, tmp_path):
    source = FakeCamera(3)
    monkeypatch.setattr(cv2, 'VideoCapture', source)
    with pytest.raises(OSError, match='camera 0 gives no more pictures, after 3'):
        enhance_camera(0, enhance, record=tmp_path / 'camera.mp4')
    assert source.released
    assert len(list(open_video(tmp_path / 'camera.mp4'))) == 3


@pytest.mark.parametrize(
    'index, count, message', [(1, 5, 'there is no camera 1'), (0, 0, 'camera 0 gives no picture')]
)
def test_no_camera(enhance, monkeypatch, tmp_path: Path, index, count, message):
    monkeypatch.setattr(cv2, 'VideoCapture', FakeCamera(count))
    with pytest.raises(OSError, match=message):
        enhance_camera(index, enhance, record=tmp_path / 'camera.mp4')
    assert not list(tmp_path.iterdir())


def test_no_screen(enhance, monkeypatch):
    monkeypatch.setattr(camera.sys, 'platform', 'linux')
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(OSError, match='no screen.*--out-dir'):
        enhance_camera(0, enhance)
