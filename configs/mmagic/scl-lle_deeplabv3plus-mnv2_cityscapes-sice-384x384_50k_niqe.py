"""SCL-LLE's training, watched by mmagic's NIQE on the photographs of mmagic_unpaired.py's sets."""

_base_ = [
    '../scl_lle/scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py',
    '../_base_/datasets/mmagic_photographs.py',
]
val_dataloader = [
    dict(_base_.dataloader, dataset=dict(_base_.dataset, data_root='data/lowlight/' + folder))
    for folder in ('dicm', 'lime')
]
val_evaluator = [
    dict(
        type='Evaluator',
        _scope_='mmagic',
        metrics=[dict(type='mmagic.NIQE', prefix=name, input_order='CHW')],
    )
    for name in ('DICM', 'LIME')
]
val_cfg = dict(type='mmagic.MultiValLoop')
default_hooks = dict(timer=dict(type='mmagic.IterTimerHook'))
log_processor = dict(type='mmagic.LogProcessor')
