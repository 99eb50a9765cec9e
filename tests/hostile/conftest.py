"""The test bed of hostility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tally import TRIED

from mmscllle.apis import EnhanceInferencer

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is here."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker('hostile')


@pytest.fixture(autouse=True)
def report_what_was_tried(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Put the counts of attacks into the test's report: it may run in a process of its own."""
    yield
    record_property('tried', dict(TRIED))
    TRIED.clear()


@pytest.fixture(scope='session')
def inferencer(weights: str) -> EnhanceInferencer:
    return EnhanceInferencer(weights=weights, device='cpu', show_progress=False)
