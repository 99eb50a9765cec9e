"""500 iterations more, on pairs and on darkened shots, which keep skies: `mmscllle://scl-lle-paired`."""

_base_ = './scl-lle_bilateral-grid_exposures-paired-256x256_2k.py'
max_iters = 500
load_from = 'work_dirs/scl-lle_bilateral-grid_exposures-paired-256x256_2k/iter_2000.pth'
train_dataloader = dict(
    dataset=dict(
        anchors=[
            _base_.paired_shots,
            dict(type='RepeatDataset', dataset=_base_.darkened_shots, times=4),
        ]
    )
)
optim_wrapper = dict(optimizer=dict(lr=6e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=250)
default_hooks = dict(checkpoint=dict(interval=250))
