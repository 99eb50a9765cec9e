"""The frozen segmentors of an objective, and which of them judge a training step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from mmengine.logging import MessageHub
from torch import Tensor, nn

from mmscllle.datasets.class_names import find_moved_among
from mmscllle.registry import build_part

if TYPE_CHECKING:
    from .frozen_segmentor import FrozenSegmentor

CHOICES = ('draw', 'all')


class Judges(nn.Module):
    """Several fixed segmentors: what pleases one alone is no gain for another.

    Args:
        configs: Configs of :class:`FrozenSegmentor`, the first of which also predicts in
            validation; none of them for an objective without a segmentor.
        choice: ``'draw'``: one of them, drawn, judges a step, the same on all ranks. The draw
            depends on the run's seed and the iteration's number alone, so a resumed training goes
            on alike. ``'all'``: each judges every step, and what they find is averaged.

    Raises:
        ValueError: If the choice is unknown, or the segmentors differ in their number of classes,
            or number a class otherwise.
    """

    def __init__(self, configs: Sequence[dict], choice: str = 'draw') -> None:
        super().__init__()
        if choice not in CHOICES:
            raise ValueError(
                f'objective.segmentor_choice must be one of {", ".join(CHOICES)}, got {choice!r}'
            )
        self.choice = choice
        self.segmentors = nn.ModuleList(build_part(config) for config in configs)
        classes = [segmentor.num_classes for segmentor in self.segmentors]
        if len(set(classes)) > 1:
            raise ValueError(
                'the segmentors of objective.segmentor must have the same classes, '
                f'got {classes} of them'
            )
        # A judge may be any module.
        metas = (getattr(segmentor, 'dataset_meta', None) or {} for segmentor in self.all())
        moved = find_moved_among([meta.get('classes') or () for meta in metas])
        if moved is not None:
            name, numbers = moved
            known = (f'class {label} of objective.segmentor[{i}]' for i, label in numbers.items())
            raise ValueError(
                f'{name!r} is {" and ".join(known)}: take segmentors that were trained on classes '
                'in one order'
            )

    @property
    def first(self) -> nn.Module | None:
        """The first segmentor, or None where there is none."""
        return self.segmentors[0] if len(self.segmentors) else None

    def all(self) -> list[FrozenSegmentor]:
        """All segmentors."""
        return cast('list[FrozenSegmentor]', list(self.segmentors))

    def see(self, image: Tensor) -> Tensor:
        """Class scores of all together on ``image``, RGB in [0, 1], (N, 3, H, W)."""
        return average_scores([segmentor(image) for segmentor in self.all()])

    def of_step(self) -> list[FrozenSegmentor]:
        """The segmentors that judge the training step that MMEngine's runner is at."""
        if len(self.segmentors) < 2 or self.choice == 'all':
            return self.all()
        hub = MessageHub.get_current_instance()
        seed, iteration = (int(hub.get_info(name, None) or 0) for name in ('seed', 'iter'))
        word = np.random.SeedSequence([seed, iteration]).generate_state(1)[0]
        return [self.all()[int(word) % len(self.segmentors)]]


def average_scores(scores: Sequence[Tensor]) -> Tensor:
    r"""Class scores whose softmax is the mean of those given: :math:`\log \frac1J \sum_j p_j`.

    Args:
        scores: One judge's class scores each, (N, K, H, W).

    Returns:
        (N, K, H, W); of a single judge its own.
    """
    if len(scores) == 1:
        return scores[0]
    return torch.stack([each.float().log_softmax(dim=1) for each in scores]).logsumexp(dim=0)
