_base_ = [
    '../_base_/models/enhanced_deeplabv3plus-r50_cityscapes.py',
    '../_base_/models/joint_cityscapes.py',
    '../_base_/datasets/night-city_joint.py',
    '../_base_/schedules/joint_20k.py',
    '../_base_/default_runtime.py',
]
model = _base_.joint
