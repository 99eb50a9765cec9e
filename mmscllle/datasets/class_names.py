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
    numbers = {_plain(name): number for number, name in enumerate(others)}
    for number, name in enumerate(names):
        other = numbers.get(_plain(name), number)
        if other != number:
            return number, other
    return None


def _plain(name: str) -> str:
    return re.sub(r'[\W_]', '', name).lower()
