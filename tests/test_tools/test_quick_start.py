"""The quick start with a few small steps of each kind."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import cv2
from mmengine.config import Config
from night_street import trial

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'


def read_briefly(path: str) -> Config:
    """Read a config of the quick start for two iterations in place of hundreds."""
    text = Config.fromfile(path).pretty_text
    text = re.sub(r'(max_iters|val_interval|interval|T_max|end)=(160|300)', r'\1=2', text)
    text = re.sub(r'^max_iters = .*', 'max_iters = 2', text, flags=re.MULTILINE)
    return Config.fromstring(text.replace('iter_300', 'iter_2'), '.py')


def test_streets_trainings_table_and_picture(tmp_path, monkeypatch, capsys):
    (tmp_path / 'configs').symlink_to(CONFIGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trial, 'Config', SimpleNamespace(fromfile=read_briefly))
    monkeypatch.setattr(trial, 'NUM_VAL', 2)
    monkeypatch.setattr(trial, 'SHOWN', 2)
    table, picture, checkpoint = trial.run(scenes=2, seed=3)
    header, _, *rows = table.splitlines()
    assert re.findall(r'[\w-]+', header) == ['enhancer', *trial.COLUMNS]
    cells = [[cell.strip() for cell in row.strip('|').split('|')] for row in rows]
    assert [row[0] for row in cells] == ['none', 'gamma 0.45', 'CLAHE', trial.TRAINED]
    brightness = {row[0]: float(row[-1]) for row in cells}
    # The mean of a concave curve's values is below its value of the mean.
    assert brightness['none'] < 0.2 < brightness['gamma 0.45'] < brightness['none'] ** 0.45 + 0.01
    assert (tmp_path / 'work_dirs/quick_start/table.md').read_text() == table
    # Two rows of five pictures of 192 x 256 with their titles.
    height, width = cv2.imread(str(tmp_path / picture)).shape[:2]
    assert height > 2 * 192 and width > 5 * 256
    assert Path(checkpoint).name == 'iter_2.pth' and Path(checkpoint).is_file()
    bars = capsys.readouterr().err
    assert all(f'{number}/4' in bars for number in range(1, 5))
    # Not a terminal: each step is named as it begins, ahead of all bars.
    named = bars.splitlines()[:4]
    assert [line[:4] for line in named] == ['1/4 ', '2/4 ', '3/4 ', '4/4 ']
    assert '━' not in ''.join(named)


def test_the_configs_fit_together(monkeypatch):
    monkeypatch.chdir(CONFIGS.parent)
    segmentor, enhancer = (Config.fromfile(path) for path in (trial.SEGMENTOR, trial.ENHANCER))
    for config in (segmentor, enhancer):
        assert config.max_iters == config.train_cfg.max_iters
    assert enhancer.segmentor_config == trial.SEGMENTOR
    assert enhancer.segmentor_checkpoint == (
        f'{trial.FOLDER}/segmentor/iter_{segmentor.max_iters}.pth'
    )
