_base_ = [
    '../_base_/models/enhanced_deeplabv3plus-r50_cityscapes.py',
    '../_base_/datasets/acdc-night.py',
    '../_base_/schedules/evaluation.py',
    '../_base_/default_runtime.py',
]
