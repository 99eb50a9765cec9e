_base_ = './enhanced_segmentor.py'
shared_checkpoints = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/'
segmentor_config = shared_checkpoints + 'fast_scnn_camvid_day.py'
segmentor_checkpoint = shared_checkpoints + 'fast_scnn_camvid_day.pth'
model = dict(
    segmentor=segmentor_config,
    segmentor_checkpoint=segmentor_checkpoint,
    decode_head=dict(type='DepthwiseSeparableFCNHead'),
)
