"""Counts the attacks, so that what was tried can be told."""

from __future__ import annotations

from collections import Counter

TRIED: Counter[str] = Counter()


def tried(kind: str, count: int = 1) -> None:
    TRIED[kind] += count
