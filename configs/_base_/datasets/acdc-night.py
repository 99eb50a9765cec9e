"""ACDC by night: 106 labelled images (val).

Data: https://acdc.vision.ee.ethz.ch, after registration. Unpack rgb_anon_trainvaltest.zip and
gt_trainval.zip in data/acdc: data/acdc/rgb_anon/night/val, data/acdc/gt/night/val, ...
"""

_base_ = './dark_test.py'
test_dataloader = dict(
    dataset=dict(
        type='mmscllle.ACDCDataset', data_root='data/acdc/', conditions=['night'], split='val'
    )
)
