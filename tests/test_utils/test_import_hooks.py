from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager

import pytest

from mmscllle.utils.import_hooks import after_import, around_import
from mmscllle.utils.quiet_hosts import NO_PLATFORM, _without_platform


@pytest.fixture
def module(tmp_path, monkeypatch) -> str:
    (tmp_path / 'watched_module.py').write_text('print("imported")\nVALUE = 3\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
    yield 'watched_module'
    sys.modules.pop('watched_module', None)


def test_work_follows_the_import_once(module):
    seen = []
    after_import(module, lambda: seen.append(sys.modules[module].VALUE))
    assert seen == []
    importlib.import_module(module)
    assert seen == [3]
    sys.modules.pop(module)
    importlib.import_module(module)
    assert seen == [3]


def test_work_is_done_at_once_where_the_module_is_there(module):
    importlib.import_module(module)
    seen = []
    after_import(module, lambda: seen.append(1))
    assert seen == [1]


def test_a_module_is_imported_within_a_context(module, capsys):
    @contextmanager
    def context():
        print('before')
        yield
        print('after')

    around_import(module, context)
    importlib.import_module(module)
    assert capsys.readouterr().out.split() == ['before', 'imported', 'after']


def test_one_line_of_mmseg_is_left_out_and_no_other(capsys):
    with _without_platform():
        print(NO_PLATFORM)
        print('another message')
    assert capsys.readouterr().out == 'another message\n'
