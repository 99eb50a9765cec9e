"""Enhancer and any Cityscapes segmentor learn together: a leaf says `model = _base_.joint`."""

_base_ = './joint_objective.py'
joint = dict(
    learn='both',
    norm_eval=True,
    objective=dict(
        _base_.joint_objective, segmentor=dict(type='mmscllle.FrozenSegmentor', num_classes=19)
    ),
)
