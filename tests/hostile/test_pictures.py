"""No picture is wrong in silence, none ends in anything but a named failure."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import every_picture
from tally import tried

from mmscllle.fileio import Photograph, read_photograph, write_photograph

CASES = list(every_picture())
BRIEF = settings(
    deadline=None,
    derandomize=True,
    max_examples=100,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def values(photograph: Photograph) -> np.ndarray:
    frame = photograph.frames[0]
    return frame / np.iinfo(frame.dtype).max


def in_colour(pixels: np.ndarray) -> np.ndarray:
    """Grey with alpha as RGB with alpha, which 16-bit PNG and BMP are written as."""
    return pixels[..., [0, 0, 0, 1]] if pixels.shape[2] == 2 else pixels


def test_every_variety_is_read_as_it_is(tmp_path):
    wrong, refused = [], []
    for case in CASES:
        path = tmp_path / case.name
        path.write_bytes(case.content)
        try:
            found = values(read_photograph(path))
        # What Pillow opens differs from version to version.
        except ValueError as error:
            assert 'it is no image' in str(error)
            refused.append(case.name)
            continue
        if found.shape != case.shows.shape or np.abs(found - case.shows).max() > case.tolerance:
            wrong.append(case.name)
    tried('varieties', len(CASES))
    assert not wrong and len(CASES) > 600 and len(refused) < 20


def test_every_variety_comes_back(tmp_path):
    wrong = []
    for case in CASES[::3]:
        path, copy = tmp_path / case.name, tmp_path / f'copy-{case.name}'
        path.write_bytes(case.content)
        try:
            photograph = read_photograph(path)
        except ValueError:
            continue  # Counted above.
        if photograph.format in ('JPEG', 'WEBP', 'GIF'):
            continue
        write_photograph(photograph, copy)
        back, first = (in_colour(values(each)) for each in (read_photograph(copy), photograph))
        if back.shape != first.shape or not np.allclose(back, first, atol=1e-9):
            wrong.append(case.name)
    tried('round trips', len(CASES[::3]))
    assert not wrong


@pytest.mark.parametrize('seed', range(4))
def test_damaged_files_are_named_or_read(tmp_path, seed):
    """Bits flipped, parts cut out, cut off or repeated: a photograph, or an error with the name."""
    random = np.random.default_rng(seed)
    path = tmp_path / 'damaged.png'
    for _ in range(250):
        content = bytearray(CASES[random.integers(len(CASES))].content)
        for _ in range(random.integers(1, 4)):
            place = int(random.integers(len(content)))
            kind = random.integers(4)
            if kind == 0:
                content[place] ^= 1 << int(random.integers(8))
            elif kind == 1:
                del content[place:]
            elif kind == 2:
                del content[place : place + 4]
            else:
                content[place:place] = content[place : place + 8]
            if not content:
                break
        path.write_bytes(content)
        try:
            photograph = read_photograph(path, max_pixels=2**20)
        except (OSError, ValueError) as error:
            assert 'damaged.png' in str(error)
        else:
            assert photograph.frames[0].ndim == 3
    tried('damaged files', 250)


TYPES = [
    np.uint8,
    np.uint16,
    np.float16,
    np.float32,
    np.float64,
    np.longdouble,
    np.int8,
    np.int64,
    bool,
    complex,
    object,
    '>u2',
    '>f4',
    'S3',
    'datetime64[s]',
]


@BRIEF
@given(
    dtype=st.sampled_from(TYPES),
    shape=st.lists(st.integers(0, 5), max_size=4),
    value=st.sampled_from([0, 1, 0.5, -1, 300, float('nan'), float('inf')]),
    order=st.sampled_from('CF'),
    flip=st.booleans(),
)
def test_arrays_of_any_type_and_shape(inferencer, dtype, shape, value, order, flip):
    tried('array types')
    try:
        array = np.full(shape, value).astype(dtype, order=order)
    except (ValueError, TypeError, OverflowError):
        return
    if flip and array.ndim:
        array = array[::-1]
    before = array.copy()
    (result,) = inferencer.stream(array)
    if result.error is None:
        enhanced = result.photograph.to_array()
        assert enhanced.dtype == array.dtype.newbyteorder('=')
        assert enhanced.shape[:2] == array.shape[:2]
        assert np.isfinite(enhanced.astype(float)).all()
    else:
        assert isinstance(result.error, ValueError) and 'image array' in result.reason
    assert array.tobytes() == before.tobytes()


NAMES = st.text(
    st.characters(blacklist_categories=('Cs',), blacklist_characters='/\0'), min_size=1, max_size=40
)


@BRIEF
@given(name=NAMES, folder=NAMES)
def test_names_of_any_letters(inferencer, tmp_path_factory, name, folder):
    tried('names')
    if folder in ('.', '..') or len(os.fsencode(name)) > 200 or len(os.fsencode(folder)) > 200:
        return
    root = tmp_path_factory.mktemp('names')
    path = root / 'in' / folder / f'{name}.png'
    path.parent.mkdir(parents=True)
    write_photograph(Photograph([np.full((3, 4, 3), 40, np.uint8)]), path)
    # Where a name reads as a pattern the file itself is meant.
    (result,) = inferencer.stream(str(path), out_dir=root / 'out')
    assert result.error is None, result.reason
    assert result.out_file == root / 'out' / f'{name}.png' and result.out_file.is_file()
    assert os.listdir(root / 'out') == [f'{name}.png']


@BRIEF
@given(
    pattern=st.lists(
        st.sampled_from(['*', '**', '..', '.', 'a', 'b', '[ab]', '?', 'a*', '*.png', '1.png', '']),
        max_size=6,
    )
)
def test_patterns_write_nothing_outside_of_the_folder(inferencer, tmp_path_factory, pattern):
    tried('patterns')
    top = tmp_path_factory.mktemp('patterns')
    # Deeper than any of the patterns climbs.
    root = top / '1/2/3/4/5/6'
    for folder in ('in', 'in/a', 'in/b', 'in/a/b'):
        write_photograph(Photograph([np.full((3, 4, 3), 40, np.uint8)]), root / folder / '1.png')
    before = {path: path.stat().st_mtime_ns for path in top.rglob('*.png')}
    out = root / 'x' / 'y' / 'out'
    for result in inferencer.stream('/'.join([str(root / 'in'), *pattern]), out_dir=out):
        assert (
            result.error is None or isinstance(result.error, OSError) or 'would' in result.reason
        ), result.reason
    after = {
        path: path.stat().st_mtime_ns for path in top.rglob('*.png') if out not in path.parents
    }
    assert after == before
