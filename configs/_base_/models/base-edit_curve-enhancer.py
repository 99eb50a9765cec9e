"""The enhancer as the generator of mmagic's BaseEditModel, which has to have a pixel loss."""

model = dict(
    type='mmagic.BaseEditModel',
    # RGB in [0, 1].
    data_preprocessor=dict(
        type='mmagic.DataPreprocessor',
        mean=[0.0, 0.0, 0.0],
        std=[255.0, 255.0, 255.0],
        output_channel_order='RGB',
    ),
    generator=dict(type='mmscllle.EnhancerGenerator', enhancer=dict(type='mmscllle.CurveEnhancer')),
    pixel_loss=dict(type='mmagic.L1Loss'),
)
