"""Whether two lists of classes give their numbers to the same things."""

from __future__ import annotations

import re
from collections.abc import Sequence


def find_moved_class(names: Sequence[str], others: Sequence[str]) -> tuple[int, int] | None:
    """Find the first class that has another number in another list.

    A name is the same however its words are joined: ``'Traffic Light'`` is ``'traffic_light'``.
    Other names may stand for the same classes, and are let be.

    Args:
        names: Names of classes, in the order of their numbers.
        others: The other list.

    Returns:
        Its numbers in the two lists; None if there is none.
    """
    plain, others_plain = ([_plain(name) for name in each] for each in (names, others))
    for number, name in enumerate(plain):
        # Twice, a name tells nothing.
        if name and plain.count(name) == others_plain.count(name) == 1:
            other = others_plain.index(name)
            if other != number:
                return number, other
    return None


def find_moved_among(lists: Sequence[Sequence[str]]) -> tuple[str, dict[int, int]] | None:
    """Find the first class that has another number in a list than in the first one with names.

    Args:
        lists: Names of classes, in the order of their numbers; empty where they are not known.

    Returns:
        Its name in the first list, and its numbers by the places of both lists; None if there is
        none.
    """
    first, *others = [place for place, names in enumerate(lists) if names] or [0]
    for other in others:
        moved = find_moved_class(lists[first], lists[other])
        if moved is not None:
            return lists[first][moved[0]], dict(zip((first, other), moved, strict=True))
    return None


def _plain(name: object) -> str:
    return re.sub(r'[\W_]', '', str(name)).lower()
