"""The photographs of DICM and LIME that come with the shared data, by NIQE."""

_base_ = './mmagic_photographs.py'
lowlight = '{{$MMSCLLLE_SHARED:../shared}}/data/lowlight/'
folders = dict(DICM=lowlight + 'dicm', LIME=lowlight + 'lime')
test_dataloader = [
    dict(_base_.dataloader, dataset=dict(_base_.dataset, data_root=folder))
    for folder in folders.values()
]
test_evaluator = [
    dict(
        type='Evaluator',
        _scope_='mmagic',
        metrics=[dict(type='mmagic.NIQE', prefix=name, input_order='CHW')],
    )
    for name in folders
]
test_cfg = dict(type='mmagic.MultiTestLoop')
