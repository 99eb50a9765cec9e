"""Segmentation leads, the terms of SCL-LLE steady it; the averaged chain labels real dusk."""

_base_ = ['./enhanced_fast-scnn_camvid.py', './joint_objective.py']
terms = _base_.joint_objective
model = dict(
    # Enhanced in full at any brightness: the segmentor learns to see that.
    enhancer=dict(
        type='mmscllle.DuskNightEnhancer',
        dusk_weights='mmscllle://scl-lle-dusk',
        denoise_scales=3,
        leave_bright=(0.9, 1.0),
        white_balance=1.0,
    ),
    enhancer_checkpoint='mmscllle://scl-lle-night',
    learn='both',
    norm_eval=True,
    # Without it the frequent classes win, which are sure already.
    decode_head=dict(sampler=dict(type='OHEMPixelSampler', thresh=0.7, min_kept=5000)),
    objective=dict(
        terms,
        contrastive_brightness=dict(terms.contrastive_brightness, loss_weight=0.25),
        semantic_brightness=dict(terms.semantic_brightness, loss_weight=0.08),
        color_constancy=dict(terms.color_constancy, loss_weight=0.5),
        illumination_smoothness=dict(terms.illumination_smoothness, loss_weight=0.25),
        segmentor=dict(type='mmscllle.FrozenSegmentor', num_classes=11),
        pseudo_labels='teacher',
    ),
)
