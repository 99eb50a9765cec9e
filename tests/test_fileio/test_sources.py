from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from mmscllle.fileio import RawFile, Source, find_sources

ARRAY = np.zeros((2, 2, 3), np.uint8)


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in (
        'a.jpg',
        'b ü.PNG',
        'deep/er/c.tiff',
        'deep/d.gif',
        'notes.txt',
        '.hidden.png',
        '[x].png',
        'out/a.jpg',
        '.cache/e.png',
    ):
        path = tmp_path / 'photos' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'')
    (tmp_path / 'photos/folder.png').mkdir()
    return tmp_path / 'photos'


def relatives(sources) -> list[str]:
    return [source.relative.as_posix() for source in sources]


ALL = ['[x].png', 'a.jpg', 'b ü.PNG', 'deep/d.gif', 'deep/er/c.tiff', 'out/a.jpg']


@pytest.mark.parametrize('kind', [str, Path])
def test_folder(folder, kind):
    sources = list(find_sources(kind(folder)))
    assert relatives(sources) == ALL
    for source in sources:
        assert source.error is None
        assert source.name == source.content == str(folder / source.relative)


def test_folder_without_the_results_in_it(folder):
    assert relatives(find_sources(folder, folder / 'out')) == ALL[:-1]
    assert relatives(find_sources(f'{folder}/**', folder / 'out')) == ALL[:-1]


@pytest.mark.parametrize('results', ['', '..'])
def test_results_around_the_folder_hide_nothing(folder, results):
    assert relatives(find_sources(folder, folder / results)) == ALL


@pytest.mark.parametrize(
    ('pattern', 'expected'),
    [
        ('*.jpg', ['a.jpg']),
        ('deep/*', ['d.gif']),
        ('*/a.jpg', ['out/a.jpg']),
        ('**/*.[gt]if*', ['deep/d.gif', 'deep/er/c.tiff']),
        ('*', ['[x].png', 'a.jpg', 'b ü.PNG']),
    ],
)
def test_pattern(folder, pattern, expected):
    assert relatives(find_sources(str(folder / pattern))) == expected


def test_file_whose_name_looks_like_a_pattern(folder):
    (source,) = find_sources(str(folder / '[x].png'))
    assert source.error is None and source.content == str(folder / '[x].png')


@pytest.mark.parametrize('name', ['a.jpg', 'none.jpg', 'notes.txt'])
def test_file(folder, name):
    # That it is not there, or no photograph, shows when it is read.
    (source,) = find_sources(str(folder / name))
    assert source == Source(str(folder / name), str(folder / name), Path(name))


@pytest.mark.parametrize(
    ('address', 'relative'),
    [
        ('https://host.org/x/a%20b.png?size=3', 'a b.png'),
        ('http://host.org/', 'image'),
        ('https://host.org/photo', 'photo'),
    ],
)
def test_url(address, relative):
    (source,) = find_sources(address)
    assert source == Source(address, address, Path(relative))


def test_arrays_and_images_without_names_are_numbered():
    picture = Image.new('RGB', (2, 2))
    sources = list(find_sources([ARRAY, picture, ARRAY]))
    assert [source.name for source in sources] == ['00000000', '00000001', '00000002']
    assert sources[1].content is picture
    numbers = count(7)
    names = [source.name for _ in range(2) for source in find_sources(ARRAY, numbers=numbers)]
    assert names == ['00000007', '00000008']


def test_image_of_a_file_has_its_name(tmp_path):
    Image.new('RGB', (2, 2)).save(tmp_path / 'a.png')
    (source,) = find_sources(Image.open(tmp_path / 'a.png'))
    assert source.name == str(tmp_path / 'a.png') and source.relative == Path('a.png')


def test_nested_lists(folder):
    sources = find_sources(
        [str(folder / 'deep'), (ARRAY, [folder / 'a.jpg']), Source('x', 'y', Path('z'))]
    )
    assert relatives(sources) == ['d.gif', 'er/c.tiff', '00000000', 'a.jpg', 'z']


def test_generator_is_consumed_as_needed():
    taken = []

    def frames():
        for index in range(3):
            taken.append(index)
            yield ARRAY

    sources = find_sources(frames())
    assert taken == []
    next(sources)
    assert taken == [0]
    assert len(list(sources)) == 2


def test_array_that_is_filled_again_is_kept_as_it_came():
    def frames():
        buffer = np.zeros((2, 2, 3), np.uint8)
        for value in range(3):
            buffer[:] = value
            yield buffer

    for inputs in (frames(), [frames()]):
        assert [int(source.content.max()) for source in list(find_sources(inputs))] == [0, 1, 2]
    # What is all there is not copied.
    assert all(source.content is ARRAY for source in find_sources([ARRAY, (ARRAY, ARRAY)]))


@pytest.mark.parametrize('suffix', ['.ppm', '.pgm', '.pbm', '.pnm'])
def test_all_suffixes_of_netpbm_are_found(tmp_path, suffix):
    (tmp_path / f'a{suffix}').touch()
    assert relatives(find_sources(tmp_path)) == [f'a{suffix}']


@pytest.mark.parametrize('name', ['empty', 'empty/*.jpg', 'none/*'])
def test_folder_or_pattern_that_names_nothing_is_an_error_of_its_own(tmp_path, name):
    (tmp_path / 'empty').mkdir()
    bad, good = find_sources([os.path.join(tmp_path, name), ARRAY])
    assert isinstance(bad.error, FileNotFoundError) and name in str(bad.error)
    assert good.error is None


@pytest.mark.parametrize(
    'item',
    [3, None, b'a.jpg', dict(a=ARRAY), torch.zeros(3, 2, 2)],
    ids=lambda item: type(item).__name__,
)
def test_other_types_are_refused(item):
    with pytest.raises(TypeError, match=f'an input must be a path, .* got {type(item).__name__}'):
        list(find_sources([ARRAY, item]))


def test_broken_link_is_no_secret(folder):
    (folder / 'deep/link.jpg').symlink_to('none.jpg')
    assert 'link.jpg' in relatives(find_sources(folder / 'deep'))
    assert 'link.jpg' in relatives(find_sources(str(folder / 'deep/*.jpg')))


@pytest.fixture
def linked(folder) -> Path:
    """A folder with links: two to one elsewhere, to one that lies here, and to those above."""
    (folder.parent / 'else/where').mkdir(parents=True)
    (folder.parent / 'else/where/f.jpg').touch()
    for link, target in (
        ('album', '../else'),
        ('again', '../else'),
        ('0', 'deep'),
        ('deep/up', '..'),
        ('deep/er/above', '../../..'),
    ):
        (folder / link).symlink_to(target, target_is_directory=True)
    return folder


def test_linked_folders_are_searched_once_and_without_end(linked):
    """Links were passed over without a word."""
    assert sorted(relatives(find_sources(linked))) == sorted([*ALL, 'again/where/f.jpg'])


def test_patterns_come_to_an_end(linked):
    """Each picture came forty times through one link to a folder above; with two it took hours."""
    expected = sorted([*ALL, 'again/where/f.jpg'])
    assert sorted(relatives(find_sources(f'{linked}/**'))) == expected
    assert sorted(relatives(find_sources(f'{linked}/**/*.*'))) == expected
    assert relatives(find_sources(f'{linked}/**/wh*/**/*.jpg')) == ['again/where/f.jpg']
    # Hidden folders are found where they are named.
    assert relatives(find_sources(f'{linked}/**/.cache/*')) == ['.cache/e.png']
    assert relatives(find_sources(f'{linked}/**/**/er/../*.gif')) == ['deep/er/../d.gif']


def test_a_pattern_that_fits_the_link_alone(linked):
    """Pictures that lie below under another name, too, were not found."""
    below = sorted(f'0{name.removeprefix("deep")}' for name in ALL if name.startswith('deep/'))
    assert sorted(relatives(find_sources(f'{linked}/0*/**'))) == below
    assert relatives(find_sources(f'{linked}/**/alb*/where/*')) == ['album/where/f.jpg']
    # Each once, by its own name where that fits.
    both = relatives(find_sources(f'{linked}/[0d]*/**'))
    assert sorted(both) == [name for name in sorted(ALL) if name.startswith('deep/')]
    # A link to a folder above leads nowhere.
    assert find_sources(f'{linked}/**/up/*').__next__().error


def test_results_that_are_linked_are_no_input(linked):
    assert relatives(find_sources(linked, linked.parent / 'else')) == ALL


def test_linked_folder_that_may_not_be_listed_is_told_once(linked, forbid_listing):
    forbid_listing('where')
    *found, last = find_sources(linked)
    assert sorted(relatives(found)) == sorted(ALL)
    assert isinstance(last.error, PermissionError) and last.name == str(linked / 'again/where')


def test_folder_that_may_not_be_listed_is_an_error_of_its_own(folder, forbid_listing):
    forbid_listing('er')
    sources = list(find_sources(folder))
    assert relatives(sources)[:-1] == [name for name in ALL if 'er/' not in name]
    assert isinstance(sources[-1].error, PermissionError)
    assert sources[-1].name == str(folder / 'deep/er')
    *_, last = find_sources(f'{folder}/**/*')
    assert isinstance(last.error, PermissionError) and last.name == str(folder / 'deep/er')


def test_raw_files_are_named_with_what_to_do(tmp_path):
    for name in ('a.CR2', 'a.jpg', 'b.nef', 'c.txt'):
        (tmp_path / name).touch()
    for inputs in (tmp_path, f'{tmp_path}/*'):
        sources = list(find_sources(inputs))
        assert [Path(source.name).name for source in sources] == ['a.CR2', 'a.jpg', 'b.nef']
        assert [isinstance(source.error, RawFile) for source in sources] == [True, False, True]
    (source,) = find_sources(tmp_path / 'b.nef')
    assert "b.nef' is a RAW file, which is not read: convert it first" in str(source.error)
