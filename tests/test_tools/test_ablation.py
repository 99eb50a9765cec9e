"""tools/ablation.py: two rows that are trained for two iterations."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from commands import ForkedScript, load_tool
from training_config import write_training_config

ROWS = dict(no_gram={'model.objective.contrastive_gram': None})


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    return load_tool('ablation')


def write(config: Path, rows: dict) -> str:
    plan = dict(seeds=[5], max_iters=2, columns=dict(light='brightness', mIoU='mIoU'), rows=rows)
    path = config.with_name('terms.py')
    path.write_text(f"_base_ = './{config.name}'\nablation = {plan!r}\n")
    return str(path)


@pytest.fixture(scope='module')
def trained(tool, tmp_path_factory, tiny_segmentor):
    """Ablation file, work dir and the table that was printed."""
    import contextlib
    import io

    folder = tmp_path_factory.mktemp('ablation')
    path = write(write_training_config(folder, tiny_segmentor, iters=8), ROWS)
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, 'Popen', ForkedScript)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = tool.main([path, '--work-dir', str(folder / 'runs')])
    assert status == 0, err.getvalue()
    return path, folder / 'runs', out.getvalue()


@pytest.fixture
def runs(trained, tmp_path) -> Path:
    """A copy of the work dir."""
    return Path(shutil.copytree(trained[1], tmp_path / 'runs'))


def no_training(*args: object, **kwargs: object):
    raise AssertionError('nothing is left to do')


def test_each_row_is_trained_and_tested(trained):
    _, work_dir, table = trained
    assert table.startswith('## terms: 2 iterations instead of 8, seeds 5\n')
    assert (work_dir / 'table.md').read_text() == table.rstrip('\n') + '\n'
    light = {}
    for row in ('base', 'no_gram'):
        assert (work_dir / row / 'seed_5/iter_2.pth').is_file()
        kept = json.loads((work_dir / row / 'seed_5.json').read_text())
        light[row] = kept['metrics']['brightness']
        assert (kept['row'], kept['seed']) == (row, 5) and 0 < light[row] < 1
        (line,) = [line for line in table.splitlines() if f'| {row.replace("_", " ")} ' in line]
        assert f' {light[row]:.3f} ' in line and '| 1 ' in line
    assert f' {light["no_gram"] - light["base"]:+.3f} ' in line
    (log,) = (work_dir / 'no_gram/seed_5').glob('*/*.log')
    assert 'loss_contrastive_brightness' in log.read_text()
    assert 'loss_contrastive_gram' not in log.read_text()


def test_a_row_that_fails_is_told_and_the_others_go_on(tool, trained, tmp_path, capsys):
    plan = Path(trained[0]).with_name('failing.py')
    plan.write_text(Path(trained[0]).read_text())
    started = []

    class Failing(subprocess.Popen):
        def __init__(self, command, **options):
            started.append(command[2])
            super().__init__([sys.executable, '-c', "raise SystemExit('no disk')"], **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, 'Popen', Failing)
        assert tool.main([str(plan), '--work-dir', str(tmp_path)]) == 1
    assert [Path(config).parent.name for config in started] == ['base', 'no_gram']
    printed = capsys.readouterr()
    for row in ('base', 'no_gram'):
        log = tmp_path / row / 'seed_5.log'
        assert f'{row}, seed 5: train.py failed: no disk; more in {log}' in printed.err
    assert printed.out.count('0 of 1, unfinished') == 2


def test_stopped(tool, trained, tmp_path, monkeypatch, capsys):
    class Stopped:
        def __init__(self, *args, **options):
            self.ended, Stopped.last = False, self

        def wait(self):
            if not self.ended:
                raise KeyboardInterrupt

        def terminate(self):
            self.ended = True

    monkeypatch.setattr(subprocess, 'Popen', Stopped)
    assert tool.main([trained[0], '--work-dir', str(tmp_path)]) == 130
    assert Stopped.last.ended
    assert 'stopped; the same command goes on from here' in capsys.readouterr().err


def test_what_is_done_is_not_done_again(tool, trained, runs, monkeypatch, capsys):
    monkeypatch.setattr(subprocess, 'Popen', no_training)
    arguments = [trained[0], '--work-dir', str(runs)]
    assert tool.main([*arguments, '--rows', 'base', 'no_gram', '--seeds', '5']) == 0
    assert capsys.readouterr().out == trained[2]
    assert tool.main([*arguments, '--dry-run']) == 0
    assert capsys.readouterr().out == trained[2]


def test_a_half_trained_row_goes_on(tool, trained, runs, monkeypatch):
    monkeypatch.setattr(subprocess, 'Popen', ForkedScript)
    work_dir, result = runs / 'no_gram/seed_5', runs / 'no_gram/seed_5.json'
    before = json.loads(result.read_text())['metrics']
    # As it is when the training is killed amid the second iteration.
    result.unlink()
    (work_dir / 'iter_2.pth').unlink()
    (work_dir / 'last_checkpoint').write_text(str(work_dir / 'iter_1.pth'))
    arguments = [trained[0], '--work-dir', str(runs), '--rows', 'no_gram']
    assert tool.main(arguments) == 0
    assert json.loads(result.read_text())['metrics'] == before
    assert 'resumed' in max(work_dir.glob('2*/*.log')).read_text()


def test_a_changed_row_is_refused(tool, trained, runs, monkeypatch, capsys):
    monkeypatch.setattr(subprocess, 'Popen', no_training)
    other = Path(trained[0]).with_name('other')
    other.mkdir()
    (other / 'terms.py').write_text(
        Path(trained[0])
        .read_text()
        .replace("'./", "'../")
        .replace("contrastive_gram': None", "contrastive_gram.margin': 0.5")
    )
    assert tool.main([str(other / 'terms.py'), '--work-dir', str(runs), '--rows', 'base']) == 1
    message = capsys.readouterr().err
    assert 'no_gram, seed 5: what is kept was trained with another config' in message
    assert 'model.objective.contrastive_gram' in message and 'delete' in message
    assert tool.main([trained[0], '--work-dir', str(runs), '--max-iters', '3']) == 1
    assert 'another config, of train_cfg.max_iters' in capsys.readouterr().err


def test_a_damaged_result_is_named(tool, trained, runs, capsys):
    (runs / 'base/seed_5.json').write_text('{')
    assert tool.main([trained[0], '--work-dir', str(runs)]) == 1
    assert 'base/seed_5.json cannot be read' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--rows', 'none'], '--rows: there is no none; choose from base, no_gram'),
        (['--seeds', '1'], '--seeds: there is no 1; choose from 5'),
        (['--max-iters', '0'], 'max_iters must be a positive number or None, got 0'),
    ],
)
def test_wrong_arguments(tool, trained, tmp_path, capsys, arguments, message):
    assert tool.main([trained[0], '--work-dir', str(tmp_path), *arguments]) == 2
    assert message in capsys.readouterr().err
