"""Every departure of the released code from the paper, switched back on (numbers: README)."""

_base_ = './scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
model = dict(
    objective=dict(
        detach_before_segmentor=True,  # 1
        segmentor=dict(train_mode=True),  # 2
        semantic_brightness=dict(reference_form=True, mix_batch=True),  # 3
        contrastive_brightness=dict(reference_form=True),  # 4
        contrastive_gram=dict(reference_form=True),  # 4
        color_constancy=dict(reference_form=True),  # 5
        pseudo_labels=False,  # 6
        feature_extractor=dict(normalize=False),
    )
)  # 7, also the default
