"""Test a config with several enhancers: tools/compare_enhancers.py CONFIG --enhancer NAME=FILE."""
from __future__ import annotations

import argparse
import copy
import json
import re
import sys
from pathlib import Path

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmscllle.evaluation.dark_evaluation import InputError
from mmscllle.evaluation.dark_evaluation.inputs import blame, read_config
from mmscllle.evaluation.metric_table import metrics_by_dataset, to_markdown
from mmscllle.fileio import write_text
from mmscllle.utils.command_line import add_config_options
from mmscllle.utils.commands import run_command
from mmscllle.utils.weights import load_weights

INPUT = 'input'


class MetricCollector(Hook):
    """Keeps the metrics of a test, which mmagic's loop does not return.

    Attributes:
        metrics: Values by name.
    """

    def __init__(self) -> None:
        self.metrics: dict[str, float] = {}

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Keep ``metrics``."""
        self.metrics = {name: float(value) for name, value in (metrics or {}).items()}


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Run the test of a config with the images as they are and with each enhancer, '
        'and write one table: a row for each data set and enhancer.')
    parser.add_argument('config', help="config whose model has an enhancer: a path, or "
                        "'mmscllle::mmagic/name.py'")
    parser.add_argument('--enhancer', nargs='+', action='extend', default=[],
                        metavar='NAME=CHECKPOINT', help='an enhancer: its checkpoint, alone or in '
                        'a larger model')
    parser.add_argument('--out-dir', help='default: work_dirs/compare_enhancers/<config name>')
    add_config_options(parser, 'keys of CONFIG')
    return parser.parse_args(argv)


def read_enhancers(entries: list[str]) -> dict[str, str]:
    """Read checkpoints by name.

    Raises:
        InputError: If an entry is no NAME=CHECKPOINT, or a name comes twice.
    """
    found: dict[str, str] = {}
    for entry in entries:
        name, _, checkpoint = entry.partition('=')
        if not re.fullmatch(r'[\w.+-]+', name) or not checkpoint:
            raise InputError(f'--enhancer: got {entry!r}; write NAME=CHECKPOINT, with letters, '
                             'digits and . _ + - in the name')
        if name in (*found, INPUT):
            raise InputError(f'--enhancer: the name {name!r} is taken; choose another')
        found[name] = checkpoint
    return found


def build_runner(cfg: Config, name: str, checkpoint: str | None, work_dir: Path) -> Runner:
    """Build the runner of one enhancer's test.

    Args:
        cfg: The config.
        name: The enhancer's name.
        checkpoint: Its weights; None to leave the images as they are.
        work_dir: Folder of logs.

    Returns:
        The runner.

    Raises:
        InputError: If the config's model has no enhancer, or the checkpoint does not fit.
    """
    cfg = copy.deepcopy(cfg)
    cfg.work_dir, cfg.load_from = str(work_dir), None
    # By default all runners of one second have one name, and so one log file.
    cfg.experiment_name = str(work_dir)
    owner = cfg.get('model', {}).get('generator', cfg.get('model', {}))
    if 'enhancer' not in owner:
        raise InputError('CONFIG: its model has neither generator.enhancer nor enhancer')
    if checkpoint is None:
        owner.enhancer = dict(type='mmscllle.IdentityEnhancer')
    with blame('CONFIG'):
        runner = Runner.from_cfg(cfg)
    if checkpoint is not None:
        # Not by load_from, which takes what fits and warns of the rest.
        argument = f'--enhancer {name}'
        with blame(argument):
            enhancer = getattr(runner.model, 'generator', runner.model).enhancer
            load_weights(enhancer, checkpoint, argument, part='enhancer')
    return runner


def test(runner: Runner) -> dict[str, float]:
    """Run a test and return its metrics by name."""
    collector = MetricCollector()
    runner.register_hook(collector)
    runner.test()
    return collector.metrics


def run(args: argparse.Namespace) -> None:
    """Test, print and save."""
    enhancers = read_enhancers(args.enhancer)
    cfg = read_config(args.config, 'CONFIG', args.cfg_options)
    out_dir = Path(args.out_dir or Path('work_dirs', 'compare_enhancers', Path(args.config).stem))
    runners = {name: build_runner(cfg, name, checkpoint, out_dir / name)
               for name, checkpoint in {INPUT: None, **enhancers}.items()}
    metrics = {name: test(runner) for name, runner in runners.items()}
    by_dataset = {name: metrics_by_dataset(values) for name, values in metrics.items()}
    rows = {(dataset, name): by_dataset[name][dataset]
            for dataset in by_dataset[INPUT] for name in metrics}
    table = to_markdown(rows, ('data set', 'enhancer'))
    write_text(out_dir / 'table.md', table)
    report = dict(config=args.config, enhancers=enhancers, metrics=metrics)
    write_text(out_dir / 'table.json', json.dumps(report, indent=2))
    print(f'{table}\ntable: {out_dir / "table.md"}, {out_dir / "table.json"}')


def main(argv: list[str] | None = None) -> int:
    """Run; return the exit status: 2 for wrong input."""
    args = parse_args(argv)
    return run_command('compare_enhancers.py', lambda: run(args))


if __name__ == '__main__':
    sys.exit(main())
