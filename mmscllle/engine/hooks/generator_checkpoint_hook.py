"""Loads any checkpoint of an enhancer into mmagic's models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from mmscllle.registry import HOOKS
from mmscllle.utils.weights import claim_part

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class GeneratorCheckpointHook(Hook):
    """Loads any checkpoint of an enhancer into mmagic's models, whose generator holds one.

    The checkpoint may be that of the enhancer alone or of any model that holds it. Without this
    hook MMEngine would warn of names and shapes that differ, and go on with random weights.
    """

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Give the enhancer's weights the names that they have in the model.

        Args:
            runner: The runner; its model has ``generator``, an :class:`EnhancerGenerator`.
            checkpoint: The checkpoint's content, changed in place.

        Raises:
            ValueError: If a weight of the enhancer is not in the checkpoint, or of another shape.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        weights = checkpoint.get('state_dict', checkpoint)
        own = model.generator.enhancer.state_dict()
        try:
            claim_part(weights, own, 'enhancer', 'generator.enhancer.')
        except ValueError as error:
            raise ValueError(f'load_from={runner.cfg.get("load_from")!r}: {error}') from error
