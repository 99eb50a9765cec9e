"""What the training and the test command have in common."""
from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch
from mmengine.config import Config, DictAction
from mmengine.dist import barrier, is_distributed


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
        The config, with ``launcher`` and ``work_dir`` set.

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
    if args.launcher != 'none' and not torch.cuda.is_available():
        distribute_on_cpu(cfg)
    return cfg


def distribute_on_cpu(cfg: Config) -> None:
    """Let the processes of a distributed run meet on a host without a GPU.

    MMEngine would choose a GPU for each process even with the backend gloo: the process group is
    made here, which it then uses, and the model is wrapped without a device.

    Args:
        cfg: The config, changed in place.

    Raises:
        SystemExit: If the processes were not started by torchrun.
    """
    if cfg.launcher != 'pytorch':
        raise SystemExit(f'--launcher {cfg.launcher} needs GPUs, and there is none; '
                         'start the processes with torchrun (tools/dist_train.sh)')
    torch.distributed.init_process_group('gloo')
    cfg.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False))


def leave_process_group() -> None:
    """End a distributed run in order: all processes together, their connections closed.

    MMEngine leaves that to the end of the process, where now and then a thread of gloo that is
    still there aborts it after all the work is done.
    """
    if is_distributed():
        barrier()
        torch.distributed.destroy_process_group()
