"""Stops a training at the first loss or weight that is not finite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from mmengine.dist import get_rank
from mmengine.fileio import join_path
from mmengine.hooks import Hook
from mmengine.model import BaseModel, is_model_wrapper
from mmengine.runner import save_checkpoint
from torch import Tensor

from mmscllle.registry import HOOKS

if TYPE_CHECKING:
    from mmengine.runner import Runner


@HOOKS.register_module()
class FiniteTrainingHook(Hook):
    """Stops a training at the first loss or weight that is infinite or not a number.

    The terms are looked at before gradients are computed, so that the weights which gave them are
    still there: they are written, with the batch, to ``non_finite_iter_N.pth`` in the work dir.
    After the step the weights are looked at, too, before a checkpoint is made of them.  The last
    good checkpoint stays what it is.
    """

    # Before the loss is logged and a checkpoint made.
    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Look at the losses of each step from now on.

        Args:
            runner: The runner.
        """
        model = _unwrapped(runner)
        parse_losses = model.parse_losses

        def parse_finite_losses(losses: dict) -> tuple[Tensor, dict]:
            total, terms = parse_losses(losses)
            self._check(runner, terms)
            return total, terms

        model.parse_losses = parse_finite_losses

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Take note of the batch.

        Args:
            runner: The runner.
            batch_idx: Number of the batch.
            data_batch: The batch.
        """
        self._batch = data_batch

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Look at the weights after a step.

        Args:
            runner: The runner.
            batch_idx: Number of the batch.
            data_batch: The batch.
            outputs: The losses.

        Raises:
            ValueError: If one is not finite.
        """
        weights = {
            name: value
            for name, value in _unwrapped(runner).named_parameters()
            if value.requires_grad
        }
        self._check(runner, weights, 'after the step the weight ')

    def _check(self, runner: Runner, values: Mapping[str, Tensor], what: str = '') -> None:
        """Look at tensors, all at once: on a GPU each look waits for it.

        Raises:
            ValueError: If one is not finite.
        """
        tensors = [value.detach() for value in values.values() if value.is_floating_point()]
        if not tensors or torch.stack([tensor.isfinite().all() for tensor in tensors]).all():
            return
        bad = [f'{what}{name}' for name, value in values.items() if not value.isfinite().all()]
        step = runner.iter + 1
        rank = f'_rank{get_rank()}' if get_rank() else ''
        path = join_path(runner.work_dir, f'non_finite_iter_{step}{rank}.pth')
        files = sorted(set(_files(self._batch)))
        terms = {name: value.detach().cpu() for name, value in values.items() if value.numel() == 1}
        save_checkpoint(
            dict(
                state_dict=_unwrapped(runner).state_dict(),
                batch=_tensors(self._batch),
                files=files,
                iter=step,
                terms=terms,
            ),
            path,
        )
        raise ValueError(
            f'training stops at iteration {step}: {", ".join(bad[:8])} is infinite or not a '
            f'number, for the batch of {", ".join(files) or "files without a name"}. Weights, '
            f'batch and losses are in {path}. The checkpoints before are good: start anew from one '
            '(load_from) with a lower learning rate, which --resume would ignore, or look at these '
            'files'
        )


def _unwrapped(runner: Runner) -> BaseModel:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _files(batch: Any) -> Iterator[str]:
    """Paths of the files of a batch: what its data samples name by a key that ends in ``path``."""
    if isinstance(batch, dict):
        batch = list(batch.values())
    if isinstance(batch, (list, tuple)):
        for part in batch:
            yield from _files(part)
    elif hasattr(batch, 'metainfo_items'):
        for key, value in batch.metainfo_items():
            if key.endswith('path') and isinstance(value, (str, Path)):
                yield str(value)


def _tensors(batch: Any) -> Any:
    """The tensors of a batch in plain containers, which a checkpoint may hold."""
    if isinstance(batch, Tensor):
        return batch.detach().cpu()
    if isinstance(batch, dict):
        return {key: _tensors(value) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return [_tensors(value) for value in batch]
    if hasattr(batch, 'all_items'):
        return {key: _tensors(getattr(value, 'data', None)) for key, value in batch.items()}
    return None
