"""The config of a segmentor is read, however it is given."""

from __future__ import annotations

from mmscllle.models.segmentor_config import read_segmentor_config


def test_config_may_be_a_name_a_file_or_a_dict(tiny_segmentor):
    from_file = read_segmentor_config(tiny_segmentor[0], 'key')
    assert read_segmentor_config(dict(model=from_file), 'key') == from_file
    assert read_segmentor_config(from_file, 'key') == from_file
    named = read_segmentor_config(
        'mmseg::fastscnn/fast_scnn_8xb4-160k_cityscapes-512x1024.py', 'key'
    )
    assert named.backbone.type == 'FastSCNN'
