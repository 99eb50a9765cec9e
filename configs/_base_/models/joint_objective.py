"""The terms of SCL-LLE that need no other network, added to the segmentor's own losses.

Segmentation leads; the enhancer is trained already, and the terms steady it.
"""

joint_objective = dict(
    type='mmscllle.SCLLLEObjective',
    contrastive_brightness=dict(
        type='mmscllle.ContrastiveLoss', distance='brightness', margin=0.3, loss_weight=0.25
    ),
    semantic_brightness=dict(type='mmscllle.SemanticBrightnessConsistencyLoss', loss_weight=0.08),
    color_constancy=dict(type='mmscllle.ColorConstancyLoss', loss_weight=0.5),
    illumination_smoothness=dict(
        type='mmscllle.IlluminationSmoothnessLoss', loss_weight=0.25, skip_without_curves=True
    ),
    pseudo_label_confidence=0.9,
)
