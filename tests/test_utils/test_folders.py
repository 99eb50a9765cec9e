"""Files below a folder, with links and without."""

from __future__ import annotations

import pytest

from mmscllle.utils.folders import walk_files


@pytest.fixture
def folder(tmp_path):
    for name in ('day/a.txt', 'day/deep/b.txt', 'day/.trash/c.txt', 'day/.d.txt', 'else/e.txt'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / 'day/linked').symlink_to(tmp_path / 'else')
    (tmp_path / 'day/linked_again').symlink_to(tmp_path / 'else')
    (tmp_path / 'day/deep/above').symlink_to(tmp_path)
    return tmp_path / 'day'


def names(folder, **options):
    return sorted(str(path.relative_to(folder)) for path in walk_files(folder, **options))


def test_links_are_followed_where_they_are_asked_for(folder):
    assert names(folder) == ['a.txt', 'deep/b.txt']
    assert names(folder, follow_links=True) == ['a.txt', 'deep/b.txt', 'linked/e.txt']


def test_a_folder_that_cannot_be_listed_is_told(tmp_path):
    errors: list[OSError] = []
    assert names(tmp_path / 'gone', onerror=errors.append) == []
    assert [error.filename for error in errors] == [str(tmp_path / 'gone')]


def test_a_folder_that_cannot_be_listed_is_an_error_otherwise(folder, forbid_listing):
    """Its pictures would be passed over without a word."""
    forbid_listing('deep')
    with pytest.raises(PermissionError, match=r'Permission denied.*deep'):
        names(folder)
