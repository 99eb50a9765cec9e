"""Fast-SCNN trained on CamVid by day judges the images and lends its backbone's features."""

_base_ = './scl-lle.py'
segmentor_config = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/fast_scnn_camvid_day.py'
segmentor_checkpoint = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/fast_scnn_camvid_day.pth'
released_weights = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/scl_lle_reference.pth'
judge = dict(
    type='mmscllle.FrozenSegmentor',
    config=segmentor_config,
    checkpoint=segmentor_checkpoint,
    num_classes=11,
)
model = dict(
    objective=dict(
        feature_extractor=dict(
            type='mmscllle.BackboneFeatures',
            config=segmentor_config,
            checkpoint=segmentor_checkpoint,
        ),
        segmentor=judge,
    )
)
