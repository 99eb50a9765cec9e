import cv2
import numpy as np
import pytest

from mmscllle.datasets.image_files import find_images


@pytest.fixture
def folder(tmp_path):
    for name in ('b.png', 'a.JPG', 'deep/er/c.png'):
        path = tmp_path / 'day' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.zeros((2, 2, 3), np.uint8))
    (tmp_path / 'day' / 'notes.txt').write_text('no image')
    (tmp_path / 'empty').mkdir()
    return tmp_path


def names(root, found):
    return [path[len(str(root)) + 1 :] for path in found]


def test_folders_are_searched_recursively_in_sorted_order(folder):
    found = find_images(str(folder / 'day'), 'key')
    assert names(folder, found) == ['day/a.JPG', 'day/b.png', 'day/deep/er/c.png']


def test_each_image_counts_once(folder):
    sources = [str(folder / 'day'), str(folder / 'day' / 'deep'), str(folder / 'day' / '*.png')]
    assert len(find_images(sources, 'key')) == 3


def test_a_folder_that_cannot_be_listed_is_not_passed_over(folder, forbid_listing):
    forbid_listing('deep')
    with pytest.raises(PermissionError, match=r'Permission denied.*deep'):
        find_images(str(folder / 'day'), 'key')


@pytest.mark.parametrize(
    ('pattern', 'expected'),
    [
        ('day/*.png', ['day/b.png']),
        ('day/**/c.*', ['day/deep/er/c.png']),
        ('d[ab]y/?.JPG', ['day/a.JPG']),
    ],
)
def test_glob_patterns(folder, pattern, expected):
    assert names(folder, find_images(pattern, 'key', root=str(folder))) == expected


def test_missing_folder_is_named_with_its_key(folder):
    with pytest.raises(FileNotFoundError, match=r"positive_folders: there is no .*/night'"):
        find_images([str(folder / 'day'), str(folder / 'night')], 'positive_folders')


@pytest.mark.parametrize('source', ['empty', 'day/*.txt', 'nowhere/*.png'])
def test_source_without_images_is_named_with_its_key(folder, source):
    with pytest.raises(ValueError, match='negative_folders: no image in .*' + source[:5]):
        find_images(str(folder / source), 'negative_folders')


@pytest.mark.parametrize('sources', [[], None, 5, '', [3], ['a', None]])
def test_wrong_type(sources):
    with pytest.raises(TypeError, match='positive_folders must name one folder or more, got'):
        find_images(sources, 'positive_folders')


def test_links_are_followed_and_hidden_files_left_out(folder):
    day = folder / 'day'
    (folder / 'else').mkdir()
    cv2.imwrite(str(folder / 'else' / 'd.png'), np.zeros((2, 2, 3), np.uint8))
    (day / 'linked').symlink_to(folder / 'else')
    (day / 'deep' / 'above').symlink_to(day)
    (day / 'deep' / 'far_above').symlink_to(folder)
    (day / 'linked_again').symlink_to(folder / 'else')
    for name in ('.trash/e.png', '._b.png'):
        (day / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(day / name), np.zeros((2, 2, 3), np.uint8))
    found = find_images(str(day), 'key')
    assert names(folder, found) == [
        'day/a.JPG',
        'day/b.png',
        'day/deep/er/c.png',
        'day/linked/d.png',
    ]
