_base_ = './enhanced_segmentor.py'
segmentor_config = 'mmseg::segformer/segformer_mit-b0_8xb1-160k_cityscapes-1024x1024.py'
segmentor_checkpoint = (
    'https://download.openmmlab.com/mmsegmentation/v0.5/segformer/'
    'segformer_mit-b0_8x1_1024x1024_160k_cityscapes/'
    'segformer_mit-b0_8x1_1024x1024_160k_cityscapes_20211208_101857-e7f88502.pth'
)
model = dict(
    segmentor=segmentor_config,
    segmentor_checkpoint=segmentor_checkpoint,
    decode_head=dict(type='SegformerHead'),
)
