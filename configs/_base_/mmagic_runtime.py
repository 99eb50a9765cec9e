"""For mmagic's models and loops: the table of metrics, pictures, and any enhancer's checkpoint."""

custom_imports = dict(imports=['mmscllle'])
# Parts carry their scope, see default_runtime.py.
default_scope = 'mmagic'
env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
default_hooks = dict(
    # Here, since a config's own custom_hooks would take its place there.
    finite_training=dict(type='mmscllle.FiniteTrainingHook'),
    collapse=dict(type='mmscllle.CollapseHook'),
    class_order=dict(type='mmscllle.ClassOrderHook'),
    timer=dict(type='mmagic.IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    # mmagic's, registered in MMEngine's own registry.
    pictures=dict(type='BasicVisualizationHook', _scope_='mmagic', interval=1),
)
custom_hooks = [
    dict(type='mmscllle.GeneratorCheckpointHook'),
    dict(type='mmscllle.MetricTableHook'),
]
vis_backends = [dict(type='LocalVisBackend')]
visualizer = dict(
    type='mmagic.ConcatImageVisualizer',
    vis_backends=vis_backends,
    fn_key='img_path',
    img_keys=['input', 'pred_img', 'gt_img'],
    bgr2rgb=True,
)
log_processor = dict(type='mmagic.LogProcessor', by_epoch=False)
log_level = 'INFO'
load_from = None
resume = False
