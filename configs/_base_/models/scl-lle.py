"""The terms of the paper with its weights and margins; fixed networks come from other bases."""

model = dict(
    type='mmscllle.SCLLLE',
    data_preprocessor=dict(type='mmscllle.EnhanceDataPreprocessor'),
    enhancer=dict(type='mmscllle.CurveEnhancer'),
    objective=dict(
        type='mmscllle.SCLLLEObjective',
        contrastive_brightness=dict(
            type='mmscllle.ContrastiveLoss', distance='brightness', margin=0.3, loss_weight=10.0
        ),
        contrastive_gram=dict(
            type='mmscllle.ContrastiveLoss', distance='gram', margin=0.04, loss_weight=5.0
        ),
        semantic_brightness=dict(
            type='mmscllle.SemanticBrightnessConsistencyLoss', loss_weight=1.0
        ),
        semantic_cross_entropy=dict(type='mmscllle.SemanticCrossEntropyLoss', loss_weight=1.0),
        feature_retention=dict(type='mmscllle.FeatureRetentionLoss', loss_weight=1.0),
        color_constancy=dict(type='mmscllle.ColorConstancyLoss', loss_weight=8.0),
        illumination_smoothness=dict(
            type='mmscllle.IlluminationSmoothnessLoss', loss_weight=200.0, skip_without_curves=True
        ),
    ),
)
