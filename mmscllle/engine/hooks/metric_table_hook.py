"""Writes the metrics of a test as a table, one row a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.dist import master_only
from mmengine.hooks import Hook

from mmscllle.evaluation.metric_table import metrics_by_dataset, to_markdown
from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class MetricTableHook(Hook):
    """Writes the metrics of a test as a table, one row a data set, to the log and ``metrics.md``.

    MMEngine logs ``<prefix>/<metric>`` one after another, and as JSON. Here the prefix, which
    names the data set where one test runs over several, heads a row.
    """

    # Behind the logger hook's own line.
    priority = 'LOWEST'

    @master_only
    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Write the table.

        Args:
            runner: The runner; the file goes to its log folder.
            metrics: Values by name.
        """
        if not metrics:
            return
        table = to_markdown(
            {(dataset,): values for dataset, values in metrics_by_dataset(metrics).items()},
            ('data set',),
        )
        path = Path(runner.log_dir, 'metrics.md')
        path.write_text(table, encoding='utf-8')
        runner.logger.info(f'{path}\n{table}')
