"""Stops a training whose enhanced pictures have lost their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from mmengine.hooks import Hook
from torch import Tensor, nn

from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner

# Below this standard deviation, of values in [0, 1], a channel is of one level on a display.
FLAT = 1 / 255


def is_flat(images: Tensor) -> Tensor:
    """Tell which pictures are of one colour.

    Args:
        images: RGB in [0, 1], (N, 3, H, W).

    Returns:
        Bool, (N,).
    """
    values = images.detach().float().flatten(2)
    variance = (values - values.mean(dim=2, keepdim=True)).square().mean(dim=2)
    return (variance < FLAT**2).all(dim=1)


@HOOKS.register_module()
class CollapseHook(Hook):
    """Stops a training whose enhanced pictures are all black, all white or all of one grey.

    Losses without a reference may reward such pictures: two exposures of a scene agree where both
    become black.  Then every loss is finite and small, and only the pictures show that the training
    is lost.  What is watched are the enhancers that learn, parts of the model named ``enhancer``;
    inputs that are of one colour themselves do not count.

    Args:
        patience: After how many iterations in a row without any other picture the training stops.

    Raises:
        ValueError: If ``patience`` is less than 1.
    """

    # Before a checkpoint is made.
    priority = 'VERY_HIGH'

    def __init__(self, patience: int = 50) -> None:
        if patience < 1:
            raise ValueError(f'patience must be at least 1 iteration, got {patience}')
        self.patience = patience

    def before_train(self, runner: Runner) -> None:
        """Watch what the enhancers give from now on.

        Args:
            runner: The runner.
        """
        self._collapsed = self._since = 0
        self._batches: list[tuple[Tensor, Tensor]] = []
        self._handles = [
            module.register_forward_hook(self._watch)
            for name, module in runner.model.named_modules()
            # Not by type: any network may be an enhancer.
            if name.split('.')[-1] == 'enhancer'
            and any(weight.requires_grad for weight in module.parameters())
        ]

    def after_train(self, runner: Runner) -> None:
        """Watch no longer.

        Args:
            runner: The runner.
        """
        for handle in self._handles:
            handle.remove()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Count iterations without a picture that has content.

        Args:
            runner: The runner.
            batch_idx: Number of the batch.
            data_batch: The batch.
            outputs: The losses.

        Raises:
            ValueError: If there were ``patience`` of them in a row.
        """
        if not self._batches:
            return
        flat, enhanced = (torch.cat(parts) for parts in zip(*self._batches, strict=True))
        self._batches = []
        # A batch of nothing but flat inputs tells nothing.
        if not len(flat):
            return
        step = runner.iter + 1
        if not flat.all():
            self._collapsed = 0
            return
        if not self._collapsed:
            self._since = step
        self._collapsed += 1
        if self._collapsed < self.patience:
            return
        colour = ', '.join(f'{255 * level:.0f}' for level in enhanced.mean(dim=0).tolist())
        raise ValueError(
            f'training stops at iteration {step}: since iteration {self._since} every '
            f'enhanced picture has been of one colour, by now RGB {colour} of 255, though the '
            'inputs are not. Terms without a reference can reward that: lower their loss_weight or '
            'the learning rate, and start anew from weights that enhance (load_from), such as a '
            'checkpoint from before that iteration; --resume would keep the rate'
        )

    def _watch(self, enhancer: nn.Module, inputs: tuple, outputs: tuple) -> None:
        """Note, of each picture with content, whether it is flat by now, and its mean colour."""
        if enhancer.training:
            content = ~is_flat(inputs[0])
            enhanced = outputs[0].detach()[content]
            self._batches.append((is_flat(enhanced), enhanced.float().mean(dim=(2, 3))))
