from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmscllle.video import Frame, VideoFormat, create_video, files, open_video, result_path

NTSC = Fraction(30000, 1001)
# Matrices of an MP4 track header: 16.16 fixed point, the last column 2.30.
PLAIN = (1, 0, 0, 0, 1, 0, 0, 0, 1)
CLOCKWISE = (0, 1, 0, -1, 0, 0, 0, 0, 1)
UPRIGHT = {
    CLOCKWISE: lambda image: np.rot90(image, -1),
    (-1, 0, 0, 0, -1, 0, 0, 0, 1): lambda image: np.rot90(image, 2),
    (-1, 0, 0, 0, 1, 0, 0, 0, 1): np.fliplr,
    (1, 0, 0, 0, -1, 0, 0, 0, 1): np.flipud,
    (0, 1, 0, 1, 0, 0, 0, 0, 1): lambda image: image.swapaxes(0, 1),
    (0, -1, 0, -1, 0, 0, 0, 0, 1): lambda image: image[::-1, ::-1].swapaxes(0, 1),
}


def matrix(values: tuple[int, ...]) -> bytes:
    units = (1 << 16, 1 << 16, 1 << 30) * 3
    return b''.join(
        (value * unit).to_bytes(4, 'big', signed=True)
        for value, unit in zip(values, units, strict=True)
    )


def pictures(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Smooth pictures, which codecs keep; each is brighter than the one before."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    base = np.stack([60 + 80 * x, 90 + 60 * y, 140 - 70 * x], axis=2)
    return [(base + 80 * number / count).astype(np.uint8) for number in range(count)]


def write(
    path: Path,
    count: int = 12,
    size: tuple[int, int] = (48, 64),
    rate: Fraction = NTSC,
    **kwargs: object,
) -> list[np.ndarray]:
    images = pictures(count, *size)
    with create_video(path, VideoFormat(*size, rate), **kwargs) as writer:
        for number, image in enumerate(images):
            writer.write(Frame(image, number / rate))
    return images


def read(path: Path) -> tuple[object, list[Frame]]:
    reader = open_video(path)
    frames = list(reader)
    reader.close()
    return reader, frames


def write_sound(path: Path) -> None:
    """A second of a tone and of pictures."""
    import av

    with av.open(str(path), 'w') as container:
        video = container.add_stream('mpeg4', rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, 'yuv420p'
        audio = container.add_stream('aac', rate=16000, layout='mono')
        for image in pictures(10):
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        tone = (8000 * np.sin(np.arange(16000) / 5)).astype(np.int16)
        for start in range(0, 16000, 1000):
            frame = av.AudioFrame.from_ndarray(tone[None, start : start + 1000], layout='mono')
            frame.sample_rate, frame.pts = 16000, start
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
        container.mux(video.encode(None))


def sound_packets(path: Path) -> list[bytes]:
    import av

    with av.open(str(path)) as container:
        return [
            bytes(packet)
            for stream in container.streams.audio
            for packet in container.demux(stream)
            if packet.size
        ]


@pytest.mark.parametrize('suffix', ['.mp4', '.mkv', '.avi', '.webm', '.MOV'])
def test_round_trip(tmp_path, suffix):
    path = tmp_path / f'clip{suffix}'
    images = write(path)
    reader, frames = read(path)
    assert (reader.format.height, reader.format.width) == (48, 64)
    assert float(reader.format.rate) == pytest.approx(float(NTSC), rel=1e-4)
    assert abs(reader.frame_count - len(images)) <= 1 and reader.problems == []
    assert len(frames) == len(images)
    for number, (frame, image) in enumerate(zip(frames, images, strict=True)):
        assert float(frame.seconds) == pytest.approx(number / NTSC, abs=1e-3)
        assert frame.image.dtype == np.uint8
        assert np.abs(frame.image.astype(int) - image).mean() < 5


def test_odd_size(tmp_path):
    path = tmp_path / 'odd.mp4'
    images = write(path, size=(47, 63))
    _, frames = read(path)
    assert frames[0].image.shape == (47, 63, 3)
    assert np.abs(frames[3].image.astype(int) - images[3]).mean() < 5


def turn(path: Path, values: tuple[int, ...]) -> None:
    """Write a matrix into the header of an MP4."""
    content = path.read_bytes()
    assert content.count(matrix(PLAIN)) == 2
    header = content.index(b'tkhd')
    path.write_bytes(content[:header] + content[header:].replace(matrix(PLAIN), matrix(values), 1))


@pytest.mark.parametrize('values', UPRIGHT)
def test_comes_upright(tmp_path, values):
    path = tmp_path / 'turned.mp4'
    images = write(path)
    turn(path, values)
    reader, frames = read(path)
    expected = UPRIGHT[values](images[5])
    assert (reader.format.height, reader.format.width) == expected.shape[:2]
    assert np.abs(frames[5].image.astype(int) - expected).mean() < 5
    assert reader.notes == []


def test_a_mirroring_that_cannot_be_read_is_noted(tmp_path, monkeypatch):
    write(tmp_path / 'turned.mp4')
    turn(tmp_path / 'turned.mp4', CLOCKWISE)
    monkeypatch.setattr('mmscllle.video.decoded.side_data', lambda frame: {})
    assert read(tmp_path / 'turned.mp4')[0].notes == [
        'it is turned; whether it is to be mirrored, too, cannot be read'
    ]


def test_colours_of_high_definition(tmp_path):
    """The numbers of BT.709 in limited range are kept, and mean what they say."""
    path = tmp_path / 'colours.mp4'
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :, 0], image[24:, :, 1] = 200, 200
    bt709 = VideoFormat(48, 64, Fraction(10), colour=(1, 1, 1, 1))
    with create_video(path, bt709) as writer:
        for number in range(3):
            writer.write(Frame(image, Fraction(number, 10)))
    reader, frames = read(path)
    assert reader.format.colour == (1, 1, 1, 1)
    inner = np.r_[4:20, 28:44]
    assert np.abs(frames[0].image[inner].astype(int) - image[inner]).max() <= 6


def test_variable_rate(tmp_path):
    seconds = [Fraction(numerator, 100) for numerator in (0, 10, 15, 80, 81, 200)]
    path = tmp_path / 'variable.mp4'
    with create_video(path, VideoFormat(48, 64, Fraction(10), Fraction(1, 1000))) as writer:
        for image, second in zip(pictures(6), seconds, strict=True):
            writer.write(Frame(image, second))
    assert [frame.seconds for frame in read(path)[1]] == seconds


def test_sound_is_carried_over(tmp_path):
    source, target = tmp_path / 'sound.mp4', tmp_path / 'target.mp4'
    write_sound(source)
    packets = sound_packets(source)
    assert packets
    with create_video(target, VideoFormat(48, 64, Fraction(10)), origin=source) as writer:
        for number, image in enumerate(pictures(10)):
            writer.write(Frame(image, Fraction(number, 10)))
    assert writer.notes == [] and sound_packets(target) == packets
    assert len(read(target)[1]) == 10


def test_a_video_without_sound(tmp_path):
    write(tmp_path / 'silent.mp4')
    with create_video(
        tmp_path / 'target.mp4', VideoFormat(48, 64, NTSC), origin=tmp_path / 'silent.mp4'
    ) as writer:
        for number, image in enumerate(pictures(4)):
            writer.write(Frame(image, number / NTSC))
    assert sound_packets(tmp_path / 'target.mp4') == [] and writer.notes == []


def test_sound_that_does_not_fit_the_container(tmp_path):
    write_sound(tmp_path / 'sound.mp4')
    with create_video(
        tmp_path / 'target.webm', VideoFormat(48, 64, Fraction(10)), origin=tmp_path / 'sound.mp4'
    ) as writer:
        for number, image in enumerate(pictures(4)):
            writer.write(Frame(image, Fraction(number, 10)))
    assert writer.notes == ['its sound is not carried over: aac does not fit the container']
    assert len(read(tmp_path / 'target.webm')[1]) == 4


def test_keeps_pixels_that_are_not_square(tmp_path):
    path, wide = tmp_path / 'wide.mp4', VideoFormat(48, 64, NTSC, pixel_aspect=Fraction(4, 3))
    with create_video(path, wide) as writer:
        writer.write(Frame(pictures(1)[0], Fraction(0)))
    assert read(path)[0].format.pixel_aspect == Fraction(4, 3)


@pytest.mark.parametrize(
    'content, message',
    [(b'', 'is an empty file'), (b'this is no video', 'no video'), (b'\0' * 5000, 'no video')],
)
def test_no_video(tmp_path, content, message):
    path = tmp_path / 'clip.mp4'
    path.write_bytes(content)
    with pytest.raises(OSError, match=f"'{path}' .*{message}"):
        open_video(path)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='missing.mp4'):
        open_video(tmp_path / 'missing.mp4')


def test_sound_only(tmp_path):
    import av

    with av.open(str(tmp_path / 'sound.mp4'), 'w') as container:
        audio = container.add_stream('aac', rate=16000, layout='mono')
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), layout='mono')
        frame.sample_rate = 16000
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    with pytest.raises(OSError, match='holds no picture'):
        open_video(tmp_path / 'sound.mp4')


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OSError, match='nowhere'):
        write(tmp_path / 'nowhere' / 'clip.mp4')


def test_result_path():
    for name, expected in (
        ('a/clip.MP4', 'a/clip.MP4'),
        ('clip.webm', 'clip.webm'),
        ('a/clip.mpg', 'a/clip.mpg.mkv'),
        ('clip.3gp', 'clip.3gp.mkv'),
    ):
        assert result_path(Path(name)) == Path(expected)


def test_reads_what_stock_opencv_wrote(tmp_path):
    path = str(tmp_path / 'clip.avi')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'MJPG'), 25, (64, 48))
    for image in pictures(5):
        writer.write(image[..., ::-1])
    writer.release()
    reader, frames = read(tmp_path / 'clip.avi')
    assert reader.format.rate == 25 and reader.frame_count == len(frames) == 5
    for frame, image in zip(frames, pictures(5), strict=True):
        assert np.abs(frame.image.astype(int) - image).mean() < 4


@pytest.mark.parametrize(
    'playlist',
    [
        '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n',
        '#EXTM3U\0\n#EXTINF:1,\n{clip}\n',
        "ffconcat version 1.0\nfile '{clip}'\n",
        'v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n',
    ],
)
def test_a_playlist_is_not_followed(tmp_path, playlist):
    clip = tmp_path / 'clip.mp4'
    write(clip, 3)
    path = tmp_path / 'list.mp4'
    path.write_text(playlist.format(clip=clip))
    with pytest.raises(OSError, match='list.mp4. is a text, no video'):
        open_video(path)


@pytest.mark.parametrize('target', ['pipe', '/dev/zero'])
def test_what_is_no_regular_file_is_not_read(tmp_path, target):
    path = tmp_path / 'a.mp4'
    if target == 'pipe':
        os.mkfifo(path)
    else:
        path.symlink_to(target)
    with pytest.raises(OSError, match=f'{path}. is no regular file'):
        open_video(path)


@pytest.mark.parametrize(
    'suffix, time_base, gaps',
    [
        ('.mp4', Fraction(1, 1000), (36000, 36000)),
        ('.mp4', Fraction(1, 10**6), (268.4, 268.4)),
        ('.mkv', Fraction(1, 1000), (36000, 36000)),
        ('.avi', None, (3276.8, 3276.8)),
    ],
)
def test_frames_ten_hours_apart(tmp_path, suffix, time_base, gaps):
    """Gaps are kept where the container can hold them, else shortened, and the note says so."""
    path, (image,) = tmp_path / f'gap{suffix}', pictures(1)
    with create_video(path, VideoFormat(48, 64, Fraction(10), time_base)) as writer:
        for seconds in (0, 1, 36001, 36002, 72002):
            writer.write(Frame(image, Fraction(seconds)))
    steps = np.diff([float(frame.seconds) for frame in read(path)[1]])
    assert steps == pytest.approx([1, gaps[0], 1, gaps[1]], abs=0.05)
    expected = (
        []
        if gaps[0] == 36000
        else [
            'the gap before 36001 s is too long for this kind of file and is shortened; '
            'sound after '
            'it comes too late'
        ]
    )
    assert writer.notes == expected


@pytest.mark.parametrize(
    'installed, found', [(None, ''), ('16.1.0', ', not 16.1.0'), ('19.0.2', ', not 19.0.2')]
)
def test_without_pyav_it_says_what_to_install(tmp_path, monkeypatch, installed, found):
    write(tmp_path / 'clip.mp4', 2)

    def version(name):
        if installed is None:
            raise files.PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(files, 'version', version)
    message = f"^video needs PyAV 17 or 18{found}: pip install 'av>=17,<19'$"
    with pytest.raises(ImportError, match=message):
        open_video(tmp_path / 'clip.mp4')
    with pytest.raises(ImportError, match=message):
        write(tmp_path / 'new.mp4', 2)
    assert not (tmp_path / 'new.mp4').exists()
