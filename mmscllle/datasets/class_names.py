"""Whether two lists of classes give their numbers to the same things."""

from __future__ import annotations

from collections.abc import Sequence


def find_moved_class(names: Sequence[str], others: Sequence[str]) -> int | None:
    """Find the first class that has another number in a list of the same names.

    Other words may stand for the same classes; the same words in another order do not.

    Args:
        names: Names of classes, in the order of their numbers.
        others: The other list.

    Returns:
        Its number in ``names``; None if there is none, or the names are not the same.
    """
    if sorted(names) != sorted(others):
        return None
    return next((i for i, name in enumerate(names) if name != others[i]), None)
