"""The weights that come with the package: of use in the exact and in the fast mode."""

_base_ = './scl-lle_fast-scnn_camvid-dusk-320x320_2k.py'
max_iters = 1000
model = dict(
    objective=dict(
        illumination_smoothness=dict(loss_weight=10.0),
        extra_terms=dict(
            fast_consistency=dict(type='mmscllle.FastConsistencyLoss', loss_weight=30.0)
        ),
    )
)
optim_wrapper = dict(type='mmscllle.BFloat16OptimWrapper', optimizer=dict(lr=1e-3))
param_scheduler = [dict(type='CosineAnnealingLR', T_max=max_iters, eta_min=1e-6, by_epoch=False)]
train_cfg = dict(max_iters=max_iters)
