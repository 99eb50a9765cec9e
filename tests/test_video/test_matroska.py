"""Damage of a Matroska file is found exactly, and none where there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mmscllle.video import VideoReport, enhance_video, matroska
from mmscllle.video.matroska import find_damage

COUNT = 400
SEGMENT, CLUSTER = bytes.fromhex('18538067'), bytes.fromhex('1F43B675')
UNKNOWN = bytes.fromhex('01FFFFFFFFFFFFFF')


def make_clip(
    path: Path,
    when: Callable[[int], int] = lambda number: 40 * number,
    codec: str = 'mjpeg',
    count: int = COUNT,
) -> None:
    """Frames, 16 seconds at 25 a second, or at other times, in milliseconds."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = 'yuvj420p' if codec == 'mjpeg' else 'yuv420p'
        stream.codec_context.time_base = Fraction(1, 1000)
        image = np.random.default_rng(0).integers(90, size=(48, 64, 3), dtype=np.uint8)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts, frame.time_base = when(number), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    make_clip(tmp_path / 'clip.mkv')
    return tmp_path / 'clip.mkv'


def enhance(source: Path) -> VideoReport:
    return enhance_video(source, source.parent / 'out' / source.name, lambda frame: frame.image)


def blocks(path: Path) -> list[tuple[int, int]]:
    """Where frames begin, and their sizes."""
    with av.open(str(path)) as container:
        return [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]


def test_few_frames_cut_off(clip):
    """Up to a second, or 2 %, was passed over."""
    content, (place, _) = clip.read_bytes(), blocks(clip)[-4]
    clip.write_bytes(content[:place])
    report = enhance(clip)
    assert report.frames == COUNT - 4
    assert report.problem == (
        f'{COUNT - 4} of {COUNT} frames could be read and were enhanced, but its last '
        f'{len(content) - place:,} bytes are missing'
    )


def test_few_frames_overwritten(clip):
    content, (place, size) = bytearray(clip.read_bytes()), blocks(clip)[200]
    content[place - 4 : place + 2 * size] = bytes(4 + 2 * size)
    clip.write_bytes(content)
    report = enhance(clip)
    assert COUNT - 12 < report.frames < COUNT
    found = re.fullmatch(
        f'{report.frames} of {COUNT} frames could be read and were enhanced, but it is damaged, '
        rf'or breaks off, behind byte ([0-9,]+) of {len(content):,}',
        report.problem,
    )
    assert place - 8 <= int(found[1].replace(',', '')) <= place


@pytest.mark.parametrize(
    'when',
    [
        lambda number: 40 * number,
        lambda number: 40 * number + (500 if number > 300 else 0),
        lambda number: number**2,
        lambda number: 40 * number + 7 * (number % 3),
    ],
)
def test_no_alarm_at_any_rate(tmp_path, when):
    make_clip(tmp_path / 'clip.mkv', when)
    assert find_damage(tmp_path / 'clip.mkv') == ''


def test_a_video_that_begins_late_is_whole(tmp_path):
    """Its duration counts from 0; five seconds of frames seemed to be missing."""
    make_clip(tmp_path / 'clip.mkv', lambda number: 5000 + 40 * number)
    assert enhance(tmp_path / 'clip.mkv') == VideoReport(frames=COUNT, expected=COUNT)


def test_few_frames_that_begin_late_are_whole(tmp_path):
    """FFmpeg does not say when such a file begins."""
    source = tmp_path / 'clip.mkv'
    make_clip(source, lambda number: 5000 + 100 * number, codec='libx264', count=3)
    with av.open(str(source)) as container:
        assert container.start_time is None
    assert enhance(source) == VideoReport(frames=3, expected=3)


def of_unknown_size(content: bytes, kind: bytes) -> bytes:
    """Take away what the first part of a kind says of its size."""
    start = content.index(kind) + len(kind)
    return content[:start] + UNKNOWN + content[start + 9 - content[start].bit_length() :]


def test_no_alarm_where_the_file_does_not_tell(clip):
    """As of a recorder that cannot go back; then FFmpeg's tolerance is all there is."""
    content = of_unknown_size(clip.read_bytes(), CLUSTER)
    clip.write_bytes(content[: len(content) // 2])
    assert 'bytes are missing' in find_damage(clip)
    clip.write_bytes(of_unknown_size(content, SEGMENT)[: len(content) // 2])
    assert find_damage(clip) == ''


def test_what_follows_is_no_part_of_it(clip):
    clip.write_bytes(clip.read_bytes() + bytes(100))
    assert find_damage(clip) == ''


@pytest.mark.parametrize('length', [20, 45, 60, 500])
def test_a_beginning_only(clip, length):
    """Cut within the first header, the segment's, or its parts."""
    clip.write_bytes(clip.read_bytes()[:length])
    assert 'missing' in find_damage(clip) or 'breaks off' in find_damage(clip)


def test_parts_without_number_take_no_time_without_end(clip, monkeypatch):
    monkeypatch.setattr(matroska, 'MOST', 20)
    content, (place, size) = bytearray(clip.read_bytes()), blocks(clip)[200]
    content[place - 4 : place + size] = bytes(4 + size)
    clip.write_bytes(content)
    assert find_damage(clip) == ''


@pytest.mark.parametrize('content', [b'', b'\0' * 30, b'\xff' * 30, b'\x1a'])
def test_no_matroska(tmp_path, content):
    (tmp_path / 'a.mkv').write_bytes(content)
    expected = '' if content[:1] in (b'', b'\xff') else 'behind byte 0 of'
    assert expected in find_damage(tmp_path / 'a.mkv')
