"""The test bed of hostility."""
from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tally import TRIED

from mmscllle.apis import EnhanceInferencer
from mmscllle.models import CurveEnhancer

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
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checkpoint of a network of random weights that brightens."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        network = CurveEnhancer()
        for parameter in network.parameters():
            parameter.normal_(std=0.06)
        network.e_conv7.bias.sub_(0.15)
    path = tmp_path_factory.mktemp('weights') / 'enhancer.pth'
    torch.save(network.state_dict(), path)
    return str(path)


@pytest.fixture(scope='session')
def inferencer(weights: str) -> EnhanceInferencer:
    return EnhanceInferencer(weights=weights, device='cpu', show_progress=False)
