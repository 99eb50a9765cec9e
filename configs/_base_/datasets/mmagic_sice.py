"""SICE part 2: 767 pairs of an under-exposed image and its reference, as in Zero-DCE's paper.

Data: https://github.com/csjcai/SICE (Cai et al., TIP 2018). Unpack part 2 (229 sequences and their
labels) in data/SICE: data/SICE/Dataset_Part2/{1,2,...}/{1,2,...}.JPG, .../Label/{1,2,...}.JPG. Then

    python tools/dataset_converters/sice_pairs.py data/SICE/Dataset_Part2 data/SICE/part2

writes data/SICE/part2/low/001_1.png, ..., and data/SICE/part2/high/001.png, ..., 1200 x 900.
"""

_base_ = './mmagic_paired.py'
test_dataloader = dict(
    _base_.dataloader,
    dataset=dict(
        _base_.dataset,
        data_root='data/SICE/part2',
        # The images of a sequence share its reference, named by their first three characters.
        filename_tmpl=dict(gt='{:.3}'),
    ),
)
test_evaluator = dict(
    type='Evaluator',
    _scope_='mmagic',
    metrics=[
        dict(type='mmagic.PSNR', prefix='SICE'),
        dict(type='mmagic.SSIM', prefix='SICE'),
        dict(type='mmagic.MAE', prefix='SICE'),
        dict(type='mmagic.NIQE', prefix='SICE', input_order='CHW'),
    ],
)
