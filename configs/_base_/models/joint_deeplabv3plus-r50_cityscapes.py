_base_ = ['./enhanced_deeplabv3plus-r50_cityscapes.py', './joint_objective.py']
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
