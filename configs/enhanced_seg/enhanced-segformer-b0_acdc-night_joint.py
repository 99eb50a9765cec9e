_base_ = [
    '../_base_/models/enhanced_segformer-b0_cityscapes.py',
    '../_base_/models/joint_cityscapes.py',
    '../_base_/datasets/acdc-night_joint.py',
    '../_base_/schedules/joint_20k.py',
    '../_base_/default_runtime.py',
]
model = _base_.joint
