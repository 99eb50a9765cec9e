"""Loads any checkpoint of an enhancer into mmagic's models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper

from mmscllle.models.enhancers.curve_enhancer import OWNER_PREFIXES
from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner

OWN_PREFIX = 'generator.enhancer.'


@HOOKS.register_module()
class GeneratorCheckpointHook(Hook):
    """Loads any checkpoint of an enhancer into mmagic's models, whose generator holds one.

    The checkpoint may be that of the bare enhancer, such as the authors' release, of ``SCLLLE``,
    of ``EnhancedSegmentor``, or of the model itself. Without this hook MMEngine would warn of
    names and shapes that differ, and go on with random weights.
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
        own = model.generator.enhancer.state_dict()
        shapes = {name: value.shape for name, value in own.items()}
        weights = checkpoint.get('state_dict', checkpoint)
        # MMEngine takes DistributedDataParallel's prefix off only after this hook.
        owners = [wrapper + owner for owner in (*OWNER_PREFIXES, '') for wrapper in ('', 'module.')]
        for owner in owners:
            if all(owner + name in weights and weights[owner + name].shape == shape
                   for name, shape in shapes.items()):
                break
        else:
            raise ValueError(
                f'load_from={runner.cfg.get("load_from")!r}: the checkpoint has not all weights of '
                f'model.generator.enhancer, {", ".join(shapes)}, or not in its shapes'
            )
        for name in shapes:
            weights[OWN_PREFIX + name] = weights.pop(owner + name)
