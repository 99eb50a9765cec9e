"""One folder of low-light photographs without references, as NIQE by mmagic takes it."""

dataset = dict(
    type='mmagic.BasicImageDataset',
    data_prefix=dict(img=''),
    pipeline=[
        dict(type='mmagic.LoadImageFromFile', key='img'),
        dict(type='mmscllle.CheckNIQESize'),
        # NIQE needs no reference, but mmagic's asks each sample for one.
        dict(type='mmagic.CopyValues', src_keys=['img'], dst_keys=['gt']),
        dict(type='mmagic.PackInputs'),
    ],
)
dataloader = dict(
    # Where images differ in size, mmagic would pad those of a batch.
    batch_size=1,
    num_workers=4,
    sampler=dict(type='DefaultSampler', shuffle=False),
)
