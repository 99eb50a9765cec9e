"""The test bed of hostility."""

from __future__ import annotations

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        parts = ', '.join(f'{count} {kind}' for kind, count in sorted(TRIED.items()))
        terminalreporter.write_line(f'hostile cases tried: {sum(TRIED.values())} ({parts})')


@pytest.fixture(scope='session')
def inferencer(weights: str) -> EnhanceInferencer:
    return EnhanceInferencer(weights=weights, device='cpu', show_progress=False)
