"""Enhance photographs from Python; importing it loads neither torch nor the host libraries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .enhance_inferencer import EnhanceInferencer
    from .enhancement import Enhancement

_PLACES = {
    'EnhanceInferencer': 'enhance_inferencer',
    'Enhancement': 'enhancement',
}
__all__ = ['EnhanceInferencer', 'Enhancement']


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'.{_PLACES[name]}', __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
