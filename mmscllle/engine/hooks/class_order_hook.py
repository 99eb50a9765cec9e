"""Stops a training whose judges number a class otherwise than its labels do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.hooks import Hook

from mmscllle.datasets.class_names import find_moved_class
from mmscllle.models.frozen_segmentor import FrozenSegmentor
from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class ClassOrderHook(Hook):
    """Refuses to train through a segmentor that numbers a class otherwise than the data set does.

    Its losses would be finite and its pictures fine, but learned from wrong labels.  Names are
    those of the data set's ``metainfo`` and of the segmentor's checkpoint; where either has none,
    nothing is known and nothing is checked.
    """

    def before_train(self, runner: Runner) -> None:
        """Compare the names of the classes.

        Args:
            runner: The runner.

        Raises:
            ValueError: If a class has two numbers.
        """
        # Any data set may be trained on, with or without names.
        metainfo = getattr(runner.train_loop.dataloader.dataset, 'metainfo', None) or {}
        labels = metainfo.get('classes') or ()
        for name, module in runner.model.named_modules():
            # A segmentor that learns may learn another order.
            judges = isinstance(module, FrozenSegmentor)
            classes = module.dataset_meta.get('classes') or () if judges else ()
            moved = find_moved_class(classes, labels)
            if moved is not None:
                raise ValueError(
                    f'{classes[moved[0]]!r} is class {moved[0]} of {name} and label {moved[1]} of '
                    'train_dataloader: take a segmentor that was trained on labels numbered alike, '
                    'or, if its classes are not used, set default_hooks.class_order=None'
                )
