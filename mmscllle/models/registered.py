"""Every part of the package that a config can name as a model, imported and so registered."""

from __future__ import annotations

from importlib import import_module

from . import PLACES, losses

__all__ = ['losses']

for place in dict.fromkeys(PLACES.values()):
    import_module(f'mmscllle.models.{place}')
