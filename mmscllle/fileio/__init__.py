"""Reading and writing of photographs: all depths and modes, animations, what belongs to them."""

from .atomic import atomic_path, write_text
from .photograph import Photograph
from .reading import MAX_PIXELS, read_photograph
from .sources import IMAGE_SUFFIXES, RawFile, Source, find_sources
from .writing import write_photograph

__all__ = [
    'IMAGE_SUFFIXES',
    'MAX_PIXELS',
    'Photograph',
    'RawFile',
    'Source',
    'atomic_path',
    'find_sources',
    'read_photograph',
    'write_photograph',
    'write_text',
]
