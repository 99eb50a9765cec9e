"""Find where a pipeline moves a picture, and leaves the reference that belongs to it as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mmcv.transforms import KeyMapper, RandomApply, RandomChoice, TransformBroadcaster

from .pipelines import is_known, list_steps, walk_steps

# Transforms of mmcv and mmseg that move, cut off or hide parts of `img`, and of its labels alone.
# The first do the same to every picture of a size, so that they may be repeated for a reference.
STEADY = ('CenterCrop', 'Pad', 'Resize', 'ResizeShortestEdge', 'ResizeToMultiple')
DRAWN = (
    'RandomChoiceResize',
    'RandomCrop',
    'RandomCutOut',
    'RandomFlip',
    'RandomMosaic',
    'RandomResize',
    'RandomRotFlip',
    'RandomRotate',
)

# How to come by a picture that belongs to an image.
ADDED_BY = dict(
    gt_img='add LoadReference to the pipeline of a data set with references, or TakeAsReference '
    'ahead of what darkens',
    second_img="add LoadSecondShot to the pipeline of an ExposureStackDataset of role='anchor', or "
    'TakeAsSecondShot ahead of what darkens',
)


class Move(NamedTuple):
    """A step that has moved a picture.

    Attributes:
        step: What it is, as text.
        draw: Its random numbers: None if it draws none, else an object that is equal to itself.
    """

    step: str
    draw: object


# What has moved each picture, by key, one after the other.
Moves = dict[str, tuple[Move, ...]]


def follow_pictures(pipeline: Any) -> Moves:
    """Follow the pictures through a pipeline.

    Args:
        pipeline: Built transforms: a list, or a ``Compose``.

    Returns:
        By key what has moved ``img`` and the pictures that belong to it. A transform that is not
        known moves nothing.
    """
    moves: Moves = dict(img=())
    _follow(pipeline, moves, drawn=False)
    return moves


def check_companions(dataset: Any, key: str) -> None:
    """Check that what moves ``img`` moves the pictures that belong to it alike.

    mmcv's and mmseg's transforms change ``img`` and ``gt_seg_map`` alone.

    Args:
        dataset: A data set that holds no others; one without a ``pipeline`` is fine, and one that
            has not yet read its files (MMEngine's ``lazy_init``), which is not made to.
        key: The config key of its pipeline.

    Raises:
        ValueError: If one is moved, and another is not.
    """
    if not getattr(dataset, '_fully_initialized', True):
        return
    moves = follow_pictures(getattr(dataset, 'pipeline', ()))
    for name, own in moves.items():
        if own != moves['img'] and _is_loaded(dataset, name):
            both = (*moves['img'], *own)
            apart = [move for move in both if (move in own) != (move in moves['img'])]
            # Without any, the same steps come in another order.
            step = (apart or both)[0].step
            raise ValueError(
                f'{key}: {step} does not change img and {name} alike, so that they no longer show '
                "the same in one place. Take 'mmscllle.RandomSquareCrop' behind what adds them, "
                'which crops, resizes and flips all alike, or wrap it: dict(type='
                f"'TransformBroadcaster', mapping=dict(img=['img', {name!r}], img_shape="
                "['img_shape', ...]), auto_remap=True, share_random_params=True, transforms=[…])"
            )


def may_have(dataset: Any, name: str) -> bool:
    """Tell whether a data set may have a picture that belongs to its images.

    Args:
        dataset: A data set that holds no others.
        name: The picture's key, as ``'gt_img'``.

    Returns:
        False if it is known that no image has one.
    """
    pipeline = getattr(dataset, 'pipeline', None)
    steps = list(walk_steps(pipeline))
    if pipeline is None or not all(map(is_known, steps)):
        return True
    if name not in follow_pictures(pipeline):
        return False
    return _is_loaded(dataset, name)


def check_packed(datasets: Mapping[str, Any], pipeline: Any) -> None:
    """Check that pictures which are packed along with images can be there.

    Args:
        datasets: By config key those that the images come from.
        pipeline: The transforms that end with the packing one.

    Raises:
        ValueError: If no data set has what is packed.
    """
    for step in walk_steps(pipeline):
        for option, name in getattr(step, 'companions', {}).items():
            if not any(may_have(dataset, name) for dataset in datasets.values()):
                where = ', '.join(
                    f'{key} ({type(dataset).__name__} of {getattr(dataset, "data_root", None)!r})'
                    for key, dataset in datasets.items()
                )
                raise ValueError(
                    f'pipeline: {type(step).__name__}({option}=True) packs {name}, which no image '
                    f'of {where} has: {ADDED_BY[name]}, or leave {option}=True out'
                )


def _is_loaded(dataset: Any, name: str) -> bool:
    """Whether a picture that the pipeline adds has files, as far as is known, or is a copy."""
    added = [step for step in walk_steps(dataset.pipeline) if _companion(step) == name]
    sources = {step.source for step in added}
    if not sources or None in sources:
        return True
    # Not every data set is one of MMEngine's.
    return not hasattr(dataset, 'get_data_info') or any(
        dataset.get_data_info(index).get(source)
        for source in sources
        for index in range(len(dataset))
    )


def _companion(step: Any) -> str | None:
    """The key of the picture that a step adds to an image."""
    return getattr(step, 'companion', None)


def _follow(pipeline: Any, moves: Moves, drawn: bool) -> None:
    """Follow the pictures through steps.

    Args:
        pipeline: The steps.
        moves: What has moved the pictures before, changed in place.
        drawn: Whether it is drawn which steps are taken, so that none is steady.
    """
    for step in list_steps(pipeline):
        kind = type(step).__name__
        name = _companion(step)
        if isinstance(step, KeyMapper):
            _follow_mapped(step, moves, drawn)
        elif name is not None:
            # A file shows what the image showed before anything had moved it.
            moves[name] = () if step.source else moves['img']
        elif getattr(step, 'moves_all', False):
            move = Move(kind, object())
            moves.update({each: (*before, move) for each, before in moves.items()})
        elif is_known(step) and kind in STEADY + DRAWN:
            # As if it were not there.
            if getattr(step, 'prob', None) == 0:
                continue
            steady = kind in STEADY and not drawn
            moves['img'] += (Move(repr(step) if steady else kind, None if steady else object()),)
        else:
            _follow(step, moves, drawn or isinstance(step, (RandomApply, RandomChoice)))


def _follow_mapped(step: KeyMapper, moves: Moves, drawn: bool) -> None:
    """Follow the pictures that a wrapper gives to its steps as ``img``, and takes back."""
    sources = _names(step.mapping)
    # What is not named is not taken back.
    targets = _names(step.remapping, unnamed=())
    shared = isinstance(step, TransformBroadcaster) and step.share_random_params
    own: Moves = {}
    found = {}
    for source, target in zip(sources, targets, strict=False):
        # Random numbers of its own for each picture, or the same for all.
        if not own or not shared:
            own = dict(img=())
            _follow(step, own, drawn)
        # A mapping may be nested.
        if isinstance(source, str) and source in moves and isinstance(target, str):
            found[target] = (*moves[source], *own['img'])
    moves.update(found)


def _names(mapping: dict | None, unnamed: str | tuple = 'img') -> list:
    """What a wrapper's mapping names for ``img``; ``unnamed`` where it has other keys alone."""
    named = 'img' if mapping is None else mapping.get('img', unnamed)
    return list(named) if isinstance(named, (list, tuple)) else [named]
