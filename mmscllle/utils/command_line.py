"""What the training and the test command have in common."""
from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch
from mmengine.config import Config, DictAction


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that decide on config, output folder and launcher."""
    parser.add_argument('--work-dir', help='folder of logs and checkpoints; default: '
                        'work_dir of the config, else ./work_dirs/<config name>')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={},
                        help='override config keys: key=value, key="[a,b]", a.b.c=value')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none',
                        help='how the processes of a distributed run were started')
    # torch.distributed.launch passes one of these; torchrun sets the environment instead.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def read_config(args: argparse.Namespace) -> Config:
    """Read the config file that the arguments name and apply their overrides.

    Args:
        args: Parsed arguments: ``config`` and those of :func:`add_config_arguments`.

    Returns:
        The config, with ``launcher`` and ``work_dir`` set, and a distributed backend that the
        host has.

    Raises:
        SystemExit: If there is no such config file.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if not Path(args.config).is_file():
        raise SystemExit(f'there is no config file {args.config!r}')
    cfg = Config.fromfile(args.config)
    cfg.launcher = args.launcher
    cfg.merge_from_dict(args.cfg_options)
    cfg.work_dir = (args.work_dir or cfg.get('work_dir')
                    or str(Path('work_dirs', Path(args.config).stem)))
    if not torch.cuda.is_available() and cfg.get('env_cfg', {}).get('dist_cfg'):
        # nccl, the configs' default, needs a GPU.
        cfg.env_cfg.dist_cfg.backend = 'gloo'
    return cfg
