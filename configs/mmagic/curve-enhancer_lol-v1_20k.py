"""The enhancer trained on pairs by mmagic's pixel loss alone, and tested on pairs."""

_base_ = [
    '../_base_/models/base-edit_curve-enhancer.py',
    '../_base_/datasets/mmagic_lol-v1.py',
    '../_base_/mmagic_runtime.py',
]
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4), clip_grad=dict(max_norm=0.1)
)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=20000, val_interval=1000)
default_hooks = dict(
    checkpoint=dict(
        type='mmscllle.SafeCheckpointHook',
        by_epoch=False,
        interval=1000,
        save_best='LOL-v1/PSNR',
        rule='greater',
    )
)
