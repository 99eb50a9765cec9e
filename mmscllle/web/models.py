"""The enhancers that the page offers, each loaded when it is first wanted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import Lock

from mmscllle.apis import EnhanceInferencer
from mmscllle.inference import Engine
from mmscllle.models.enhancers import make_engine
from mmscllle.models.enhancers.known import find_model, known_models
from mmscllle.utils.cached_download import find_cached
from mmscllle.utils.shipped_weights import SCHEME

MODES = ('exact', 'fast')


class Models:
    """The enhancers whose weights are on this machine.

    Args:
        device: Where they run; None: a GPU if there is one.
        weights: Checkpoints of models of the metafiles by name, in place of their own.
        max_pixels: See :class:`mmscllle.apis.EnhanceInferencer`.

    Raises:
        ValueError: If there is no model of a name in ``weights``.
        FileNotFoundError: If a checkpoint is not there.
    """

    def __init__(self, device: str | None, weights: Mapping[str, str], max_pixels: int) -> None:
        self._device, self._max_pixels = device, max_pixels
        self._weights = dict(weights)
        self._lock = Lock()
        self._inferencers: dict[tuple[str, str], EnhanceInferencer] = {}
        self._overviews: dict[str, Engine] = {}
        for name, path in self._weights.items():
            find_model(name, 'weights')
            if not os.path.isfile(path):
                raise FileNotFoundError(f'weights: there is no file {path!r} for {name}')
        self.names = [name for name in known_models() if self._is_there(name)]

    def get(self, name: str, mode: str) -> EnhanceInferencer:
        """The inferencer of a model in a mode.

        Raises:
            ValueError: If the page does not offer it.
        """
        if name not in self.names:
            raise ValueError(
                f'there is no model {name!r} on this page; choose one of {", ".join(self.names)}'
            )
        if mode not in MODES:
            raise ValueError(f'the mode must be one of {", ".join(MODES)}, got {mode!r}')
        with self._lock:
            if (name, mode) not in self._inferencers:
                self._inferencers[name, mode] = EnhanceInferencer(
                    name,
                    self._weights.get(name),
                    self._device,
                    fast=mode == 'fast',
                    max_pixels=self._max_pixels,
                    show_progress=False,
                )
            return self._inferencers[name, mode]

    def modes(self, name: str) -> tuple[str, ...]:
        """The modes of a model."""
        return getattr(self.get(name, 'exact').model, 'modes', MODES[:1])

    def preview_engine(self, name: str) -> Engine:
        """The quickest engine of a model, for previews."""
        return self.get(name, self.modes(name)[-1]).engine

    def overview(self, name: str) -> Engine:
        """The exact engine by which a video's brightness is judged, as the command has it."""
        inferencer = self.get(name, 'exact')
        with self._lock:
            if name not in self._overviews:
                self._overviews[name] = make_engine(inferencer.model, inferencer.device)
            return self._overviews[name]

    def _is_there(self, name: str) -> bool:
        weights = self._weights.get(name) or find_model(name, 'model').weights
        if weights is None or weights.startswith(SCHEME):
            return weights is not None
        return bool(find_cached(weights) if '://' in weights else os.path.isfile(weights))
