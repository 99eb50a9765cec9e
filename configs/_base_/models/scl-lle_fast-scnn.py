"""Fast-SCNN trained on CamVid by day judges the images and lends its backbone's features."""

_base_ = './scl-lle.py'
segmentor_config = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/fast_scnn_camvid_day.py'
segmentor_checkpoint = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/fast_scnn_camvid_day.pth'
released_weights = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/scl_lle_reference.pth'
# The share of a class in the labels of day_train to the power of -1/4.
camvid_class_weight = [0.98, 0.91, 1.97, 0.82, 1.35, 1.13, 1.89, 1.86, 1.3, 2.21, 2.81]
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
