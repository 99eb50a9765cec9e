"""2,500 iterations more, as for BiSeNetV2: a judge that is better by day."""

_base_ = './erfnet_camvid-day-240x320_1k.py'
max_iters = 2500
load_from = 'work_dirs/erfnet_camvid-day-240x320_1k/iter_1000.pth'
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, end=50, by_epoch=False),
    dict(type='PolyLR', eta_min=1e-5, power=0.9, begin=50, end=max_iters, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=500)
default_hooks = dict(checkpoint=dict(interval=500))
