"""The same names in another order are found, other names are let be."""

from __future__ import annotations

import pytest

from mmscllle.datasets.class_names import find_moved_class


@pytest.mark.parametrize(
    ('others', 'moved'),
    [
        (['sky', 'road', 'car'], None),
        (['sky', 'car', 'road'], 1),
        (('road', 'car', 'sky'), 0),
        (['sky', 'street', 'car'], None),
        (['road', 'sky'], None),
    ],
)
def test_the_first_class_with_another_number(others, moved):
    assert find_moved_class(['sky', 'road', 'car'], others) == moved
