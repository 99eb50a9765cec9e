"""Notice where an image was flipped and its reference was not."""

from __future__ import annotations

# A key of the results: how `img` was flipped when a picture that belongs to it was added.
FLIPPED = 'flipped_with_{}'


def note_flip(results: dict, name: str, loaded: bool) -> None:
    """Note how a picture that belongs to ``img`` is flipped, as it is added.

    Args:
        results: Of the pipeline.
        name: The picture's key.
        loaded: Whether it comes from a file, as it is; else it is a copy of ``img``.
    """
    results[FLIPPED.format(name)] = None if loaded else _flip_of(results)


def check_flip(results: dict, name: str) -> None:
    """Check that no flip came between a picture and ``img``: mmcv's and mmseg's leave others alone.

    Args:
        results: Of the pipeline.
        name: The picture's key.

    Raises:
        ValueError: If ``img`` was flipped and the picture was not.
    """
    noted = FLIPPED.format(name)
    if name in results and noted in results and results[noted] != _flip_of(results):
        raise ValueError(
            f'{results.get("img_path")!r} is flipped, its {name} is not: RandomFlip changes img '
            "and gt_seg_map alone. Take 'mmscllle.RandomSquareCrop', which flips all alike"
        )


def _flip_of(results: dict) -> str | None:
    """The direction in which ``img`` is flipped, None if it is not."""
    return results.get('flip_direction') if results.get('flip') else None
