_base_ = './enhanced_segmentor.py'
segmentor_config = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb2-80k_cityscapes-512x1024.py'
segmentor_checkpoint = (
    'https://download.openmmlab.com/mmsegmentation/v0.5/deeplabv3plus/'
    'deeplabv3plus_r50-d8_512x1024_80k_cityscapes/'
    'deeplabv3plus_r50-d8_512x1024_80k_cityscapes_20200606_114049-f9fb496d.pth'
)
model = dict(
    segmentor=segmentor_config,
    segmentor_checkpoint=segmentor_checkpoint,
    decode_head=dict(type='DepthwiseSeparableASPPHead'),
)
