from __future__ import annotations

from mmscllle.evaluation.dark_evaluation.code_digest import code_digest


def digest(folder):
    code_digest.cache_clear()
    return code_digest(folder)


def test_content_and_names_count(tmp_path):
    (tmp_path / 'part').mkdir()
    (tmp_path / 'part/a.py').write_text('one')
    first = digest(tmp_path)
    assert len(first) == 12 and first == digest(tmp_path)
    (tmp_path / 'part/notes.txt').write_text('not code')
    assert digest(tmp_path) == first
    (tmp_path / 'part/a.py').write_text('two')
    second = digest(tmp_path)
    (tmp_path / 'part/a.py').rename(tmp_path / 'part/b.py')
    assert len({first, second, digest(tmp_path)}) == 3
