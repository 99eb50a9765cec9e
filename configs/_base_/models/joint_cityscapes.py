"""Enhancer and any Cityscapes segmentor learn together: a leaf says `model = _base_.joint`."""

_base_ = './joint_objective.py'
joint = dict(
    # Enhanced in full at any brightness: the segmentor learns to see that.
    enhancer=dict(leave_bright=(0.9, 1.0)),
    learn='both',
    norm_eval=True,
    objective=dict(
        _base_.joint_objective, segmentor=dict(type='mmscllle.FrozenSegmentor', num_classes=19)
    ),
)
