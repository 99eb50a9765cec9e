"""The names and colours of a model's classes, where its weights come from its own config."""

from __future__ import annotations

import warnings

from torch import nn

# MMSegInferencer says it of any model that it gets no checkpoint for, then gives it the classes of
# Cityscapes.
_FALSE_WARNINGS = (
    'Checkpoint is not loaded, and the inference result is calculated',
    'weights is None, use cityscapes classes by default',
)


class KeptDatasetMeta(nn.Module):
    """A model that loads its weights by itself, and knows its classes from them.

    mmseg's inferencer gives a model the classes of Cityscapes unless it has loaded a checkpoint
    into it.  Here that changes nothing until a checkpoint has been loaded from outside.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._dataset_meta: dict | None = None
        self._is_kept = False

    def keep_dataset_meta(self, meta: dict) -> None:
        """Take the classes from the weights that have been loaded.

        Args:
            meta: ``classes`` and ``palette``; may be empty.
        """
        self._is_kept = True
        self._dataset_meta = dict(meta) or None
        for message in _FALSE_WARNINGS:
            warnings.filterwarnings('ignore', message, UserWarning)

    def release_dataset_meta(self) -> None:
        """Let the classes be set, as other weights are loaded."""
        self._is_kept = False

    @property
    def dataset_meta(self) -> dict | None:
        """``classes`` and ``palette``, or None if they are not known."""
        return self._dataset_meta

    @dataset_meta.setter
    def dataset_meta(self, meta: dict | None) -> None:
        if not (self._is_kept and self._dataset_meta):
            self._dataset_meta = meta
        if self._is_kept:
            # Of another model they may be true.
            filters: list = warnings.filters  # type: ignore[assignment]  # typeshed hides that
            filters[:] = [
                entry
                for entry in warnings.filters
                if getattr(entry[1], 'pattern', '') not in _FALSE_WARNINGS
            ]
