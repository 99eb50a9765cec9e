"""What a video says of itself comes through: texts, time, place and chapters."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mmscllle.video import enhance_video
from mmscllle.video.metadata import HELD

PLACE = '+48.1372+011.5755/'
MADE = '2021-03-04T05:06:07.000000Z'
TEXTS = dict(title='Nacht über der Stadt', comment='by hand', creation_time=MADE)
APPLE = 'com.apple.quicktime.'
CODECS = {'.webm': 'libvpx-vp9', '.avi': 'mpeg4', '.wmv': 'wmv2'}


def make_clip(
    path: Path, texts: dict[str, str], chapters: Sequence[dict] = (), **options: str
) -> None:
    with av.open(str(path), 'w', options=options) as container:
        container.metadata.update(texts)
        container.set_chapters(list(chapters))
        stream = container.add_stream(CODECS.get(path.suffix, 'libx264'), rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        for _ in range(10):
            image = np.full((48, 64, 3), 40, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format='rgb24')))
        container.mux(stream.encode(None))


def texts_of(path: Path) -> dict[str, str]:
    with av.open(str(path), metadata_errors='surrogateescape') as container:
        return {key.lower(): text for key, text in container.metadata.items()}


def enhance(source: Path, name: str = '') -> Path:
    target = source.parent / 'out' / (name or source.name)
    assert enhance_video(source, target, lambda frame: frame.image).problem == ''
    return target


@pytest.mark.parametrize(
    'suffix, more',
    [
        ('.mp4', dict(location=PLACE, description='long', album_artist='A')),
        ('.mov', dict(location=PLACE, make='Maker', model='Camera')),
        ('.mkv', dict(location=PLACE, custom='own')),
        ('.webm', dict(custom='own')),
    ],
)
def test_texts_time_and_place_are_kept(tmp_path, suffix, more):
    source = tmp_path / f'clip{suffix}'
    make_clip(source, TEXTS | more)
    assert texts_of(enhance(source)).items() >= (TEXTS | more).items()


def test_texts_of_avi_are_kept_in_any_encoding(tmp_path):
    """Such a file could not be opened at all."""
    source = tmp_path / 'clip.avi'
    make_clip(source, dict(title='Na_cht', comment='by hand', artist='A'))
    source.write_bytes(source.read_bytes().replace(b'Na_cht', 'Nächte'.encode('latin-1')))
    expected = dict(title='N\udce4chte', comment='by hand', artist='A')
    assert texts_of(enhance(source)).items() >= expected.items()


@pytest.mark.parametrize('suffix', ['.mp4', '.mov'])
def test_names_of_a_telephone_are_kept(tmp_path, suffix):
    source = tmp_path / f'clip{suffix}'
    own = {f'{APPLE}location.ISO6709': PLACE, f'{APPLE}make': 'Maker', 'title': 'Night'}
    make_clip(source, own, movflags='use_metadata_tags')
    found = texts_of(enhance(source))
    assert found.items() >= {key.lower(): text for key, text in own.items()}.items()


@pytest.mark.parametrize('name', ['title', 'location'])
def test_a_text_of_a_stated_language_is_written_once(tmp_path, name):
    source = tmp_path / 'clip.mov'
    make_clip(source, {name: PLACE, f'{name}-eng': PLACE, 'make': 'Maker'})
    assert f'{name}-eng' in texts_of(source)
    content = enhance(source).read_bytes()
    assert content.count(PLACE.encode()) == 1 and b'mdta' not in content
    make_clip(source, {name: PLACE, 'a.b': 'c'}, movflags='use_metadata_tags')
    assert f'{name}-eng'.encode() not in enhance(source).read_bytes()


@pytest.mark.parametrize('kind, suffix', [('mp4', '.mp4'), ('ipod', '.m4v'), ('mov', '.mov')])
def test_what_has_a_place_of_its_own_is_written_there(tmp_path, kind, suffix):
    """Else FFmpeg drops it without a word."""
    source = tmp_path / f'clip{suffix}'
    texts = dict.fromkeys(HELD[kind], '3') | dict(location=PLACE, creation_time=MADE)
    make_clip(source, texts)
    assert texts_of(source).items() >= texts.items()
    target = enhance(source)
    assert texts_of(target).items() >= texts.items() and b'mdta' not in target.read_bytes()


def test_what_says_how_the_file_was_made_is_not_kept(tmp_path):
    source = tmp_path / 'clip.mkv'
    false = ('MAJOR_BRAND', 'compatible_brands', 'BPS', 'NUMBER_OF_FRAMES')
    make_clip(source, dict.fromkeys(false, '1') | dict(title='Night', _STATISTICS_TAGS='BPS'))
    assert len(texts_of(source)) == 7
    assert set(texts_of(enhance(source))) == {'title', 'encoder'}


def test_of_other_containers_known_names_are_kept(tmp_path):
    """ASF tells under such names who wrote it, and how."""
    source = tmp_path / 'clip.wmv'
    make_clip(source, dict(title='Night', WMFSDKVersion='9', IsVBR='1'))
    assert 'wmfsdkversion' in texts_of(source)
    assert set(texts_of(enhance(source, 'clip.wmv.mkv'))) == {'title', 'encoder'}


@pytest.mark.parametrize('suffix', ['.mp4', '.mov', '.mkv', '.webm', '.avi'])
def test_chapters_are_kept_where_the_container_has_them(tmp_path, suffix):
    source = tmp_path / f'clip{suffix}'
    chapters = [
        dict(id=1, start=0, end=400, time_base=Fraction(1, 1000), metadata=dict(title='Dusk')),
        dict(id=2, start=400, end=900, time_base=Fraction(1, 1000), metadata=dict(title='Nächte')),
    ]
    make_clip(source, {}, chapters)
    with av.open(str(enhance(source))) as container:
        found = [
            (each['start'] * each['time_base'], each['end'] * each['time_base'], each['metadata'])
            for each in container.chapters()
        ]
    assert found == (
        []
        if suffix == '.avi'
        else [
            (Fraction(0), Fraction(2, 5), dict(title='Dusk')),
            (Fraction(2, 5), Fraction(9, 10), dict(title='Nächte')),
        ]
    )
