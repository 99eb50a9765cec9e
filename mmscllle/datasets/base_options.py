"""Options of MMEngine's ``BaseDataset`` that data sets of folders do not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def check_no_selection(options: Mapping[str, Any], known: Collection[str] = ()) -> None:
    """Refuse MMEngine's ways to choose images, which would have no effect.

    Args:
        options: Arguments of MMEngine's ``BaseDataset``.
        known: Keys of ``filter_cfg`` that the data set has.

    Raises:
        ValueError: If ``ann_file``, or another key of ``filter_cfg``, is among them.
    """
    if options.get('ann_file'):
        raise ValueError(
            f'ann_file: this data set takes all images of its folder, got {options["ann_file"]!r}; '
            'put those that you want into a folder'
        )
    unknown = sorted(set(options.get('filter_cfg') or ()) - set(known))
    if unknown:
        raise ValueError(
            f'filter_cfg has no {unknown[0]!r} here; known: {", ".join(known) or "none"}'
        )
