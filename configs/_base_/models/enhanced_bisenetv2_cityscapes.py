_base_ = './enhanced_segmentor.py'
segmentor_config = 'mmseg::bisenetv2/bisenetv2_fcn_4xb4-160k_cityscapes-1024x1024.py'
segmentor_checkpoint = (
    'https://download.openmmlab.com/mmsegmentation/v0.5/bisenetv2/'
    'bisenetv2_fcn_4x4_1024x1024_160k_cityscapes/'
    'bisenetv2_fcn_4x4_1024x1024_160k_cityscapes_20210902_015551-bcf10f09.pth'
)
model = dict(
    segmentor=segmentor_config,
    segmentor_checkpoint=segmentor_checkpoint,
    decode_head=dict(type='FCNHead'),
)
