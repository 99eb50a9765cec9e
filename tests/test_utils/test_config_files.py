"""A config is read by its path or by its name in a package."""

from __future__ import annotations

import pytest

from mmscllle.utils.config_files import read_config_file


def test_a_file_and_a_name(tmp_path):
    (tmp_path / 'own.py').write_text('model = dict(type="A")')
    assert read_config_file(str(tmp_path / 'own.py')).model.type == 'A'
    named = read_config_file('mmseg::fastscnn/fast_scnn_8xb4-160k_cityscapes-512x1024.py')
    assert named.model.backbone.type == 'FastSCNN'


@pytest.mark.parametrize(('key', 'start'), [('', '^there is'), ('--data', '^--data: there is')])
def test_a_missing_file_is_named_with_its_key(key, start):
    with pytest.raises(FileNotFoundError, match=f"{start} no config file 'none.py'; give a path"):
        read_config_file('none.py', key)
