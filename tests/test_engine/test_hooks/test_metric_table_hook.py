from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor
from torch.utils.data import Dataset

from mmscllle.engine import MetricTableHook


class Numbers(Dataset):
    metainfo: dict = {}

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> int:
        return index


class Echo(BaseModel):
    def forward(self, numbers: Tensor, mode: str) -> Tensor:
        return numbers


class Mean(BaseMetric):
    def process(self, data_batch: object, numbers: Tensor) -> None:
        self.results.extend(numbers)

    def compute_metrics(self, results: list) -> dict[str, float]:
        return dict(mean=torch.tensor(results).float().mean().item())


@pytest.fixture
def runner(tmp_path) -> Runner:
    """Tests two data sets, in a manner of speaking: one metric with two prefixes."""
    loader = dict(
        batch_size=2,
        dataset=Numbers(),
        sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=lambda numbers: dict(numbers=torch.tensor(numbers)),
    )
    return Runner(
        Echo(),
        str(tmp_path),
        experiment_name=str(tmp_path),
        test_dataloader=loader,
        test_cfg=dict(),
        test_evaluator=[Mean(prefix='first'), Mean(prefix='second')],
        custom_hooks=[dict(type='mmscllle.MetricTableHook')],
    )


def test_a_row_for_each_data_set_is_logged_and_saved(runner):
    runner.test()
    table = (
        '| data set |   mean |\n'
        '|:---------|-------:|\n'
        '| first    | 1.0000 |\n'
        '| second   | 1.0000 |\n'
    )
    folder = Path(runner.log_dir)
    assert (folder / 'metrics.md').read_text() == table
    assert table in next(folder.glob('*.log')).read_text()


def test_no_metrics_no_table(runner):
    MetricTableHook().after_test_epoch(runner, {})
    assert not (Path(runner.log_dir) / 'metrics.md').exists()
