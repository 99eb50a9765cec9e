"""Refuses pipelines that would quietly do something else than they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmengine.hooks import Hook

from mmscllle.datasets.companions import check_companions
from mmscllle.datasets.pipelines import check_marks, find_datasets
from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class PipelineHook(Hook):
    """Refuses data sets, of this package or not, whose pipelines quietly fail.

    That is where a picture is moved and its reference is not, and where
    :class:`WithoutPseudoLabels` marks what mmseg's ``PackSegInputs`` packs without the mark.
    ``tools/train.py`` and ``tools/test.py`` take it for every config.
    """

    def before_train(self, runner: Runner) -> None:
        """Check what is trained on.

        Args:
            runner: The runner.

        Raises:
            ValueError: If a pipeline is wrong.
        """
        _check(runner.train_loop, 'train_dataloader')

    def before_val(self, runner: Runner) -> None:
        """Check what is validated on; see :meth:`before_train`."""
        _check(runner.val_loop, 'val_dataloader')

    def before_test(self, runner: Runner) -> None:
        """Check what is tested on; see :meth:`before_train`."""
        _check(runner.test_loop, 'test_dataloader')


def _check(loop: Any, key: str) -> None:
    # mmagic's loops have several; a stranger's may have others, or none.
    dataloaders = getattr(loop, 'dataloaders', None) or [getattr(loop, 'dataloader', None)]
    for dataloader in dataloaders:
        for name, dataset in find_datasets(getattr(dataloader, 'dataset', None), f'{key}.dataset'):
            check_companions(dataset, f'{name}.pipeline')
            check_marks(getattr(dataset, 'pipeline', ()), f'{name}.pipeline')
