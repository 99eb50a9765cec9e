"""A small street data set drawn by program, by day and by night, for demos and quick tests."""
from .classes import CLASSES, PALETTE
from .dataset import NightStreetDataset
from .generate import generate_night_street, render_street

__all__ = ['CLASSES', 'PALETTE', 'NightStreetDataset', 'generate_night_street', 'render_street']
