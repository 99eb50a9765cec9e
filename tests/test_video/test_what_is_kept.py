"""Times and colours of videos that other programs made, and what is said of what is not kept."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mmscllle.video import Frame, VideoReport, enhance_video

DARK = np.full((48, 64, 3), (20, 80, 20), np.uint8)
FULL_RANGE = 2


def make_clip(
    path: Path,
    codec: str = 'libx264',
    pixels: str = 'yuv420p',
    rate: Fraction | int = 25,
    images: Sequence[np.ndarray] = (DARK,) * 6,
    times: Sequence[Fraction] = (),
    last: Fraction | None = None,
    colour_range: int | None = None,
) -> None:
    """Encode images, at ``times``, the last one for ``last`` seconds, with PyAV alone."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        context = stream.codec_context
        if colour_range:
            context.color_range = colour_range
        if last is not None:
            context.flags |= av.codec.context.Flags.frame_duration
            context.time_base = Fraction(1, 1000)
        packets = []
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame = frame.reformat(format=pixels, dst_color_range=colour_range)
            if last is not None:
                frame.pts, frame.time_base = round(1000 * times[number]), Fraction(1, 1000)
                ends = [*times[1:], times[-1] + last]
                frame.duration = round(1000 * (ends[number] - times[number]))
            packets += stream.encode(frame)
        packets += stream.encode(None)
        if last is not None:
            packets[-1].duration = frame.duration
        container.mux(packets)


def enhance(source: Path) -> tuple[Path, VideoReport]:
    """Copy a video frame by frame."""
    target = source.parent / 'out' / source.name
    return target, enhance_video(source, target, copy)


def copy(frame: Frame) -> np.ndarray:
    return frame.image


def duration(path: Path) -> float:
    with av.open(str(path)) as container:
        return container.duration / av.time_base


def first_frame(path: Path) -> tuple[av.VideoFrame, np.ndarray]:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return frame, frame.to_ndarray(format='rgb24').astype(int)


# With 5 frames the last one is decoded before another, with 6 it is not.
@pytest.mark.parametrize('count', [1, 5, 6])
@pytest.mark.parametrize('name', ['held.mp4', 'held.mkv', 'held.webm'])
def test_a_last_frame_that_is_held(tmp_path, name, count):
    source = tmp_path / name
    codec = 'libvpx-vp9' if name.endswith('webm') else 'libx264'
    times = [Fraction(number, 25) for number in range(count)]
    make_clip(source, codec, images=[DARK] * count, times=times, last=Fraction(10))
    expected = 10 + float(times[-1])
    assert duration(source) == pytest.approx(expected, abs=0.01)
    target, report = enhance(source)
    assert report.problem == '' and report.frames == report.expected == count
    assert duration(target) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize('name', ['slides.mp4', 'slides.mkv'])
def test_a_last_frame_that_is_short(tmp_path, name):
    source = tmp_path / name
    times = [Fraction(0), Fraction(5), Fraction(10)]
    make_clip(source, images=[DARK] * 3, rate=Fraction(1, 5), times=times, last=Fraction(1, 25))
    target, report = enhance(source)
    assert report.problem == '' and report.frames == 3
    assert duration(source) == pytest.approx(10.04, abs=0.01)
    assert duration(target) == pytest.approx(10.04, abs=0.01)


def test_frames_that_are_lost_in_the_middle(tmp_path):
    """That the last ones reach the end does not make up for them."""
    source = tmp_path / 'lost.mkv'
    make_clip(tmp_path / 'whole.mkv', 'mjpeg', 'yuvj420p', 25, [DARK] * 200, colour_range=2)
    with av.open(str(tmp_path / 'whole.mkv')) as whole, av.open(str(source), 'w') as container:
        stream = container.add_stream_from_template(whole.streams.video[0])
        for number, packet in enumerate(whole.demux(video=0)):
            if packet.size and not 50 <= number < 150:
                packet.stream = stream
                container.mux(packet)
    assert 'only 100 of 200 frames could be read' in enhance(source)[1].problem


def test_full_range_does_not_get_into_avi(tmp_path):
    """AVI cannot state it: (20, 80, 20) came as (0, 73, 0)."""
    source = tmp_path / 'clip.avi'
    make_clip(source, 'mjpeg', 'yuvj420p', colour_range=FULL_RANGE)
    target, _ = enhance(source)
    assert np.abs(first_frame(target)[1] - first_frame(source)[1]).max() <= 5


@pytest.mark.parametrize('microseconds', [33366, 66666, 33333, 40000, 2500001])
def test_any_frame_rate_fits_avi(tmp_path, microseconds):
    rate, source = Fraction(10**6, microseconds), tmp_path / 'clip.avi'
    make_clip(source, 'mjpeg', 'yuvj420p', rate, colour_range=FULL_RANGE)
    target, report = enhance(source)
    assert report.frames == 6
    with av.open(str(target)) as container:
        assert float(container.streams.video[0].average_rate) == pytest.approx(
            float(rate), rel=1e-4
        )


@pytest.mark.parametrize(
    'name, codec, pixels',
    [
        ('rgb.mp4', 'libx264rgb', 'rgb24'),
        ('rgb.mov', 'png', 'rgb24'),
        ('rgb.webm', 'libvpx-vp9', 'gbrp'),
    ],
)
def test_rgb_becomes_high_definition(tmp_path, name, codec, pixels):
    source = tmp_path / name
    make_clip(source, codec, pixels)
    target, _ = enhance(source)
    frame, image = first_frame(target)
    assert frame.colorspace == 1
    assert np.abs(image - first_frame(source)[1]).max() <= 5


@pytest.mark.parametrize(
    'name, codec, pixels, note',
    [
        ('clear.mov', 'qtrle', 'argb', 'its transparency is not kept'),
        ('clear.webm', 'libvpx-vp9', 'yuva420p', 'its transparency is not kept'),
        ('deep.mkv', 'ffv1', 'yuv420p10le', 'its 10 bits a colour become 8'),
    ],
)
def test_what_frames_do_not_keep_is_noted(tmp_path, name, codec, pixels, note):
    make_clip(tmp_path / name, codec, pixels)
    assert enhance(tmp_path / name)[1].notes == [note]


def test_damaged_frames_are_noted(tmp_path):
    source, generator = tmp_path / 'damaged.mp4', np.random.default_rng(0)
    noise = [generator.integers(90, size=(48, 64, 3), dtype=np.uint8) for _ in range(12)]
    make_clip(source, images=noise)
    with av.open(str(source)) as container:
        packet = list(container.demux(video=0))[5]
        start, end = packet.pos + packet.size // 4, packet.pos + packet.size
    content = bytearray(source.read_bytes())
    content[start:end] = b'\xff' * (end - start)
    source.write_bytes(content)
    _, report = enhance(source)
    assert report.frames == 12
    assert report.notes == ['damaged frames: 1; those after them may be so, too']
