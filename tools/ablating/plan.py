"""What an ablation is: a config to train, and what each row of its table changes in it."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from mmscllle.utils.messages import one_line

BASE = 'base'
KEYS = ('seeds', 'columns', 'rows', 'max_iters')
# Where schedulers of MMEngine say when they end, or how long they last.
ENDS = ('T_max', 'end', 'total_iters', 'total_steps')
# A shortened training still leaves some checkpoints to go on from.
CHECKPOINTS = 4


class Ablation(NamedTuple):
    """An ablation as its file describes it.

    Attributes:
        path: The file.
        config: The config of the training, as a dict.
        seeds: Each row is trained with each of them.
        columns: Metrics by the title of their column.
        rows: Overrides of the config by name; ``base`` has none.
        max_iters: Length of the trainings; None: as the config has it.
    """

    path: Path
    config: dict[str, Any]
    seeds: list[int]
    columns: dict[str, str]
    rows: dict[str, dict[str, Any]]
    max_iters: int | None

    @property
    def own_length(self) -> int:
        """How many iterations the config itself trains for."""
        return int(self.config['train_cfg']['max_iters'])

    @property
    def length(self) -> int:
        """How many iterations a row is trained for, unless it overrides that."""
        return self.max_iters or self.own_length


def read_ablation(path: str, max_iters: int | None = None) -> Ablation:
    """Read the file of an ablation: a config with one key more, ``ablation``.

    Args:
        path: The file.
        max_iters: In place of its own.

    Returns:
        The ablation, all of whose rows fit the config.

    Raises:
        ValueError: If there is no such file, or something in it is wrong; it names the key.
    """
    if not Path(path).is_file():
        raise ValueError(f'there is no ablation file {path!r}')
    config = Config.fromfile(path).to_dict()
    plan = config.pop('ablation', None)
    if not isinstance(plan, dict):
        raise ValueError(f'{path}: ablation must be a dict of {", ".join(KEYS)}, got {plan!r}')
    unknown = [key for key in plan if key not in KEYS]
    if unknown:
        raise ValueError(f'{path}: ablation.{unknown[0]} is no key; there are {", ".join(KEYS)}')
    if not config.get('train_cfg', {}).get('max_iters'):
        raise ValueError(f'{path}: the config has no train_cfg.max_iters; give it a base to train')
    try:
        ablation = Ablation(
            Path(path),
            config,
            _check_seeds(plan.get('seeds')),
            _check_columns(plan.get('columns')),
            {BASE: {}, **_check_rows(plan.get('rows'))},
            _check_length(plan.get('max_iters') if max_iters is None else max_iters),
        )
        for row in ablation.rows:
            row_config(ablation, row, ablation.seeds[0])
    except ValueError as error:
        raise ValueError(f'{path}: ablation.{error}') from error
    return ablation


def row_config(ablation: Ablation, row: str, seed: int) -> Config:
    """The config that a row is trained with.

    There is no validation in it: the last checkpoint is tested, and nothing is chosen by figures.

    Raises:
        ValueError: If an override does not fit the config or changes nothing.
    """
    config = Config(copy.deepcopy(ablation.config))
    if ablation.max_iters:
        shorten(config, ablation.max_iters)
    for key, value in ablation.rows[row].items():
        where = f'rows.{row}: {key!r}'
        _check_parent(config.to_dict(), key, where)
        try:
            config.merge_from_dict({key: copy.deepcopy(value)})
        # MMEngine raises whatever it comes across.
        except Exception as error:
            raise ValueError(f'{where}: {one_line(error)}') from error
    if ablation.max_iters:
        shorten_schedules(config, ablation.own_length, ablation.max_iters)
    config.merge_from_dict(dict(val_cfg=None, val_dataloader=None, val_evaluator=None))
    config.merge_from_dict({'randomness.seed': seed})
    if row != BASE and config.to_dict() == row_config(ablation, BASE, seed).to_dict():
        raise ValueError(
            f'rows.{row} changes nothing (seeds and validation are the same for all rows); '
            'leave it out'
        )
    return config


def shorten(config: Config, max_iters: int) -> None:
    """Change the length of a training, which a row may do, too.

    Args:
        config: Changed in place.
        max_iters: The new length.
    """
    config.train_cfg.max_iters = max_iters
    checkpoint = config.get('default_hooks', {}).get('checkpoint')
    if checkpoint:
        most = max(1, max_iters // CHECKPOINTS)
        checkpoint.interval = min(checkpoint.get('interval', most), most)


def shorten_schedules(config: Config, before: int, max_iters: int) -> None:
    """Let schedules that end with a training end with it again, those of a row included.

    Args:
        config: Changed in place.
        before: Its length before.
        max_iters: The new length.
    """
    schedulers = config.get('param_scheduler') or []
    schedulers = [schedulers] if isinstance(schedulers, dict) else schedulers
    # Of those that begin later MMEngine says that they end too early.
    config.param_scheduler = [each for each in schedulers if each.get('begin', 0) < max_iters]
    for scheduler in config.param_scheduler:
        begin = scheduler.get('begin', 0)
        for key in ENDS:
            if scheduler.get(key) == before:
                scheduler[key] = max_iters
            # Of a schedule that begins later, how long it lasts.
            elif scheduler.get(key) == before - begin and key != 'end':
                scheduler[key] = max_iters - begin


def differing_keys(one: Any, other: Any, name: str = '') -> list[str]:
    """Dotted names of what differs between two configs, as dicts and lists."""
    if type(one) is not type(other) or not isinstance(one, (dict, list, tuple)):
        return [] if one == other else [name]
    if not isinstance(one, dict):
        if len(one) != len(other):
            return [name]
        one, other = dict(enumerate(one)), dict(enumerate(other))
    return [
        found
        for key in dict.fromkeys([*one, *other])
        for found in (
            differing_keys(one[key], other[key], f'{name}.{key}'.lstrip('.'))
            if key in one and key in other
            else [f'{name}.{key}'.lstrip('.')]
        )
    ]


def _check_parent(config: dict, key: str, where: str) -> None:
    """Check that what a dotted key lies in is there: a typing error would go unnoticed."""
    parents = key.split('.')[:-1] or [key]
    found: Any = config
    for number, name in enumerate(parents, 1):
        if isinstance(found, (list, tuple)) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            raise ValueError(f'{where}: the config has no {".".join(parents[:number])}')


def _check_seeds(seeds: Any) -> list[int]:
    fine = isinstance(seeds, (list, tuple)) and seeds and len(set(seeds)) == len(seeds)
    if not fine or not all(isinstance(seed, int) and seed >= 0 for seed in seeds):
        raise ValueError(f'seeds must be a list of different numbers, got {seeds!r}')
    return list(seeds)


def _check_columns(columns: Any) -> dict[str, str]:
    if not isinstance(columns, dict) or not columns:
        raise ValueError(f"columns must be a dict such as dict(PSNR='PSNR'), got {columns!r}")
    return dict(columns)


def _check_rows(rows: Any) -> dict[str, dict]:
    if not isinstance(rows, dict) or not rows:
        raise ValueError(f'rows must be a dict of overrides by name, got {rows!r}')
    for name, overrides in rows.items():
        if not re.fullmatch(r'\w[\w.-]*', name) or name == BASE:
            raise ValueError(
                f'rows: a name is of letters, digits and _.-, and not {BASE!r}, got {name!r}'
            )
        if not isinstance(overrides, dict) or not overrides:
            raise ValueError(
                f"rows.{name} must be overrides such as {{'model.objective.color_constancy': "
                f'None}}, got {overrides!r}'
            )
    return dict(rows)


def _check_length(max_iters: Any) -> int | None:
    if max_iters is not None and (not isinstance(max_iters, int) or max_iters < 1):
        raise ValueError(f'max_iters must be a positive number or None, got {max_iters!r}')
    return max_iters
