"""The same name under another number is found, other names are let be."""

from __future__ import annotations

import pytest

from mmscllle.datasets.class_names import find_moved_among, find_moved_class


@pytest.mark.parametrize(
    ('others', 'moved'),
    [
        (['sky', 'road', 'car'], None),
        (['sky', 'car', 'road'], (1, 2)),
        (('road', 'car', 'sky'), (0, 2)),
        (['sky', 'street', 'car'], None),
        (['Sky', 'ROAD', 'car', 'bus'], None),
        # One more in between, or one less.
        (['sky', 'kerb', 'Road', 'car'], (1, 2)),
        (['road', 'pole'], (1, 0)),
    ],
)
def test_the_first_class_with_another_number(others, moved):
    assert find_moved_class(['sky', 'road', 'car'], others) == moved


def test_names_are_the_same_however_their_words_are_joined():
    assert find_moved_class(['car', 'traffic light'], ['Traffic_Light', 'pole']) == (1, 0)


@pytest.mark.parametrize('names', [('void', 'x', 'void'), ('+', '-'), (1, 2)])
def test_a_list_agrees_with_itself(names):
    assert find_moved_class(names, names) is None


def test_the_first_list_with_names_is_compared_with_the_others():
    lists = [(), ['sky', 'road'], ['Sky', 'tree'], [], ['road']]
    assert find_moved_among(lists) == ('road', {1: 1, 4: 0})
    assert find_moved_among(lists[:4]) is find_moved_among([(), ()]) is find_moved_among([]) is None
