"""The paper's schedule: Adam, 1e-4, no decay of the rate."""

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-4),
    clip_grad=dict(max_norm=0.1),
)
param_scheduler = []
train_cfg = dict(type='IterBasedTrainLoop', max_iters=50000, val_interval=5000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    # Here, since a config's own custom_hooks would take its place there.
    finite_training=dict(type='mmscllle.FiniteTrainingHook'),
    collapse=dict(type='mmscllle.CollapseHook'),
    class_order=dict(type='mmscllle.ClassOrderHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='mmscllle.SafeCheckpointHook', by_epoch=False, interval=5000),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='mmscllle.EnhancementVisualizationHook', draw=True, interval=50),
)
auto_scale_lr = dict(enable=False, base_batch_size=2)
