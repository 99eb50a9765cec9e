"""How an enhancer is run on images: an engine for each kind, behind one protocol."""

from .engine import PRECISIONS, Engine

__all__ = ['PRECISIONS', 'Engine']
