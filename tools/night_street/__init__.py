"""A small street data set drawn by program, by day and by night, for the quick start and tests."""

from .generate import generate_night_street, render_street

__all__ = ['generate_night_street', 'render_street']
