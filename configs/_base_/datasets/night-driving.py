"""Nighttime Driving: 50 coarsely labelled images (test).

Data: http://data.vision.ee.ethz.ch/daid/NighttimeDriving/NighttimeDrivingTest.zip. Unpacked,
it has to give data/NighttimeDrivingTest/leftImg8bit/test/night and
data/NighttimeDrivingTest/gtCoarse_daytime_trainvaltest/test/night.
"""

_base_ = './dark_test.py'
test_dataloader = dict(
    dataset=dict(
        type='mmseg.NightDrivingDataset',
        data_root='data/NighttimeDrivingTest/',
        data_prefix=dict(
            img_path='leftImg8bit/test/night',
            seg_map_path='gtCoarse_daytime_trainvaltest/test/night',
        ),
    )
)
