"""Refuses a checkpoint that does not fit the model."""
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mmengine.hooks import Hook
from mmengine.model import BaseTTAModel, is_model_wrapper

from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class FittingCheckpointHook(Hook):
    """Refuses a checkpoint that does not fit the model.

    MMEngine warns of names and shapes that differ, and goes on with random weights.  Here each part
    of the model (a direct child such as ``enhancer``) comes from the checkpoint as a whole or not
    at all, and one of them does.
    """

    # Before MMEngine's EMAHook, which exchanges the weights.
    priority = 'VERY_HIGH'

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Try the weights on the model.

        Args:
            runner: The runner.
            checkpoint: The checkpoint's content.

        Raises:
            ValueError: If they do not fit.
        """
        model = runner.model
        if is_model_wrapper(model) or isinstance(model, BaseTTAModel):
            model = model.module
        weights = {re.sub(r'^module\.', '', name): value
                   for name, value in checkpoint.get('state_dict', checkpoint).items()}
        own = list(model.state_dict())
        name = f'load_from={runner.cfg.get("load_from")!r}'
        try:
            found = model.load_state_dict(dict(weights), strict=False)
        # Of another shape.
        except RuntimeError as error:
            raise ValueError(f'{name} does not fit the model: {" ".join(str(error).split())}'
                             ) from error
        absent = {part for part in map(_part, own)
                  if all(key in found.missing_keys for key in own if _part(key) == part)}
        lacking = [key for key in found.missing_keys if key in own and _part(key) not in absent]
        # Models may take over parts under other names, or keep their own: what counts is that
        # something of the file was of use.
        if own and (lacking or len(found.unexpected_keys) >= len(weights)):
            raise ValueError(
                f'{name} does not fit the model: it lacks {", ".join((lacking or own)[:3])} and '
                f'holds {", ".join(list(weights)[:3])}; is it of another architecture?')


def _part(key: str) -> str:
    return key.partition('.')[0]
