"""One training of an ablation: a row with a seed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from mmengine.config import Config

from mmscllle.fileio import write_text
from mmscllle.utils.resuming import find_checkpoint

from .plan import differing_keys

TOOLS = Path(__file__).resolve().parents[1]
# What a test reports beside metrics.
TIMES = ('time', 'data_time')
SHOWN_DIFFERENCES = 3


class Trial:
    """A training and its test, in a folder of the ablation's.

    The config it is started with is kept beside it, and so are the metrics of its last checkpoint
    once it is tested.

    Args:
        row: Of the table.
        seed: The training's seed.
        config: Its config.
        work_dir: The ablation's folder.
    """

    def __init__(self, row: str, seed: int, config: Config, work_dir: Path) -> None:
        self.row, self.seed, self.config = row, seed, config
        self.work_dir = work_dir / row / f'seed_{seed}'
        self.config_file = self.work_dir.with_suffix('.py')
        self.result_file = self.work_dir.with_suffix('.json')
        self.log_file = self.work_dir.with_suffix('.log')

    def __str__(self) -> str:
        return f'{self.row}, seed {self.seed}'

    def check_kept(self) -> None:
        """Check that what is there of the training was made with this config.

        Raises:
            ValueError: If it was made with another one.
        """
        there = [path for path in (self.work_dir, self.result_file) if path.exists()]
        if not self.config_file.is_file():
            if there:
                raise ValueError(f'{there[0]}: there is no {self.config_file.name} that tells how')
            return
        kept = Config.fromfile(str(self.config_file)).to_dict()
        differing = differing_keys(kept, self.config.to_dict())
        if differing:
            more = len(differing) - SHOWN_DIFFERENCES
            raise ValueError(
                f'{self}: what is kept was trained with another config, of '
                f'{", ".join(differing[:SHOWN_DIFFERENCES])}'
                + (f' and {more} more' if more > 0 else '')
                + f'; to train it anew, delete {str(self.config_file.with_suffix(""))!r} with '
                f'its .py, .json and .log, or take another --work-dir'
            )

    def read_metrics(self) -> dict[str, float] | None:
        """The metrics of the finished training; None if it is not finished.

        Raises:
            ValueError: If the file that keeps them is damaged.
        """
        if not self.result_file.is_file():
            return None
        try:
            return json.loads(self.result_file.read_text(encoding='utf-8'))['metrics']
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'{self.result_file} cannot be read ({error}); delete it, and the training is '
                'tested again'
            ) from error

    def run(self) -> None:
        """Train, going on where a former run was stopped, and test the last checkpoint.

        Raises:
            ValueError: If either fails; it has the last line of its log.
        """
        if not self.config_file.is_file():
            # MMEngine's own way takes a second, to make it pretty.
            settings = self.config.to_dict().items()
            write_text(self.config_file, ''.join(f'{key} = {value!r}\n' for key, value in settings))
        last = f'iter_{self.config.train_cfg.max_iters}.pth'
        checkpoint, _ = find_checkpoint(self.work_dir)
        if checkpoint is None or Path(checkpoint).name != last:
            self._call('train.py', self.config_file, '--resume', '--work-dir', self.work_dir)
            checkpoint, _ = find_checkpoint(self.work_dir)
        if checkpoint is None:
            raise ValueError(f'{self}: the training left no checkpoint in {str(self.work_dir)!r}')
        folder = self.work_dir / 'test'
        shutil.rmtree(folder, ignore_errors=True)
        self._call('test.py', self.config_file, checkpoint, '--work-dir', folder)
        # As MMEngine's LoggerHook writes it.
        (report,) = folder.glob('*/*.json')
        found = json.loads(report.read_text(encoding='utf-8'))
        metrics = {name: value for name, value in found.items() if name not in TIMES}
        kept = dict(row=self.row, seed=self.seed, checkpoint=checkpoint, metrics=metrics)
        write_text(self.result_file, json.dumps(kept, indent=2) + '\n')

    def _call(self, tool: str, *arguments: object) -> None:
        """Run a tool in a process of its own, its output added to the log."""
        command = [sys.executable, str(TOOLS / tool), *map(str, arguments)]
        with open(self.log_file, 'a', encoding='utf-8') as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            try:
                status = process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
        if status:
            lines = self.log_file.read_text(encoding='utf-8', errors='replace').split('\n')
            last = next((line.strip() for line in reversed(lines) if line.strip()), 'no output')
            raise ValueError(f'{self}: {tool} failed: {last}; more in {self.log_file}')
