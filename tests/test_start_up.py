"""What the enhance command imports, and what it prints: only what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
# What takes longer to import than a photograph to enhance.
HEAVY = (
    'mmseg',
    'mmcv',
    'mmengine.model',
    'mmengine.runner',
    'matplotlib',
    'skimage',
    'scipy',
    'torch.distributed.fsdp',
    'sympy',
    'numba',
    'av',
)
PROGRAM = """
import sys
from mmscllle.command_line.enhance import main
try:
    status = main(sys.argv[2:])
except SystemExit as end:
    status = end.code
print('imported:', *(name for name in sys.argv[1].split() if name in sys.modules))
sys.exit(status)
"""


def run(modules: tuple[str, ...], *args: object) -> subprocess.CompletedProcess:
    result = subprocess.run(
        [sys.executable, '-c', PROGRAM, ' '.join(modules), *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert result.returncode == 0, result.stderr
    return result


def imported(result: subprocess.CompletedProcess) -> list[str]:
    return result.stdout.splitlines()[-1].split()[1:]


def test_help_imports_no_library():
    result = run((*HEAVY, 'torch', 'numpy', 'cv2', 'mmengine', 'rich'), '--help')
    assert imported(result) == []
    assert result.stderr == ''


@pytest.fixture(scope='module')
def enhanced(tmp_path_factory) -> subprocess.CompletedProcess:
    folder = tmp_path_factory.mktemp('start')
    Image.fromarray(np.full((32, 48, 3), 40, np.uint8)).save(folder / 'dark.png')
    result = run(HEAVY, folder / 'dark.png', '--out-dir', folder / 'out', '--device', 'cpu')
    assert (folder / 'out' / 'dark.png').is_file()
    return result


def test_a_photograph_is_enhanced_with_what_it_needs(enhanced):
    # The first imports of torch itself differ by version.
    needless = {*HEAVY} - {'sympy', 'torch.distributed.fsdp'}
    assert not needless.intersection(imported(enhanced))


def test_no_library_warns_on_the_terminal(enhanced):
    assert 'warn' not in enhanced.stderr.lower()
    assert 'OneDL' not in enhanced.stdout + enhanced.stderr


def python(code: str) -> str:
    result = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_mmengine_knows_our_weights_whichever_is_imported_first():
    for order in ('mmscllle.registry, mmengine.runner', 'mmengine.runner, mmscllle.registry'):
        output = python(f"""
import {order}
from mmengine.runner import CheckpointLoader
content = CheckpointLoader.load_checkpoint('mmscllle://scl-lle', 'cpu')
print('weights', len(content.get('state_dict', content)))
""")
        assert 'weights 38' in output


def test_who_imports_mmseg_after_us_hears_none_of_its_warnings():
    output = python("""
import mmscllle
import mmseg.datasets, mmseg.models
print('imported')
""")
    assert output == 'imported\n'
