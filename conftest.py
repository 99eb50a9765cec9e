"""Examples in docstrings, as tests: `pytest --doctest-modules mmscllle`."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_log_in_examples(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep MMEngine's log, whose lines bear the time, out of what an example prints."""
    is_example = isinstance(request.node, pytest.DoctestItem)
    if is_example:
        logging.disable(logging.INFO)
    yield
    if is_example:
        logging.disable(logging.NOTSET)
