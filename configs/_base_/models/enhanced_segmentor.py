"""The shipped enhancer ahead of a segmentor, both fixed; the segmentor comes from another file."""

model = dict(
    type='mmscllle.EnhancedSegmentor',
    data_preprocessor=dict(type='mmscllle.EnhanceDataPreprocessor'),
    enhancer=dict(
        type='mmscllle.DuskNightEnhancer',
        dusk_weights='mmscllle://scl-lle-dusk',
        denoise_scales=3,
        white_balance=1.0,
    ),
    enhancer_checkpoint='mmscllle://scl-lle-night',
)
tta_model = dict(type='mmseg.SegTTAModel')
