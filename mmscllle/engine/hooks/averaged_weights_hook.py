"""Averages the weights over the steps of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.hooks import EMAHook

from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class AveragedWeightsHook(EMAHook):
    """MMEngine's ``EMAHook``, which also starts from a file that holds nothing but weights.

    ``load_from`` takes such files, the released ones among them; MMEngine's hook ends with
    ``KeyError: 'state_dict'`` on them.  A model with a method ``teach_by``, such as
    :class:`SCLLLE`, is given the averaged copy of itself, which labels its images.  The arguments
    are MMEngine's.
    """

    def before_run(self, runner: Runner) -> None:
        """Make the averaged copy, and give it to the model."""
        super().before_run(runner)
        if hasattr(self.src_model, 'teach_by'):
            self.src_model.teach_by(self.ema_model.module)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Load the weights of a checkpoint into the average, too.

        Args:
            runner: The runner.
            checkpoint: A checkpoint, or the weights by name.
        """
        super().after_load_checkpoint(
            runner, checkpoint if 'state_dict' in checkpoint else dict(state_dict=checkpoint)
        )
