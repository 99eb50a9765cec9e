_base_ = [
    '../_base_/models/enhanced_fast-scnn_camvid.py',
    '../_base_/datasets/camvid-dusk.py',
    '../_base_/schedules/evaluation.py',
    '../_base_/default_runtime.py',
]
