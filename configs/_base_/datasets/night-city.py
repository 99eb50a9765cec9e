"""NightCity-fine: 1299 labelled images by night (val).

Data: https://github.com/w1oves/DTP names the archive. Unpack nightcity-fine.zip in data:
data/nightcity-fine/{train,val}/{img,lbl}.
"""

_base_ = './dark_test.py'
test_dataloader = dict(
    dataset=dict(
        type='mmscllle.NightCityDataset',
        data_root='data/nightcity-fine/',
        data_prefix=dict(img_path='val/img', seg_map_path='val/lbl'),
    )
)
