_base_ = '../scl_lle/scl-lle_fast-scnn_camvid-dusk-320x320_2k.py'
load_from = '{{$MMSCLLLE_SHARED:../shared}}/checkpoints/peers/iat_lol_v1.pth'
model = dict(enhancer=dict(type='mmscllle.IAT'))
