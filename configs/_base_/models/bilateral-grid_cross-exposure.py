"""Beyond the paper: darkened pictures come back, shots of a scene agree, Fast-SCNN judges.

A training leaves out what does not help it.
"""

_base_ = './scl-lle_fast-scnn.py'
model = dict(
    enhancer=dict(type='mmscllle.BilateralGridEnhancer'),
    objective=dict(
        contrastive_brightness=None,
        contrastive_gram=None,
        semantic_brightness=None,
        feature_retention=None,
        color_constancy=None,
        illumination_smoothness=None,
        feature_extractor=None,
        pseudo_labels=False,
        extra_terms=dict(
            reconstruction=dict(
                type='mmscllle.ReconstructionLoss', loss_weight=1.5, similarity_weight=0.7
            ),
            cross_exposure=dict(type='mmscllle.CrossExposureLoss', loss_weight=2.0),
        ),
    ),
)
