"""Commands that are killed at random moments lose nothing and go on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from tally import tried

from mmscllle.video import Frame, VideoFormat, create_video

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def run_script(name: str, *arguments: object) -> str:
    paths = os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')])
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', str(HERE / f'{name}.py'), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=1800,
        env=dict(os.environ, PYTHONPATH=paths, OMP_NUM_THREADS='1'),
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    tried('kills', int(re.search(r'(\d+) kills', done.stdout)[1]))
    return done.stdout


def test_enhancing(tmp_path, weights, pytestconfig):
    inputs = tmp_path / 'in'
    inputs.mkdir()
    random = np.random.default_rng(0)
    for number in range(4):
        image = random.integers(90, size=(40, 60, 3), dtype=np.uint8)
        assert cv2.imwrite(str(inputs / f'{number}.png'), image)
    with create_video(inputs / 'clip.mp4', VideoFormat(24, 32, Fraction(12))) as writer:
        for number in range(20):
            image = random.integers(60, size=(24, 32, 3), dtype=np.uint8)
            writer.write(Frame(image, Fraction(number, 12)))
    kills = pytestconfig.getoption('--kills')
    output = run_script('kill_enhancing', inputs, weights, tmp_path, 3 * kills, 0)
    assert 'all files whole' in output


@pytest.mark.parametrize('ranks', [1, 2])
def test_training(tmp_path, tiny_segmentor, second_segmentor, pytestconfig, ranks):
    sys.path.insert(0, str(ROOT / 'tests/test_tools'))
    from training_config import write_training_config

    config = write_training_config(tmp_path, tiny_segmentor, iters=14, interval=1)
    config.write_text(
        config.read_text()
        + f"""
train_dataloader.update(num_workers=2)
train_cfg.update(val_interval=7)
# Two judges, one of them drawn a step.
judge = model['objective']['segmentor']
model['objective']['segmentor'] = [judge, dict(judge, checkpoint={second_segmentor[1]!r})]
"""
    )
    output = run_script(
        'kill_trainings', config, tmp_path, pytestconfig.getoption('--kills'), ranks, ranks
    )
    assert 'bit for bit' in output and ' 0 of them inside a save' not in output


def test_dark_eval(tmp_path, tiny_segmentor, pytestconfig):
    sys.path.insert(0, str(ROOT / 'tests/test_tools'))
    from labelled_data import write_labelled_data

    write_labelled_data(tmp_path, 12)
    output = run_script(
        'kill_dark_eval',
        *tiny_segmentor,
        tmp_path / 'data.py',
        tmp_path,
        2 * pytestconfig.getoption('--kills'),
        0,
    )
    assert 'the same scores' in output
