"""Six sets of low-light photographs without references, by NIQE: DICM, LIME, MEF, NPE, VV, SICE.

Data of the first five: https://drive.google.com/drive/folders/1lp6m5JE3kf3M66Dicbx5wSnvhxt90V4T,
the collection that most papers use. Unpack each in a folder of its own:
data/lowlight/{dicm,lime,mef,npe,vv}. SICE part 2: see mmagic_sice.py.

NIQE needs two whole blocks of 96 x 96 pixels, as 96 x 192 has; a smaller image ends the run with
its name.
"""

_base_ = './mmagic_photographs.py'
folders = dict(
    DICM='data/lowlight/dicm',
    LIME='data/lowlight/lime',
    MEF='data/lowlight/mef',
    NPE='data/lowlight/npe',
    VV='data/lowlight/vv',
    SICE='data/SICE/part2/low',
)
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
