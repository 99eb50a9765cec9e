_base_ = ['./enhanced_bisenetv2_cityscapes.py', './joint_objective.py']
model = dict(
    learn='both',
    norm_eval=True,
    objective=dict(
        _base_.joint_objective,
        segmentor=dict(
            type='mmscllle.FrozenSegmentor',
            config=_base_.segmentor_config,
            checkpoint=_base_.segmentor_checkpoint,
            num_classes=19)))
