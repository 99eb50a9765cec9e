"""Dark Zurich: 50 labelled images by night (val).

Data: https://data.vision.ee.ethz.ch/csakarid/shared/GCMA_UIoU/Dark_Zurich_val_anon.zip, for joint
training also Dark_Zurich_train_anon.zip there. Unpacked in data/dark_zurich,
they have to give data/dark_zurich/rgb_anon/val/night, data/dark_zurich/gt/val/night and
data/dark_zurich/rgb_anon/train/night.
"""

_base_ = './dark_test.py'
test_dataloader = dict(
    dataset=dict(
        type='mmseg.DarkZurichDataset',
        data_root='data/dark_zurich/',
        data_prefix=dict(img_path='rgb_anon/val/night', seg_map_path='gt/val/night'),
    )
)
