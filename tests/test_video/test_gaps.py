"""AVI counts times of display: one without a new frame is no frame that is lost."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mmscllle.video import Frame, VideoFormat, VideoReport, create_video, enhance_video, open_video

# Of 32 tenths of a second 13 have a frame.
TIMES = (0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 30, 31)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    with create_video(tmp_path / 'clip.avi', VideoFormat(48, 64, Fraction(10))) as writer:
        for time in TIMES:
            image = generator.integers(90, size=(48, 64, 3), dtype=np.uint8)
            writer.write(Frame(image, Fraction(time, 10)))
    return tmp_path / 'clip.avi'


def enhance(source: Path) -> VideoReport:
    return enhance_video(source, source.parent / 'out' / source.name, lambda frame: frame.image)


def test_a_video_with_gaps_is_whole(clip):
    report = enhance(clip)
    assert report == VideoReport(frames=13, expected=13)
    reader = open_video(clip.parent / 'out/clip.avi')
    assert [frame.seconds * 10 for frame in reader] == list(TIMES)
    assert reader.format.rate == 10


def test_a_video_with_gaps_and_without_index_is_whole(clip):
    """Its index is what comes last."""
    content = clip.read_bytes()
    clip.write_bytes(content[: content.rindex(b'idx1')])
    assert enhance(clip) == VideoReport(frames=13, expected=13)


def test_a_video_with_gaps_that_is_cut_off(clip):
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) * 2 // 3])
    report = enhance(clip)
    assert 5 < report.frames < 12
    assert report.problem == (
        f'only {report.frames} of 32 frames could be read, and were enhanced: it ends too early: '
        'it is cut off or damaged, or has no new pictures at its end'
    )


def test_a_video_with_gaps_that_lost_frames(clip):
    """In the middle, where a gap hides them: the index knows of them."""
    content = bytearray(clip.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = bytes(third)
    clip.write_bytes(content)
    report = enhance(clip)
    assert report.frames < 12 and f'only {report.frames} of 13 frames' in report.problem
