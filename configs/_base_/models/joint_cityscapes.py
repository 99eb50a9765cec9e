"""Enhancer and any Cityscapes segmentor learn together: a leaf says `model = _base_.joint`."""

_base_ = './joint_objective.py'
joint = dict(
    # In training days are enhanced in full and teach; in use they stay as they are (leave_bright).
    learn='both',
    norm_eval=True,
    objective=dict(
        _base_.joint_objective, segmentor=dict(type='mmscllle.FrozenSegmentor', num_classes=19)
    ),
)
