"""Names of a state dict that a checkpoint may lack, and marks, which say what a network does."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import torch
from mmengine.logging import print_log
from torch import Tensor, nn

# What names start with that a checkpoint may lack: marks, which are not learned and tell networks
# apart whose weights have one shape; and parts that are added to a trained network.  So a training
# may go on from a checkpoint of the plain network.
MARK, ADDED = 'mark_', 'added_'


def is_optional(name: str) -> bool:
    """Whether a checkpoint may lack a name of a state dict, see :data:`MARK`."""
    return any(step.startswith((MARK, ADDED)) for step in name.split('.'))


def is_mark(name: str) -> bool:
    """Whether a name of a state dict is a mark, see :data:`MARK`."""
    return any(step.startswith(MARK) for step in name.split('.'))


def differing_marks(own: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> list[str]:
    """Compare the marks of two state dicts.

    Args:
        own: Of one network.
        given: Of the other one.

    Returns:
        The marks that only one of them has, or that have other values, those of ``own`` first.
    """
    marks = dict.fromkeys(name for name in (*own, *given) if is_mark(name))
    return [
        name
        for name in marks
        if name not in own
        or name not in given
        or own[name].shape != given[name].shape
        or not torch.allclose(own[name], given[name].to(own[name]))
    ]


def keep_own_marks(network: nn.Module, state_dict: dict[str, Tensor], prefix: str) -> None:
    """Keep a network's marks as they are when it loads weights, and warn where theirs differ.

    A mark says what the network does, whatever its weights were trained with.  Weights without any
    mark are those of a plain network, which trainings start from.

    Args:
        network: What loads the weights.
        state_dict: The weights, changed in place.
        prefix: What the names of the network's weights start with.
    """
    own = {name: value for name, value in network.named_buffers(recurse=False) if is_mark(name)}
    marks = (name for name in state_dict if name.startswith(prefix + MARK))
    given = {name[len(prefix) :]: state_dict[name] for name in marks}
    differing = [
        f'{name[len(MARK) :]} = {_tell(given.get(name))}, not {_tell(own.get(name))}'
        for name in differing_marks(own, given)
    ]
    if given and differing:
        print_log(
            f'the weights were trained with {"; ".join(differing)} as in the config, which counts',
            'current',
            logging.WARNING,
        )
    state_dict.update({prefix + name: value.clone() for name, value in own.items()})


def _tell(mark: Tensor | None) -> str:
    """A mark for people: its values, rounded."""
    return 'none' if mark is None else str(mark.double().round(decimals=4).tolist())
