"""Look into the pipelines of data sets, through whatever wraps steps and data sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

# Whose transforms are known; any other may do anything.
KNOWN_PACKAGES = ('mmcv', 'mmengine', 'mmscllle', 'mmseg')
# The key of images that get no pseudo-labels.
MARK = 'pseudo_labels'


def list_steps(pipeline: Any) -> list[Any]:
    """The steps of a pipeline, of a part of it, or of a list of these: those of one level.

    Args:
        pipeline: A list of transforms, a ``Compose``, or a transform that wraps others.

    Returns:
        Its transforms; none where it wraps none.
    """
    inner = pipeline if isinstance(pipeline, (list, tuple)) else getattr(pipeline, 'transforms', ())
    return list(inner) if isinstance(inner, Iterable) else list_steps(inner)


def walk_steps(pipeline: Any) -> Iterator[Any]:
    """All steps of a pipeline in their order, each ahead of those that it wraps."""
    for step in list_steps(pipeline):
        yield step
        yield from walk_steps(step)


def is_known(step: Any) -> bool:
    """Whether what a transform does is known: it comes from this package or one of its hosts."""
    return type(step).__module__.split('.')[0] in KNOWN_PACKAGES


def find_datasets(dataset: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Find the data sets that others repeat, join, or draw anchors of, by their config keys.

    Args:
        dataset: A data set, of any kind.
        key: Its config key.

    Yields:
        Key and data set; itself where it holds no other.
    """
    # A stranger's may call something else so, as the boxes of a detector.
    for name, parts in (
        ('anchors', getattr(getattr(dataset, 'anchors', None), 'datasets', None)),
        ('datasets', getattr(dataset, 'datasets', None)),
    ):
        if isinstance(parts, (list, tuple)):
            for number, part in enumerate(parts):
                yield from find_datasets(part, f'{key}.{name}[{number}]')
            return
    if hasattr(dataset, 'dataset'):
        yield from find_datasets(dataset.dataset, f'{key}.dataset')
    else:
        yield key, dataset


def check_marks(pipeline: Any, key: str) -> None:
    """Check that what :class:`WithoutPseudoLabels` marks is packed with the mark.

    Args:
        pipeline: Built transforms: a list, or a ``Compose``.
        key: Its config key.

    Raises:
        ValueError: If a step that packs drops it.
    """
    marked = False
    for step in walk_steps(pipeline):
        marked = marked or getattr(step, 'marks', None) == MARK
        if marked and MARK not in getattr(step, 'meta_keys', (MARK,)):
            raise ValueError(
                f'{key}: {type(step).__name__} drops what WithoutPseudoLabels marks, so that these '
                'images would get pseudo-labels: move WithoutPseudoLabels behind it'
            )
