"""tools/compare_enhancers.py on mmagic's NIQE."""
from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from mmagic_runs import ROOT

pytestmark = pytest.mark.openmmlab
CONFIG = ROOT / 'configs/mmagic/curve-enhancer_unpaired-shared.py'


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        'compare_enhancers', ROOT / 'tools' / 'compare_enhancers.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_niqe_of_the_shared_photographs(tool, shared, tmp_path, monkeypatch):
    """On luma LIME's three images have 4.3402 by the released weights, also without this tool."""
    monkeypatch.setenv('MMSCLLLE_SHARED', str(shared))
    released = shared / 'checkpoints/scl_lle_reference.pth'
    out_dir = Path(tmp_path, 'out')
    assert tool.main([
        str(CONFIG), '--enhancer', f'released={released}', '--out-dir', str(out_dir),
        '--cfg-options', 'test_dataloader.0.dataset.indices=1', 'test_dataloader.0.num_workers=0',
        'test_dataloader.1.num_workers=0', 'test_evaluator.1.metrics.0.convert_to=y']) == 0
    rows = [[cell.strip() for cell in line.split('|')[1:-1]]
            for line in (out_dir / 'table.md').read_text().splitlines()[2:]]
    assert [row[:2] for row in rows] == [
        ['DICM', 'input'], ['DICM', 'released'], ['LIME', 'input'], ['LIME', 'released']]
    assert float(rows[3][2]) == pytest.approx(4.3402, abs=1e-3)
