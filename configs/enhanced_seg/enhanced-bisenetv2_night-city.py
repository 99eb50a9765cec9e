_base_ = [
    '../_base_/models/enhanced_bisenetv2_cityscapes.py',
    '../_base_/datasets/night-city.py',
    '../_base_/schedules/evaluation.py',
    '../_base_/default_runtime.py',
]
