from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmscllle.inference.curve_engine import CurveEngine
from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame
from mmscllle.video import (
    Comparison,
    Frame,
    FrameEnhancer,
    VideoFormat,
    create_video,
    enhance_file,
    enhance_video,
    open_video,
)

COUNT = 24


def make_clip(path: Path, count: int = COUNT, noise: int = 12) -> None:
    """A dark clip; with much noise its file is large."""
    generator = np.random.default_rng(0)
    blocks = cv2.resize(generator.integers(80, size=(6, 8, 3), dtype=np.uint8), (64, 48))
    images = [
        blocks + generator.integers(noise, size=blocks.shape, dtype=np.uint8) for _ in range(count)
    ]
    with create_video(path, VideoFormat(48, 64, Fraction(12))) as writer:
        for number, image in enumerate(images):
            writer.write(Frame(image, Fraction(number, 12)))


def read(path: Path) -> list[np.ndarray]:
    reader = open_video(path)
    images = [frame.image for frame in reader]
    reader.close()
    return images


@pytest.fixture
def enhance(engine: CurveEngine) -> FrameEnhancer:
    return FrameEnhancer(engine, engine)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    make_clip(tmp_path / 'clip.mp4')
    return tmp_path / 'clip.mp4'


@pytest.mark.parametrize('threads', [False, True])
def test_every_frame_is_enhanced(engine, tmp_path, threads):
    make_clip(tmp_path / 'clip.mp4')
    target = tmp_path / 'out' / 'clip.mp4'
    counts, steps = [], []
    enhance = FrameEnhancer(engine, engine, smoothing=0)
    report = enhance_video(
        tmp_path / 'clip.mp4',
        target,
        enhance,
        threads=threads,
        opened=counts.append,
        advanced=lambda: steps.append(1),
    )
    assert counts == [COUNT] and len(steps) == report.frames == report.expected == COUNT
    assert report.problem == ''
    enhanced = read(target)
    assert len(enhanced) == COUNT
    for image, result in zip(read(tmp_path / 'clip.mp4'), enhanced, strict=True):
        expected = tensor_to_frame(engine(frames_to_tensor([image], 'cpu'))[0], image)
        assert np.abs(expected.astype(int) - result).mean() < 12
        assert abs(expected.mean() - result.mean()) < 4 < result.mean() - image.mean()
    assert list(target.parent.iterdir()) == [target]


def test_comparison(clip, enhance, tmp_path):
    target, compared = tmp_path / 'out.mp4', tmp_path / 'compare' / 'out.mp4'
    enhance_video(clip, target, enhance, (Comparison(), compared))
    sides, images, enhanced = read(compared), read(clip), read(target)
    assert len(sides) == COUNT and sides[0].shape == (48, 128, 3)
    assert np.abs(sides[5][:, :64].mean() - images[5].mean()) < 2
    assert np.abs(sides[5][:, 64:].mean() - enhanced[5].mean()) < 2


@pytest.mark.parametrize('suffix', ['.avi', '.mkv'])
def test_a_video_that_breaks_off(enhance, tmp_path, suffix):
    source, target = tmp_path / f'clip{suffix}', tmp_path / 'out' / f'clip{suffix}'
    make_clip(source, 60, noise=90)
    content = source.read_bytes()
    source.write_bytes(content[: len(content) // 2])
    report = enhance_video(source, target, enhance)
    assert 10 < report.frames < 50
    assert abs(report.expected - 60) <= 1
    assert report.problem.startswith(
        f'only {report.frames} of {report.expected} frames could be read, and were enhanced: '
    )
    assert abs(len(read(target)) - report.frames) <= 1


def test_damage_is_passed_over_and_noted(enhance, tmp_path):
    source = tmp_path / 'damaged.avi'
    make_clip(source, noise=90)
    content = bytearray(source.read_bytes())
    third, quarter = len(content) // 3, len(content) // 4
    content[third : third + quarter] = bytes(quarter)
    source.write_bytes(content)
    report = enhance_video(source, tmp_path / 'out.avi', enhance)
    assert COUNT // 2 < report.frames < COUNT - 1
    assert f'only {report.frames} of {COUNT} frames could be read' in report.problem


def test_frames_that_change_their_size(enhance, tmp_path, monkeypatch):
    monkeypatch.setattr(
        enhance_file,
        'open_video',
        lambda path: Reader([np.zeros((48, 64, 3), np.uint8), np.zeros((64, 64, 3), np.uint8)]),
    )
    write_without_sound(monkeypatch)
    with pytest.raises(OSError, match='change their size, from 64 x 48 to 64 x 64 pixels'):
        enhance_video('clip.mp4', tmp_path / 'out.mp4', enhance)
    assert not list(tmp_path.iterdir())


class Broken:
    """Enhances a few frames, then raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.count = 0

    def __call__(self, frame: Frame) -> np.ndarray:
        self.count += 1
        if self.count == 5:
            raise self.error
        return frame.image


@pytest.mark.parametrize('threads', [False, True])
@pytest.mark.parametrize('error', [KeyboardInterrupt(), OSError(errno.ENOSPC, 'No space left')])
def test_leaves_nothing_half_written(clip, tmp_path, error, threads):
    before = set(threading.enumerate())
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'clip.mp4').write_text('an earlier result')
    with pytest.raises(type(error)):
        enhance_video(
            clip,
            tmp_path / 'out' / 'clip.mp4',
            Broken(error),
            (Comparison(), tmp_path / 'out' / 'compare.mp4'),
            threads=threads,
        )
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['clip.mp4']
    assert (tmp_path / 'out' / 'clip.mp4').read_text() == 'an earlier result'
    # A thread of an earlier test may have ended meanwhile.
    assert set(threading.enumerate()) <= before


def test_a_failing_writer_is_reported(clip, enhance, tmp_path, monkeypatch):
    def create(*args: object):
        writer = create_video(*args)
        writer.write = Broken(OSError(errno.ENOSPC, 'No space left on device'))
        return writer

    monkeypatch.setattr(enhance_file, 'create_video', create)
    with pytest.raises(OSError, match=r"No space left on device: '.*out.mp4'"):
        enhance_video(clip, tmp_path / 'out.mp4', enhance)
    assert [path.name for path in tmp_path.iterdir()] == ['clip.mp4']


class Reader:
    """Stands in for a video of these frames; counts those that were read."""

    format = VideoFormat(48, 64, Fraction(12))
    tolerance, problems, notes = 2, [], []

    def __init__(self, images: list[np.ndarray]) -> None:
        self.images = images
        self.frame_count = len(images)
        self.count = 0

    def __iter__(self) -> Iterator[Frame]:
        for number, image in enumerate(self.images):
            self.count += 1
            yield Frame(image, Fraction(number, 12))

    def close(self) -> None:
        pass


def write_without_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        enhance_file, 'create_video', lambda path, like, sound: create_video(path, like)
    )


def test_few_frames_are_in_memory(tmp_path, monkeypatch):
    """Reading goes on only as fast as frames are enhanced."""
    reader = Reader([np.zeros((48, 64, 3), np.uint8)] * 100)
    monkeypatch.setattr(enhance_file, 'open_video', lambda path: reader)
    write_without_sound(monkeypatch)
    ahead = []

    def enhance(frame: Frame) -> np.ndarray:
        ahead.append(reader.count - len(ahead))
        return frame.image

    report = enhance_video('long.mp4', tmp_path / 'out.mp4', enhance)
    assert report.frames == 100 and 1 <= max(ahead) <= enhance_file.DEPTH + 2


def test_refuses_huge_frames(clip, enhance, tmp_path):
    with pytest.raises(ValueError, match='frames of 64 x 48 pixels, more than max_pixels=3,000'):
        enhance_video(clip, tmp_path / 'out.mp4', enhance, max_pixels=3000)
    assert not (tmp_path / 'out.mp4').exists()
