"""CamVid at dusk: 62 labelled images, which come with the shared data."""

_base_ = './dark_test.py'
test_dataloader = dict(
    num_workers=2,
    dataset=dict(
        type='mmscllle.CamVidDataset',
        data_root='{{$MMSCLLLE_SHARED:../shared}}/data/camvid/',
        data_prefix=dict(img_path='img/dusk', seg_map_path='ann/dusk'),
    ),
)
