"""The shipped enhancer ahead of a segmentor, both fixed; the segmentor comes from another file."""

model = dict(
    type='mmscllle.EnhancedSegmentor',
    data_preprocessor=dict(type='mmscllle.EnhanceDataPreprocessor'),
    enhancer=dict(type='mmscllle.CurveEnhancer'),
    enhancer_checkpoint='mmscllle://scl-lle-seg',
)
tta_model = dict(type='mmseg.SegTTAModel')
