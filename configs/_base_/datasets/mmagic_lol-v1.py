"""LOL-v1: 485 pairs to train on, 15 to test on.

Data: https://daooshee.github.io/BMVC2018website (Wei et al., BMVC 2018). Unpack LOLdataset.zip in
data/LOL: data/LOL/our485/{low,high}/*.png, data/LOL/eval15/{low,high}/*.png. A pair has one name.
"""

_base_ = './mmagic_paired.py'
test_dataloader = dict(_base_.dataloader, dataset=dict(_base_.dataset, data_root='data/LOL/eval15'))
test_evaluator = dict(
    type='Evaluator',
    _scope_='mmagic',
    metrics=[
        dict(type='mmagic.PSNR', prefix='LOL-v1'),
        dict(type='mmagic.SSIM', prefix='LOL-v1'),
        dict(type='mmagic.MAE', prefix='LOL-v1'),
        dict(type='mmagic.NIQE', prefix='LOL-v1', input_order='CHW'),
    ],
)
val_dataloader = test_dataloader
val_evaluator = test_evaluator
val_cfg = dict(type='mmagic.MultiValLoop')
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        _base_.dataset,
        data_root='data/LOL/our485',
        pipeline=[
            dict(type='mmagic.SetValues', dictionary=dict(scale=1)),
            *_base_.load_pair,
            dict(type='mmagic.PairedRandomCrop', gt_patch_size=256),
            dict(type='mmagic.Flip', keys=['img', 'gt']),
            dict(type='mmagic.PackInputs'),
        ],
    ),
)
