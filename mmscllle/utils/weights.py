"""Load pretrained weights, strictly and without running code from the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from mmscllle.utils.checkpoint_loader import load_from_local
from mmscllle.utils.marks import is_mark, is_optional
from mmscllle.utils.shipped_weights import SCHEME, load_from_package


def read_checkpoint(checkpoint: str, key: str) -> tuple[dict[str, Tensor], dict]:
    """Read the weights of a checkpoint file.

    Args:
        checkpoint: A local path, or a URL that MMEngine's checkpoint loader understands.
        key: The config key that names the checkpoint, for error messages.

    Returns:
        The state dict, on the CPU (that under ``state_dict`` if the file has such a level), and
        the file's ``meta``, empty if it has none.

    Raises:
        ValueError: If no checkpoint is given, or the file holds something other than weights.
        FileNotFoundError: If there is no such file.
    """
    if not isinstance(checkpoint, str) or not checkpoint:
        raise ValueError(f'{key} must be the path or URL of a checkpoint, got {checkpoint!r}')
    try:
        content = _load(checkpoint)
    except (OSError, ValueError) as error:
        raise type(error)(f'{key}: {error}') from error
    weights = content.get('state_dict', content) if isinstance(content, dict) else None
    if not (
        isinstance(weights, dict)
        and weights
        and all(isinstance(value, Tensor) for value in weights.values())
    ):
        raise ValueError(f'{key}: {checkpoint!r} holds no state dict')
    meta = content.get('meta', {}) if 'state_dict' in content else {}
    return {re.sub(r'^module\.', '', name): value for name, value in weights.items()}, meta


def _load(checkpoint: str) -> Any:
    if checkpoint.startswith(SCHEME):
        return load_from_package(checkpoint, 'cpu')
    if '://' not in checkpoint:
        return load_from_local(checkpoint, 'cpu')
    # Imported here: MMEngine's runner takes longer to import than a photograph to enhance.
    # MMEngine's own CheckpointLoader would run the code in a file.
    from mmscllle.utils.checkpoint_schemes import CheckpointLoader

    return CheckpointLoader.load_checkpoint(checkpoint, 'cpu')


def find_part(weights: Mapping[str, Tensor], own: Mapping[str, Tensor], part: str = '') -> str:
    """Find where the weights of a part lie in a checkpoint, its own or that of a larger model.

    Args:
        weights: The checkpoint's weights.
        own: The part's weights, of which names and shapes count.
        part: The attribute that larger models hold it as; decides between places that fit alike.

    Returns:
        What the names of the part's weights start with there, which is empty in a checkpoint of
        the part alone, and where no name fits.
    """
    fits: Counter[str] = Counter({'': 0})
    for name, value in weights.items():
        steps = name.split('.')
        for start in range(len(steps)):
            rest = '.'.join(steps[start:])
            if rest in own:
                prefix = name[: len(name) - len(rest)]
                fits[prefix] += 2 if value.shape == own[rest].shape else 1
    return max(fits, key=lambda prefix: (fits[prefix], prefix.endswith(f'{part}.'), -len(prefix)))


def find_misfits(
    weights: Mapping[str, Tensor], own: Mapping[str, Tensor], prefix: str
) -> tuple[list[str], list[str]]:
    """Compare the weights below a prefix with those that a part has.

    Args:
        weights: The checkpoint's weights.
        own: The part's weights.
        prefix: What the names of the part's weights start with in the checkpoint.

    Returns:
        The names that are missing though they must not, and of the others what is wrong with them.
    """
    missing, wrong = [], []
    for name, value in own.items():
        found = weights.get(prefix + name)
        if found is None:
            if not is_optional(name):
                missing.append(name)
        elif found.shape != value.shape:
            wrong.append(
                f'{name} is {tuple(found.shape)} in the checkpoint, '
                f'{tuple(value.shape)} in the model'
            )
        elif found.is_floating_point() != value.is_floating_point():
            wrong.append(f'{name} is {found.dtype} in the checkpoint, {value.dtype} in the model')
    return missing, wrong


def check_part(weights: Mapping[str, Tensor], own: Mapping[str, Tensor], prefix: str) -> None:
    """Check that a checkpoint has all weights of a part below a prefix.

    Args:
        weights: The checkpoint's weights.
        own: The part's weights.
        prefix: What the names of the part's weights start with in the checkpoint.

    Raises:
        ValueError: If weights are missing, have another shape, or are integers.
    """
    missing, wrong = find_misfits(weights, own, prefix)
    if missing and not any(prefix + name in weights for name in own):
        raise ValueError(
            f'not one name fits: the model has {list_some(own)}; the checkpoint has '
            f'{list_some(weights)}'
        )
    if missing or wrong:
        problems = '; '.join(wrong[:3] + [f'{name} is missing' for name in missing[:3]])
        raise ValueError(
            f'{len(missing)} weights missing, {len(wrong)} of another shape or type: {problems}'
        )


def has_part(weights: Mapping[str, Tensor], own: Mapping[str, Tensor], part: str) -> bool:
    """Whether a checkpoint has most weights of a part that it must have; see :func:`find_part`."""
    missing, wrong = find_misfits(weights, own, find_part(weights, own, part))
    return 2 * len(missing + wrong) < sum(not is_optional(name) for name in own)


def claim_part(
    state_dict: dict[str, Tensor],
    own: Mapping[str, Tensor],
    part: str,
    target: str,
    prefix: str = '',
) -> None:
    """Rename the weights of a part in a checkpoint so that a model finds them.

    Args:
        state_dict: The checkpoint's weights, changed in place.
        own: The part's weights.
        part: See :func:`find_part`.
        target: What the model wants their names to start with.
        prefix: Only names that start so are looked at.

    Raises:
        ValueError: If weights of the part are missing, have another shape, or are integers.
    """
    weights = {
        name[len(prefix) :]: value for name, value in state_dict.items() if name.startswith(prefix)
    }
    place = find_part(weights, own, part)
    try:
        check_part(weights, own, place)
    except ValueError as error:
        raise ValueError(f'the checkpoint does not fit the {part}: {error}') from error
    if own and prefix + place != target:
        # All below, since a release may hold more names than the part, which it knows itself.
        for name in [name for name in weights if name.startswith(place)]:
            state_dict[target + name[len(place) :]] = state_dict.pop(prefix + name)


def load_weights(
    network: nn.Module, checkpoint: str, key: str, hint: str = '', part: str = ''
) -> dict:
    """Load a checkpoint into a network; every weight of the network must be in it.

    Args:
        network: The network, changed in place.
        checkpoint: A local path or a URL; of the network alone or of any model that holds it.
        key: The config key that names the checkpoint, for error messages.
        hint: What to check if the weights do not fit, for error messages.
        part: See :func:`find_part`.

    Returns:
        The checkpoint's ``meta``, empty if it has none.

    Raises:
        ValueError: If weights are missing, have another shape, or are integers.
    """
    weights, meta = read_checkpoint(checkpoint, key)
    own = network.state_dict()
    prefix = find_part(weights, own, part)
    try:
        check_part(weights, own, prefix)
    except ValueError as error:
        raise ValueError(
            f'{key}: {checkpoint!r} does not fit the model ({error}). {hint}'.rstrip()
        ) from error
    # What is optional may be missing, all else has been checked. Marks that the network has not are
    # for it to see, too.
    names = (name[len(prefix) :] for name in weights if name.startswith(prefix))
    found = {name: weights[prefix + name] for name in names if name in own or is_mark(name)}
    network.load_state_dict(found, strict=False)
    loaded = len(own.keys() & found.keys())
    unused = len(weights) - loaded
    print_log(
        f'{key}: loaded {loaded} weights from {checkpoint}'
        + (f', {unused} more in the file have no use here' if unused else ''),
        'current',
    )
    return meta


def list_some(names: Iterable[str], count: int = 4) -> str:
    """Name the first ``count`` of some weights, and say how many more there are."""
    names = list(names)
    more = f' and {len(names) - count} more' if len(names) > count else ''
    return ', '.join(names[:count]) + more
