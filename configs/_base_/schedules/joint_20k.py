"""Enhancer and segmentor, both trained already, at a tenth of the paper's rate."""

_base_ = './adam_50k.py'
optim_wrapper = dict(optimizer=dict(lr=1e-5))
train_cfg = dict(max_iters=20000, val_interval=2000)
default_hooks = dict(checkpoint=dict(interval=2000), visualization=dict(draw=False))
