"""The network for dusk of ``mmscllle://scl-lle-night``: pictures a little more like day.

Two judges teach it by what they see together in dusk, real or made of days; no labels are used.
BiSeNetV2 is left out, as for the night. Starts from weights that learned from pairs of photographs.
"""

_base_ = [
    '../_base_/models/scl-lle_camvid-judges.py',
    '../_base_/datasets/camvid-dusk_256x256.py',
    '../_base_/schedules/adamw_averaged_2k.py',
    '../_base_/default_runtime.py',
]
max_iters = 300
load_from = 'mmscllle://scl-lle-paired'
model = dict(
    enhancer=dict(denoise_scales=3),
    objective=dict(
        semantic_cross_entropy=dict(loss_weight=2.0, class_weight=_base_.camvid_class_weight),
        extra_terms=dict(cross_exposure=None),
        pseudo_labels='teacher',
        pseudo_label_confidence=0.5,
    ),
)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-5, by_epoch=False),
]
train_cfg = dict(max_iters=max_iters, val_interval=300)
auto_scale_lr = dict(base_batch_size=4)
default_hooks = dict(checkpoint=dict(interval=300), visualization=dict(draw=False))
