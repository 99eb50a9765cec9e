"""Stops an evaluation at a label beyond the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmengine.hooks import Hook

from mmscllle.evaluation.label_range import check_label_range
from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class LabelRangeHook(Hook):
    """Refuses label maps with labels beyond the classes, which mmseg's ``IoUMetric`` passes over.

    Their pixels would not count, so that a metric is too good for labels of another data set.
    Metrics without an ``ignore_index`` are not for labels, and nothing is checked for them.
    ``tools/train.py`` and ``tools/test.py`` take it for every config.
    """

    def _after_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence | None = None,
        mode: str = 'train',
    ) -> None:
        """Check the labels of a batch of a validation or test; MMEngine's hook calls it after each.

        Args:
            runner: The runner.
            batch_idx: Number of the batch.
            data_batch: The batch.
            outputs: Its data samples.
            mode: ``'val'`` or ``'test'``; in ``'train'`` nothing is checked.

        Raises:
            ValueError: If a label is neither a class nor ignored.
        """
        if mode != 'train':
            _check(runner.val_loop if mode == 'val' else runner.test_loop, outputs)


def _check(loop: Any, samples: Sequence | None) -> None:
    # Loops and evaluators may be a stranger's.
    for metric in getattr(getattr(loop, 'evaluator', None), 'metrics', ()):
        ignored = getattr(metric, 'ignore_index', None)
        if ignored is None or getattr(metric, 'format_only', False):
            continue
        classes = (metric.dataset_meta or {}).get('classes') or ()
        for sample in samples or ():
            label = sample.get('gt_sem_seg')
            if not classes or not hasattr(label, 'data'):
                continue
            try:
                check_label_range(label.data, len(classes), ignored)
            except ValueError as error:
                path = sample.get('seg_map_path') or sample.get('img_path')
                raise ValueError(
                    f'{path!r}: {error}. Take label maps numbered by the classes of the data set; '
                    'reduce_zero_label=True is for those whose 0 stands for none'
                ) from error
