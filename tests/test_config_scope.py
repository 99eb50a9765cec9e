"""How MMEngine's table of config scopes is extended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.config import utils

from mmscllle import config_scope

ROOT = Path(__file__).resolve().parents[1]
TABLE = {'mmdet': 'mmdet', 'mmseg': 'mmsegmentation', 'mmaction': 'mmaction2'}


def install(site: Path, module: str, distribution: str, *, editable: bool = False) -> None:
    """Put a package and its metadata below ``site``; an editable package lies elsewhere."""
    package = (site / 'elsewhere' if editable else site) / module
    package.mkdir(parents=True)
    (package / '__init__.py').touch()
    (package / 'version.py').touch()
    metadata = site / f'{distribution.replace("-", "_")}-9.dist-info' / 'METADATA'
    metadata.parent.mkdir()
    metadata.write_text(f'Metadata-Version: 2.1\nName: {distribution}\nVersion: 9\n')


@pytest.fixture
def site(tmp_path, monkeypatch):
    """An empty site folder; nothing else is found but the standard library."""
    standard = [entry for entry in sys.path if not entry.endswith('-packages')]
    standard = [entry for entry in standard if entry and Path(entry).resolve() != ROOT]
    monkeypatch.setattr(sys, 'path', [str(tmp_path), str(tmp_path / 'elsewhere'), *standard])
    finders = [finder for finder in sys.meta_path if 'editable' not in str(finder).lower()]
    monkeypatch.setattr(sys, 'meta_path', finders)
    for name in ('mmseg', 'mmscllle'):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.parametrize('distribution', ['mmsegmentation', 'onedl-mmsegmentation'])
def test_mmseg_is_pointed_at_the_installed_distribution(site, distribution):
    install(site, 'mmseg', distribution)
    install(site, 'mmscllle', 'mmscllle')
    table = dict(TABLE)
    config_scope.extend_table(table)
    assert table == {**TABLE, 'mmseg': distribution, 'mmscllle': 'mmscllle'}


def test_editable_packages_are_pointed_at_a_module(site):
    install(site, 'mmseg', 'onedl-mmsegmentation', editable=True)
    install(site, 'mmscllle', 'mmscllle', editable=True)
    table = dict(TABLE)
    config_scope.extend_table(table)
    assert table == {**TABLE, 'mmseg': 'mmseg', 'mmscllle': 'mmscllle.version'}


def test_what_is_not_installed_keeps_the_name_that_mmengine_says_to_install(site):
    table = dict(TABLE)
    config_scope.extend_table(table)
    assert table == {**TABLE, 'mmscllle': 'mmscllle'}


def test_extending_twice_changes_nothing(site):
    install(site, 'mmseg', 'onedl-mmsegmentation')
    table = dict(TABLE)
    config_scope.extend_table(table)
    once = dict(table)
    config_scope.extend_table(table)
    assert table == once


def test_register_extends_a_table_that_is_already_loaded(monkeypatch):
    monkeypatch.setattr(utils, 'MODULE2PACKAGE', {'mmseg': 'mmsegmentation'})
    config_scope.register()
    assert set(utils.MODULE2PACKAGE) == {'mmseg', 'mmscllle'}


def test_register_accepts_an_mmengine_without_a_table(monkeypatch):
    monkeypatch.delattr(utils, 'MODULE2PACKAGE')
    config_scope.register()


def run(code: str) -> str:
    command = [sys.executable, '-c', code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_register_waits_once_and_takes_itself_out():
    code = """
import sys
from mmscllle.config_scope import TABLE_MODULE, register
waiting = lambda: [getattr(finder, 'watches', None) for finder in sys.meta_path].count(TABLE_MODULE)
register()
register()
print(TABLE_MODULE in sys.modules, waiting())
from mmengine.config.utils import MODULE2PACKAGE
print('mmscllle' in MODULE2PACKAGE, waiting())
"""
    assert run(code).split() == ['False', '1', 'True', '0']


def test_config_of_mmseg_is_found_whichever_distribution_brings_it(tmp_path):
    config = tmp_path / 'foreign.py'
    config.write_text("_base_ = ['mmseg::_base_/default_runtime.py']\n")
    code = f"""
import mmscllle
from mmengine.config import Config
print(Config.fromfile({str(config)!r}).default_scope)
"""
    assert run(code) == 'mmseg\n'
