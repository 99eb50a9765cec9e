"""Shares of pictures, as arguments of transforms."""

from __future__ import annotations


def check_share(name: str, value: float) -> float:
    """Check a share.

    Args:
        name: The argument, for the error message.
        value: From 0, none, to 1, all.

    Returns:
        The value.

    Raises:
        ValueError: If it is not in [0, 1].
    """
    if not 0 <= value <= 1:
        raise ValueError(f'{name} must be in [0, 1], got {value}')
    return value
