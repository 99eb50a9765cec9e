"""Train a model: tools/train.py CONFIG."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from mmscllle.utils.command_line import (
    add_config_arguments,
    end_process,
    is_first_process,
    read_run_config,
)
from mmscllle.utils.commands import UsageError, run_command
from mmscllle.utils.needed_downloads import fetch_checkpoints
from mmscllle.utils.resuming import (
    check_resumable,
    find_checkpoint,
    find_ignored_settings,
    only_training_in,
)


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description='Train a model.')
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint; without a value from the latest one in '
        'the work dir, or from the start where there is none',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='train with mixed precision: bfloat16 on a CPU with instructions for it',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by batch size / auto_scale_lr.base_batch_size',
    )
    add_config_arguments(parser)
    return parser.parse_args()


def use_mixed_precision(cfg: Config) -> None:
    """Turn the config's optimizer wrapper into one for mixed precision.

    On a GPU this is MMEngine's own, which refuses a CPU.

    Raises:
        UsageError: If the config has a wrapper of another kind.
    """
    wrappers = ('OptimWrapper', 'AmpOptimWrapper', 'mmscllle.BFloat16OptimWrapper')
    kind = cfg.optim_wrapper.get('type', 'OptimWrapper')
    if kind not in wrappers:
        raise UsageError(f'--amp works with optim_wrapper.type=OptimWrapper, got {kind!r}')
    if kind != 'OptimWrapper':
        return
    if get_device() == 'cpu':
        cfg.optim_wrapper.type = 'mmscllle.BFloat16OptimWrapper'
    else:
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.loss_scale = 'dynamic'


def choose_checkpoint(cfg: Config, resume: str) -> None:
    """Let the training go on from a checkpoint.

    Args:
        cfg: The config, changed in place.
        resume: Its path, or ``'auto'`` for the last one that can be read.

    Raises:
        OSError, ValueError: If it cannot.
    """
    if resume != 'auto':
        checkpoint = resume
    else:
        checkpoint, passed_over = find_checkpoint(cfg.work_dir)
        for reason in passed_over:
            print(f'passed over: {reason}', file=sys.stderr)
        if checkpoint is None:
            print(
                f'--resume: no checkpoint in {cfg.work_dir!r}, the training begins anew',
                file=sys.stderr,
            )
    if checkpoint and '://' not in checkpoint:
        meta = check_resumable(checkpoint)
        for key, (old, new) in find_ignored_settings(str(meta.get('cfg')), cfg).items():
            print(
                f'warning: {key} stays {old!r}, as in {checkpoint!r}; {new!r} is ignored, for '
                '--resume restores the state. To train with it, start anew from the weights: '
                f'another --work-dir, no --resume, and --cfg-options load_from={checkpoint}',
                file=sys.stderr,
            )
        for length, done in (('max_iters', meta.get('iter')), ('max_epochs', meta.get('epoch'))):
            most = (cfg.get('train_cfg') or {}).get(length)
            if most and done and done >= most:
                print(
                    f'{checkpoint!r} is of a training that is complete, there is nothing left to '
                    f'do: it has {done} of train_cfg.{length}={most}',
                    file=sys.stderr,
                )
        # MMEngine restores the runner's seed alone, after samplers were built with a new one.
        if cfg.get('randomness', {}).get('seed') is None and meta.get('seed') is not None:
            cfg.merge_from_dict({'randomness.seed': meta['seed']})
    cfg.resume = checkpoint is not None
    cfg.load_from = checkpoint or cfg.get('load_from')


def main() -> int:
    """Train; return the exit status."""
    args = parse_args()
    return run_command(
        'train.py',
        lambda: train(args),
        'stopped; --resume goes on from the last checkpoint, if there is one',
    )


def train(args: argparse.Namespace) -> None:
    """Train as the arguments say."""
    cfg = read_run_config(args)
    if args.amp:
        use_mixed_precision(cfg)
    if args.auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise UsageError('--auto-scale-lr needs auto_scale_lr.base_batch_size in the config')
        cfg.auto_scale_lr.enable = True
    with ExitStack() as stack:
        if is_first_process():
            stack.enter_context(only_training_in(cfg.work_dir))
        if args.resume:
            choose_checkpoint(cfg, args.resume)
        if is_first_process():
            fetch_checkpoints(cfg)
        runner = RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
        runner.register_hook(dict(type='mmscllle.PipelineHook'))
        runner.register_hook(dict(type='mmscllle.LabelRangeHook'))
        runner.train()


if __name__ == '__main__':
    end_process(main())
