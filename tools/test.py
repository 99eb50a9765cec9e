"""Test a checkpoint: tools/test.py CONFIG CHECKPOINT."""

from __future__ import annotations

import argparse

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from mmscllle.utils.command_line import add_config_arguments, end_process, read_run_config
from mmscllle.utils.commands import UsageError, run_command


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description='Test a checkpoint.')
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint of the model, or of its enhancer alone')
    parser.add_argument('--show', action='store_true', help='show pictures in a window')
    parser.add_argument('--show-dir', help='write pictures to this folder')
    parser.add_argument('--wait-time', type=float, default=2, help='seconds a picture is shown')
    parser.add_argument('--tta', action='store_true', help='augment at test time')
    add_config_arguments(parser)
    return parser.parse_args()


def show_pictures(cfg: Config, args: argparse.Namespace) -> None:
    """Turn the config's visualisation hook on.

    Raises:
        UsageError: If the config has none.
    """
    hook = cfg.get('default_hooks', {}).get('visualization')
    if hook is None:
        raise UsageError('--show and --show-dir need default_hooks.visualization in the config')
    hook.update(draw=True, interval=1, show=args.show, wait_time=args.wait_time)
    if args.show_dir:
        cfg.visualizer.save_dir = args.show_dir


def augment_at_test_time(cfg: Config) -> None:
    """Wrap the model into the config's test-time augmentation.

    Raises:
        UsageError: If the config has none.
    """
    for key in ('tta_model', 'tta_pipeline'):
        if key not in cfg:
            raise UsageError(f'--tta needs {key} in the config')
    cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
    cfg.model = dict(cfg.tta_model, module=cfg.model)


def main() -> int:
    """Test; return the exit status."""
    args = parse_args()
    return run_command('test.py', lambda: test(args))


def test(args: argparse.Namespace) -> None:
    """Test as the arguments say."""
    cfg = read_run_config(args)
    cfg.load_from = args.checkpoint
    if args.show or args.show_dir:
        show_pictures(cfg, args)
    if args.tta:
        augment_at_test_time(cfg)
    runner = RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
    runner.register_hook(dict(type='mmscllle.PipelineHook'))
    runner.register_hook(dict(type='mmscllle.LabelRangeHook'))
    try:
        runner.test()
    except FileNotFoundError as error:
        val_dataloader = cfg.get('val_dataloader')
        if val_dataloader is None or val_dataloader == cfg.test_dataloader:
            raise
        raise FileNotFoundError(
            f'test_dataloader.dataset.{error}; val_dataloader names other data: to test on them, '
            'add `test_dataloader = val_dataloader` below it in the config'
        ) from error


if __name__ == '__main__':
    end_process(main())
