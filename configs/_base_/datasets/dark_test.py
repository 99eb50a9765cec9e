"""What the tests on labelled dark images share; each data set's file names the images."""

# Named so, mmseg's inferencer finds and replaces what loads files.
load_image = dict(type='LoadImageFromFile')
load_labels = dict(type='LoadAnnotations', _scope_='mmseg')
# For mmseg's `inference_model`, whose images have no labels.
test_pipeline = [load_image, dict(type='mmseg.PackSegInputs')]
test_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(pipeline=[load_image, load_labels, dict(type='mmseg.PackSegInputs')]),
)
test_evaluator = dict(type='mmseg.IoUMetric', iou_metrics=['mIoU'])
tta_pipeline = [
    load_image,
    dict(
        type='TestTimeAug',
        transforms=[
            [
                dict(type='Resize', scale_factor=ratio, keep_ratio=True)
                for ratio in (0.75, 1.0, 1.25)
            ],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            [load_labels],
            [dict(type='mmseg.PackSegInputs')],
        ],
    ),
]
