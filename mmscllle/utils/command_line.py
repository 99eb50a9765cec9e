"""Arguments and config of the training and the test command."""

from __future__ import annotations

import argparse
import difflib
import inspect
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import torch
from mmengine.config import Config, DictAction
from mmengine.dist import barrier, is_distributed
from mmengine.runner import Runner

from mmscllle.utils.commands import INTERRUPTED, UsageError
from mmscllle.utils.messages import one_line

# What the runner or a tool reads of a config. Other variables of its file serve the file alone.
READ = (
    *inspect.signature(Runner.__init__).parameters,
    *('runner_type', 'model_wrapper_cfg', 'sync_bn', 'find_unused_parameters', 'compile'),
    *('activation_checkpointing', 'efficient_conv_bn_eval', 'tta_model', 'tta_pipeline'),
)
# How many settings a message names.
SHOWN_USES = 3


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that decide on config, output folder and launcher."""
    parser.add_argument(
        '--work-dir',
        help='folder of logs and checkpoints; default: '
        'work_dir of the config, else ./work_dirs/<config name>',
    )
    add_config_options(parser)
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes of a distributed run were started',
    )
    # torch.distributed.launch passes one of these; torchrun sets the environment instead.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def add_config_options(parser: argparse.ArgumentParser, config: str = 'config keys') -> None:
    """Add the argument that overrides keys of a config.

    Args:
        parser: The parser.
        config: What is overridden, for the help.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=ConfigOptions,
        default={},
        help=f'override {config}: key=value, key="[a,b]", a.b.c=value',
    )


class ConfigOptions(DictAction):
    """MMEngine's action, which says what is wrong."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: list[str],
        option_string: str | None = None,
    ) -> None:
        """Read ``key=value`` pairs."""
        try:
            super().__call__(parser, namespace, values, option_string)
        # Of a pair without =, or brackets that do not match.
        except (ValueError, AssertionError) as error:
            raise argparse.ArgumentError(
                self, f'write key=value, got {" ".join(values)!r}'
            ) from error


def read_run_config(args: argparse.Namespace) -> Config:
    """Read the config file that the arguments name and apply their overrides.

    Args:
        args: Parsed arguments: ``config`` and those of :func:`add_config_arguments`.

    Returns:
        The config, with ``launcher`` and ``work_dir`` set.

    Raises:
        UsageError: If there is no such config file, or the overrides do not fit it.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if not Path(args.config).is_file():
        raise UsageError(f'there is no config file {args.config!r}')
    cfg = Config.fromfile(args.config)
    cfg.launcher = args.launcher
    for warning in find_unused_options(cfg, args.cfg_options):
        if is_first_process():
            print(f'warning: {warning}', file=sys.stderr)
    try:
        cfg.merge_from_dict(args.cfg_options)
    # MMEngine raises whatever it comes across.
    except Exception as error:
        raise UsageError(f'--cfg-options: {one_line(error)}') from error
    cfg.work_dir = (
        args.work_dir or cfg.get('work_dir') or str(Path('work_dirs', Path(args.config).stem))
    )
    if args.launcher != 'none' and not torch.cuda.is_available():
        distribute_on_cpu(cfg)
    return cfg


def find_unused_options(cfg: Config, options: dict[str, Any]) -> list[str]:
    """Find overrides of a config that change nothing of the run.

    Args:
        cfg: The config before them.
        options: Values by dotted key.

    Returns:
        What to say of each variable that was used when the file was read.

    Raises:
        UsageError: If one is of a name that is nowhere.
    """
    # A runner of another type may read anything.
    own_runner = 'runner_type' in cfg or 'runner_type' in options
    unread = [key for key in options if key.split('.')[0] not in READ and not own_runner]
    settings = dict(walk_settings(cfg.to_dict())) if unread else {}
    warnings = []
    for key in unread:
        first, last = key.split('.')[0], key.split('.')[-1]
        if first not in cfg:
            # By their last part, those that the runner reads.
            read = {name.split('.')[-1]: name for name in settings if name.split('.')[0] in READ}
            close = difflib.get_close_matches(first, [*READ, *read], 1)
            near = [read.get(name, name) for name in ([first] if first in read else close)]
            raise UsageError(
                f'--cfg-options {key}: nothing reads {first!r}'
                + (f'; did you mean {near[0]!r}? ' if near else '. ')
                + 'If code of yours does, set it in the config file, too'
            )
        own = settings.get(key)
        uses = [
            name
            for name, value in settings.items()
            # 1 is not True here.
            if name.split('.')[0] in READ and type(value) is type(own) and value == own is not None
        ]
        uses.sort(key=lambda name: name.split('.')[-1] != last)
        warnings.append(
            f'--cfg-options {key}: {first!r} is a variable of the config file, used when that was '
            'read: to set it now changes nothing of what the runner reads. Set what it was used for'
            + (f'; of its value are {", ".join(uses[:SHOWN_USES])}' if uses else '')
        )
    return warnings


def walk_settings(value: Any, name: str = '') -> Iterator[tuple[str, Any]]:
    """Dotted names and values of all that a config, as dicts and lists, consists of."""
    if name:
        yield name, value
    if isinstance(value, (dict, list, tuple)):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from walk_settings(part, f'{name}.{key}'.lstrip('.'))


def distribute_on_cpu(cfg: Config) -> None:
    """Let the processes of a distributed run meet on a host without a GPU.

    MMEngine would choose a GPU for each process even with the backend gloo: the process group is
    made here, which it then uses, and the model is wrapped without a device.

    Args:
        cfg: The config, changed in place.

    Raises:
        UsageError: If the processes were not started by torchrun.
    """
    if cfg.launcher != 'pytorch':
        raise UsageError(
            f'--launcher {cfg.launcher} needs GPUs, and there is none; '
            'start the processes with torchrun (tools/dist_train.sh)'
        )
    torch.distributed.init_process_group('gloo')
    cfg.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False),
    )


def is_first_process() -> bool:
    """Whether this is the first process of a distributed run, or the only one."""
    return os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0')) == '0'


def end_process(status: int) -> NoReturn:
    """End a command that may be one process of a distributed run; call it last.

    torch keeps the threads of a gloo group for as long as the process lives, even after the group
    was destroyed, if a model was wrapped for it. While Python shuts down, now and then one of
    them aborts the process, though all its work is done. So Python is not shut down then.

    Args:
        status: The exit status. If it is 0, the processes wait for each other.

    Raises:
        RuntimeError: If another process was lost meanwhile.
    """
    if is_distributed():
        backend = torch.distributed.get_backend()
        if status == 0:
            try:
                barrier()
                torch.distributed.destroy_process_group()
            except KeyboardInterrupt:
                status = INTERRUPTED
        if 'gloo' in backend:
            # Whoever read the output may have gone.
            with suppress(OSError):
                logging.shutdown()
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)
    sys.exit(status)
