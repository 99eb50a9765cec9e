"""The enhancer starts where the one trained for this segmentor ended; segmentation leads."""
_base_ = ['./enhanced_fast-scnn_camvid.py', './joint_objective.py']
terms = _base_.joint_objective
model = dict(
    learn='both',
    enhancer_checkpoint='work_dirs/scl-lle_fast-scnn_camvid-dusk-240x320_seg_1800/iter_1800.pth',
    objective=dict(
        terms,
        contrastive_brightness=dict(terms.contrastive_brightness, loss_weight=1.),
        semantic_brightness=dict(terms.semantic_brightness, loss_weight=0.3),
        color_constancy=dict(terms.color_constancy, loss_weight=2.),
        illumination_smoothness=dict(terms.illumination_smoothness, loss_weight=1.),
        segmentor=dict(
            type='mmscllle.FrozenSegmentor',
            config=_base_.segmentor_config,
            checkpoint=_base_.segmentor_checkpoint,
            num_classes=11)))
