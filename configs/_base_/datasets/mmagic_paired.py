"""One folder of pairs as mmagic takes it: images, and references of the same names."""

load_pair = [
    dict(type='mmagic.LoadImageFromFile', key='img'),
    dict(type='mmagic.LoadImageFromFile', key='gt'),
]
dataset = dict(
    type='mmagic.BasicImageDataset',
    data_prefix=dict(img='low', gt='high'),
    pipeline=[*load_pair, dict(type='mmagic.PackInputs')],
)
dataloader = dict(
    # Where images differ in size, mmagic would pad those of a batch.
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
)
test_cfg = dict(type='mmagic.MultiTestLoop')
