"""What the tests on pairs share; each data set's file names the images."""
load_pair = [
    dict(type='mmagic.LoadImageFromFile', key='img'),
    dict(type='mmagic.LoadImageFromFile', key='gt'),
]
test_dataloader = dict(
    # Where images differ in size, mmagic would pad those of a batch.
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmagic.BasicImageDataset', pipeline=[*load_pair, dict(type='mmagic.PackInputs')]))
test_cfg = dict(type='mmagic.MultiTestLoop')
