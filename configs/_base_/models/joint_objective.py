"""The terms of SCL-LLE that need no other network, added to the segmentor's own losses."""

joint_objective = dict(
    type='mmscllle.SCLLLEObjective',
    contrastive_brightness=dict(
        type='mmscllle.ContrastiveLoss', distance='brightness', margin=0.3, loss_weight=10.0
    ),
    semantic_brightness=dict(type='mmscllle.SemanticBrightnessConsistencyLoss', loss_weight=1.0),
    color_constancy=dict(type='mmscllle.ColorConstancyLoss', loss_weight=8.0),
    illumination_smoothness=dict(
        type='mmscllle.IlluminationSmoothnessLoss', loss_weight=200.0, skip_without_curves=True
    ),
    pseudo_label_confidence=0.9,
)
