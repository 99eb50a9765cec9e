"""The enhancer at the paper's rate, the trained segmentor at a tenth of it."""

_base_ = './adam_50k.py'
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=dict(segmentor=dict(lr_mult=0.1))))
train_cfg = dict(max_iters=20000, val_interval=2000)
default_hooks = dict(checkpoint=dict(interval=2000), visualization=dict(draw=False))
