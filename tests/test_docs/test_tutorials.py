"""Every command and every Python block of the tutorials runs, offline, on small generated data."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

sys.path.append(str(Path(__file__).parent))

from pages import CONTINUES, NOT_RUN, ROOT, TUTORIALS, read_blocks, read_files  # noqa: E402

ENHANCER = 'configs/scl_lle/scl-lle_fcn-r18_night-street-128x176_160.py'


@pytest.fixture(scope='module')
def checkout(tmp_path_factory) -> Path:
    """What a reader has after the quick start: the checkout, its data and weights, but small."""
    from night_street import generate_night_street

    from mmscllle.models.segmentor_config import build_segmentor
    from mmscllle.registry import MODELS

    folder = tmp_path_factory.mktemp('checkout')
    for name in ('configs', 'tools'):
        (folder / name).symlink_to(ROOT / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        config = Config.fromfile(ENHANCER)
        generate_night_street(config.data_root, num_train=3, num_val=2, size=(96, 128))
        judge = config.model.objective.segmentor
        weights = {
            judge.checkpoint: build_segmentor(judge.config, 'config'),
            f'work_dirs/quick_start/scl_lle/iter_{config.train_cfg.max_iters}.pth': MODELS.build(
                config.model.enhancer
            ),
        }
        for path, network in weights.items():
            Path(path).parent.mkdir(parents=True)
            torch.save(network.state_dict(), path)
    write_commands(folder / 'bin')
    return folder


def write_commands(folder: Path) -> None:
    """Write the commands of an activated environment, those of this very checkout."""
    folder.mkdir()
    for name, arguments in (('python', ''), ('mmscllle-enhance', f'{ROOT}/tools/enhance.py')):
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments} "$@"\n')
        command.chmod(0o755)


@pytest.fixture
def folder(checkout, tmp_path) -> Path:
    """A copy of it for one tutorial, with photographs and a video of the reader."""
    folder = tmp_path / 'checkout'
    shutil.copytree(checkout, folder, symlinks=True)
    streets = sorted((folder / 'work_dirs/quick_start/data/img/night_val').iterdir())
    (folder / 'album').mkdir()
    for street in streets:
        shutil.copy(street, folder / 'album')
    cv2.imwrite(str(folder / 'night.jpg'), cv2.imread(str(streets[0])))
    return folder


def write_video(path: Path) -> None:
    from mmscllle.video import Frame, VideoFormat, create_video

    noise = np.random.default_rng(0).integers(60, size=(6, 24, 32, 3), dtype=np.uint8)
    with create_video(path, VideoFormat(24, 32, Fraction(12))) as writer:
        for number, image in enumerate(noise):
            writer.write(Frame(image, Fraction(number, 12)))


def script_of(page: Path) -> str:
    """All that a page tells its reader to run, as one script."""
    lines = ['set -e']
    for number, block in enumerate(read_blocks(page)):
        if block.file or not block.is_run:
            continue
        if block.language == 'python':
            lines.append(
                f'python - <<"END_OF_BLOCK_{number}"\n{block.for_test()}END_OF_BLOCK_{number}'
            )
        else:
            lines.append(block.for_test())
    return '\n'.join(lines)


@pytest.mark.parametrize('page', TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_runs(page, folder):
    for name, text in read_files(page).items():
        (folder / name).write_text(text)
    if 'clip.mp4' in page.read_text():
        write_video(folder / 'clip.mp4')
    environment = dict(
        os.environ,
        PATH=f'{folder / "bin"}{os.pathsep}{os.environ["PATH"]}',
        PYTHONPATH=f'{ROOT}{os.pathsep}{os.environ.get("PYTHONPATH", "")}',
        OMP_NUM_THREADS='1',
        # Whoever would download something fails at once.
        **{name: 'http://127.0.0.1:9' for name in ('http_proxy', 'https_proxy')},
    )
    done = subprocess.run(
        ['bash', '-c', script_of(page)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    for name in named_results(page):
        assert (folder / name).exists(), f'{page.name} says that there is {name}'


def named_results(page: Path) -> list[str]:
    """Results that a page's blocks are said to leave: `<!-- leaves: A B -->`."""
    marker = '<!-- leaves: '
    return [
        name
        for line in page.read_text(encoding='utf-8').splitlines()
        if line.startswith(marker)
        for name in line[len(marker) :].split(' -->')[0].split()
    ]


@pytest.mark.parametrize('page', TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_has_commands_and_says_what_they_leave(page):
    assert 'tools/' in script_of(page) or 'mmscllle-enhance' in script_of(page)
    assert named_results(page)


@pytest.mark.parametrize('page', TUTORIALS, ids=lambda page: page.stem)
def test_a_block_that_is_not_run_says_why(page):
    for block in read_blocks(page):
        if not block.is_run:
            reason = block.text[len(NOT_RUN) :].splitlines()[0]
            assert len(reason.split()) > 2


@pytest.mark.parametrize('page', TUTORIALS, ids=lambda page: page.stem)
def test_no_tutorial_needs_the_shared_folder(page):
    text = page.read_text(encoding='utf-8')
    assert '../shared' not in text and 'MMSCLLLE_SHARED' not in text
    for earlier in CONTINUES.findall(text):
        assert (page.parent / earlier) in TUTORIALS


@pytest.mark.parametrize('page', TUTORIALS, ids=lambda page: page.stem)
def test_a_checkpoint_bears_the_number_of_its_trainings_last_iteration(page):
    """The numbers that the test puts in their place would hide a wrong one."""
    text = '\n'.join(block.text for block in read_blocks(page))
    # A config of the page says it itself, unless the command does.
    own = dict(re.findall(r'^# (\w+)\.py\n(?:.+\n)*?max_iters = (\d+)\n', text, re.MULTILINE))
    own.update(re.findall(r'tools/train\.py (\w+)\.py [^\n]*max_iters=(\d+)', text))
    quick_start = Config.fromfile(str(ROOT / ENHANCER)).train_cfg.max_iters
    for name, number in re.findall(r'work_dirs/(\w+|quick_start/scl_lle)/iter_(\d+)\.pth', text):
        assert int(number) == int(own.get(name, quick_start)), name
