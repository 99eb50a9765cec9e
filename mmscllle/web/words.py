"""Errors as a stranger may read them: what was wrong and what to do, without the server's paths."""

from __future__ import annotations

import re
from pathlib import Path

from mmscllle.utils.messages import one_line

OWN_ERRORS = (ValueError, OSError)
PIXELS = re.compile(r'more than max_pixels=([\d,]+).*')
# A path of two steps or more, not part of a URL or a date.
PATH = re.compile(r"(?<![\w/:.])/(?:[^/'\"\s]+/)+(?=[^/'\"\s])")


def describe(error: Exception, folder: Path) -> str:
    """Put an error into words for a visitor.

    Args:
        error: The error.
        folder: Below which the visitor's files lie.

    Returns:
        One line.
    """
    if not isinstance(error, OWN_ERRORS):
        return 'This went wrong on the server, whose log says why. Try another file or model.'
    text = re.sub(rf"{re.escape(str(folder))}/(?:[^/'\"]+/)*", '', one_line(error))
    text = PIXELS.sub(r'more than the \1 that this page takes; reduce it', text)
    return PATH.sub('', text)
