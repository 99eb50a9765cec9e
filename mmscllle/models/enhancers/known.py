"""Find an enhancer by the name of its model or by its checkpoint alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from mmengine.config import Config
from mmengine.fileio import load
from mmengine.logging import MMLogger

import mmscllle
from mmscllle.utils.marks import differing_marks, is_optional
from mmscllle.utils.shipped_weights import DEFAULT_MODEL, SCHEME, SHIPPED_MODELS, current_name
from mmscllle.utils.weights import find_misfits, find_part, read_checkpoint

from .building import EnhancerSource, build_enhancer, find_enhancer

# What the first training of `scl-lle` and `scl-lle-paired` gives; it leaves noise.
FIRST_TRAINING = dict(type='mmscllle.BilateralGridEnhancer')
CONFIG_SUFFIXES = ('.py', '.json', '.yaml', '.yml')


def choose_source(
    model: str | dict | Config | None, weights: str | None, name: Callable[[str], str]
) -> EnhancerSource:
    """Find the enhancer that two arguments name.

    Args:
        model: A config, or one word as in :func:`read_source`; None: the enhancer that the weights
            fit, or the default model.
        weights: Checkpoint in place of the one that ``model`` names.
        name: Tells how the user wrote ``'model'`` and ``'weights'``, for error messages.

    Returns:
        Its config and weights.

    Raises:
        FileNotFoundError, ValueError: If there is none.
    """
    if model is None and weights is not None:
        return EnhancerSource(match_known(weights, name('weights')), weights)
    source = (
        find_enhancer(model, name('model'))
        if isinstance(model, (dict, Config))
        else read_source(model or DEFAULT_MODEL, name('model'))
    )
    return source._replace(weights=weights or source.weights)


def read_source(source: str, key: str, configured: dict | None = None) -> EnhancerSource:
    """Find the enhancer that a user names in one word.

    Args:
        source: The path of a config or ``'package::path.py'``; the name of a model, with or
            without ``mmscllle://``; or the path or URL of a checkpoint.
        key: The argument that names it, for error messages.
        configured: The config of the enhancer that a checkpoint is for; None: of the first of the
            known models whose enhancer it fits.

    Returns:
        Its config and weights.

    Raises:
        FileNotFoundError, ValueError: If there is none.
    """
    if source.endswith(CONFIG_SUFFIXES) or '::' in source:
        return find_enhancer(source, key)
    name = source[len(SCHEME) :] if source.startswith(SCHEME) else source
    name = current_name(name)
    if name in SHIPPED_MODELS or not ('://' in source or Path(source).suffix):
        return find_model(name, key)
    config = match_known(source, key) if configured is None else configured
    return EnhancerSource(config, source)


def find_model(name: str, key: str) -> EnhancerSource:
    """Find a model by its name: one whose weights come with the package, or one of a metafile.

    Args:
        name: The name.
        key: The argument that gives it, for error messages.

    Returns:
        The config of its enhancer, and its weights.

    Raises:
        ValueError: If there is none of that name.
    """
    name = current_name(name)
    if name in SHIPPED_MODELS:
        model = SHIPPED_MODELS[name]
        source = find_enhancer(Config.fromfile(_root() / 'configs' / model.config))
        return source._replace(weights=f'{SCHEME}{name}')
    entries = _read_metafiles()
    if name not in entries:
        raise ValueError(
            f'{key}: there is no config file {name!r}, nor a model of that name; '
            f'known are {", ".join(known_models())}'
        )
    source = find_enhancer(Config.fromfile(_root() / entries[name]['Config']), key)
    return source._replace(weights=entries[name].get('Weights'))


def match_known(checkpoint: str, key: str) -> dict:
    """Find the enhancer that a checkpoint is for among those of all models that have a name.

    Args:
        checkpoint: Path or URL.
        key: The argument that names it, for error messages.

    Returns:
        The enhancer's config: of those it fits, the one that takes most of its weights; where it
        fits none, that of the one it has most of.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it cannot be read, or all it lacks are parts that a training may add, or it
            was trained with other marks: it would do what nobody has trained it for.
    """
    weights, _ = read_checkpoint(checkpoint, key)
    fitting: list[tuple[int, dict]] = []
    shares: list[tuple[float, dict]] = []
    # Those that lack no more than parts that a training may add.
    lacking: list[tuple[int, str, str]] = []
    # One by one: where the first fits, the other configs need not be read.
    known = ((name, find_model(name, key).config) for name in known_models())
    for name, config in chain(known, [('the first training', FIRST_TRAINING)]):
        if config in (seen for _, seen in (*fitting, *shares)):
            continue
        with _warnings_only():
            own = build_enhancer(config).state_dict()
        prefix = find_part(weights, own, 'enhancer')
        missing, wrong = find_misfits(weights, own, prefix)
        if missing + wrong:
            required = sum(not is_optional(each) for each in own)
            shares.append(((len(missing) + len(wrong) / 2) / required, config))
            continue
        given = {
            each[len(prefix) :]: value for each, value in weights.items() if each.startswith(prefix)
        }
        differing = differing_marks(own, given)
        absent = [each for each in own if each not in given or each in differing]
        taken = len(own) - len(absent)
        absent += [each for each in differing if each not in own]
        if absent:
            lacking.append((taken, name, absent[0]))
        else:
            # None takes more: the other networks need not be built.
            if taken == len(given):
                return config
            fitting.append((taken, config))
    most = max((taken for taken, _ in fitting), default=0)
    taken, name, lost = max(lacking, default=(0, '', ''))
    if taken > most:
        raise ValueError(
            f'{key}: {checkpoint!r} fits no known model: {name} comes closest, but differs in '
            f'{lost}; give the config that these weights were trained with'
        )
    if fitting:
        return max(fitting, key=lambda fit: fit[0])[1]
    return min(shares, key=lambda share: share[0])[1]


def known_models() -> list[str]:
    """Names of all models: those whose weights come with the package, then the metafiles'."""
    return list(dict.fromkeys([DEFAULT_MODEL, *SHIPPED_MODELS, *_read_metafiles()]))


@contextmanager
def _warnings_only() -> Iterator[None]:
    """Log no weights that are loaded into a network that is only looked at."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _root() -> Path:
    """A checkout has its configs beside the package, an installed package in it."""
    package = Path(mmscllle.__file__).parent
    return package.parent if (package.parent / 'configs').is_dir() else package / '.mim'


def _read_metafiles() -> dict[str, dict]:
    """The models of the metafiles by name."""
    return {
        entry['Name']: entry
        for file in load(_root() / 'model-index.yml')['Import']
        for entry in load(_root() / file)['Models']
    }
