from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmseg.apis import inference_model, init_model
from mmseg.models.decode_heads import DepthwiseSeparableFCNHead
from mmseg.registry import MODELS as MMSEG_MODELS
from torch import nn

from mmscllle.models import FrozenSegmentor
from mmscllle.models.losses import SemanticCrossEntropyLoss
from mmscllle.registry import MODELS


@pytest.fixture(scope='module')
def segmentor(tiny_segmentor):
    return FrozenSegmentor(*tiny_segmentor, num_classes=4)


@pytest.fixture
def image():
    """RGB in [0, 1] with values that 8 bits hold, (1, 3, 32, 40)."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (1, 3, 32, 40), generator=generator) / 255


def model_config(tiny_segmentor, **changes) -> Config:
    config = Config.fromfile(tiny_segmentor[0])
    config.merge_from_dict(changes)
    return config


PREPROCESSORS = dict(
    as_trained={},
    own_statistics=dict(mean=[10.0, 120.0, 200.0], std=[50.0, 60.0, 70.0]),
    rgb_to_bgr=dict(rgb_to_bgr=True, bgr_to_rgb=False),
    bgr=dict(bgr_to_rgb=False),
    not_normalised=dict(mean=None, std=None),
)


@pytest.mark.parametrize('changes', PREPROCESSORS.values(), ids=PREPROCESSORS.keys())
def test_scores_are_those_of_mmseg_on_the_file(tiny_segmentor, image, changes):
    config = model_config(tiny_segmentor)
    config.model.data_preprocessor.update(changes)
    stock = revert_sync_batchnorm(init_model(config, tiny_segmentor[1], 'cpu')).eval()
    bgr = (image[0].flip(0) * 255).round().byte().permute(1, 2, 0).numpy()
    expected = inference_model(stock, np.ascontiguousarray(bgr))

    segmentor = FrozenSegmentor(config.to_dict(), tiny_segmentor[1])
    scores = segmentor(image)
    torch.testing.assert_close(scores[0], expected.seg_logits.data, rtol=1e-3, atol=1e-3)
    assert torch.equal(segmentor.predict(image), expected.pred_sem_seg.data)
    assert len(segmentor.predict(image).unique()) > 1


def test_shapes_and_types(segmentor):
    images = torch.rand(2, 3, 33, 47)
    assert segmentor(images).shape == (2, 4, 33, 47)
    labels = segmentor.predict(images)
    assert labels.shape == (2, 33, 47) and labels.dtype == torch.int64
    assert segmentor.num_classes == 4
    assert segmentor.dataset_meta['classes'] == ('sky', 'building', 'road', 'car')


def test_runs_on_the_cpu_with_synchronised_batch_norm(tiny_segmentor, segmentor):
    assert 'SyncBN' in Config.fromfile(tiny_segmentor[0]).pretty_text
    kinds = {type(module) for module in segmentor.network.modules()}
    assert nn.SyncBatchNorm not in kinds


def test_never_leaves_eval_mode(segmentor, image):
    before = copy.deepcopy(segmentor.network.state_dict())
    owner = nn.ModuleDict(dict(segmentor=segmentor)).train()
    assert not any(module.training for module in segmentor.network.modules())
    owner.segmentor(image)
    torch.testing.assert_close(dict(segmentor.network.state_dict()), dict(before), rtol=0, atol=0)


def test_gradients_flow_to_the_image_and_not_into_the_weights(segmentor, image):
    image.requires_grad_()
    segmentor(image).pow(2).mean().backward()
    assert image.grad.isfinite().all() and image.grad.any()
    assert all(p.grad is None and not p.requires_grad for p in segmentor.network.parameters())
    assert not segmentor.predict(image).requires_grad


def test_is_no_part_of_a_state_dict(segmentor):
    assert not segmentor.state_dict() and not list(segmentor.parameters())


def test_train_mode_accumulates_statistics_but_looking_does_not(tiny_segmentor, image):
    segmentor = FrozenSegmentor(*tiny_segmentor, train_mode=True)
    norms = [m for m in segmentor.network.modules() if hasattr(m, 'running_mean')]

    def statistics() -> torch.Tensor:
        return torch.cat([norm.running_mean for norm in norms])

    nn.ModuleDict(dict(segmentor=segmentor)).eval()
    batch = image.repeat(2, 1, 1, 1)
    before = statistics()
    segmentor.predict(batch)
    assert torch.equal(statistics(), before)
    assert segmentor.network.training
    segmentor(batch)
    assert not torch.equal(statistics(), before)
    assert not any(p.requires_grad for p in segmentor.network.parameters())


def test_registered(segmentor_config):
    assert isinstance(MODELS.build(segmentor_config), FrozenSegmentor)


def test_config_is_not_changed(tiny_segmentor):
    config = Config.fromfile(tiny_segmentor[0]).to_dict()
    before = copy.deepcopy(config)
    FrozenSegmentor(config, tiny_segmentor[1])
    assert config == before


def test_wrong_number_of_classes(tiny_segmentor):
    with pytest.raises(
        ValueError,
        match='segmentor.num_classes is 19, but the model in segmentor.config has 4 classes',
    ):
        FrozenSegmentor(*tiny_segmentor, num_classes=19)
    config = model_config(tiny_segmentor, **{'model.decode_head.num_classes': 11})
    with pytest.raises(
        ValueError,
        match=r'segmentor.checkpoint: .*conv_seg.weight is \(4, .*'
        'Is decode_head.num_classes=11 of segmentor.config right',
    ):
        FrozenSegmentor(config.to_dict(), tiny_segmentor[1])


def test_single_output_channel(tiny_segmentor):
    config = model_config(
        tiny_segmentor,
        **{
            'model.decode_head.num_classes': 2,
            'model.decode_head.out_channels': 1,
            'model.decode_head.threshold': 0.3,
            'model.decode_head.loss_decode.use_sigmoid': True,
        },
    )
    with pytest.raises(ValueError, match='segmentor.config: .* single output channel'):
        FrozenSegmentor(config.to_dict(), tiny_segmentor[1])


def test_missing_files(tmp_path, tiny_segmentor):
    config, checkpoint = tiny_segmentor
    with pytest.raises(FileNotFoundError, match='segmentor.config: .*none.py'):
        FrozenSegmentor(str(tmp_path / 'none.py'), checkpoint)
    with pytest.raises(FileNotFoundError, match='segmentor.checkpoint: .*none.pth'):
        FrozenSegmentor(config, str(tmp_path / 'none.pth'))
    with pytest.raises(ValueError, match='segmentor.checkpoint must be the path .* None'):
        FrozenSegmentor(config, None)


def test_weights_of_another_network(tiny_segmentor, seeded_vgg):
    with pytest.raises(ValueError, match='segmentor.checkpoint: .*vgg16.pth.* does not fit'):
        FrozenSegmentor(tiny_segmentor[0], seeded_vgg)


def test_config_that_is_no_segmentor(tiny_segmentor):
    with pytest.raises(TypeError, match='segmentor.config must be a path, .* got int'):
        FrozenSegmentor(3, tiny_segmentor[1])
    with pytest.raises(ValueError, match='segmentor.config holds no model'):
        FrozenSegmentor(dict(optimizer=1), tiny_segmentor[1])
    backbone = Config.fromfile(tiny_segmentor[0]).model.backbone.to_dict()
    with pytest.raises(ValueError, match='segmentor.config must be an mmseg segmentor, got Fast'):
        FrozenSegmentor(backbone, tiny_segmentor[1])


def test_code_in_the_checkpoint_is_refused(tmp_path, tiny_segmentor):
    path = tmp_path / 'payload.pth'
    torch.save(dict(state_dict=torch.load(tiny_segmentor[1])['state_dict'], meta=print), path)
    with pytest.raises(ValueError, match='segmentor.checkpoint: .*payload.pth.* refused'):
        FrozenSegmentor(tiny_segmentor[0], str(path))


def test_bfloat16_autocast(segmentor, image):
    with torch.autocast('cpu', dtype=torch.bfloat16):
        scores = segmentor(image.requires_grad_())
        scores.float().mean().backward()
    assert scores.isfinite().all() and image.grad.isfinite().all()


class MaskSums(DepthwiseSeparableFCNHead):
    """Predicts as heads do that classify masks: certain, with sums of probabilities."""

    def predict(self, inputs, batch_img_metas, test_cfg):
        scores = super().predict(inputs, batch_img_metas, test_cfg)
        return torch.nn.functional.one_hot(scores.argmax(1), 4).movedim(3, 1).float()


class MaskFormerHead(MaskSums):
    """Has the name of mmseg's, which needs mmdet."""


@pytest.fixture
def mask_segmentor(tiny_segmentor):
    """Build the tiny segmentor with such a head."""

    def build(head, **kwargs):
        MMSEG_MODELS.register_module(name='TestHead', module=head)
        try:
            config = model_config(tiny_segmentor, **{'model.decode_head.type': 'TestHead'})
            return FrozenSegmentor(config.to_dict(), tiny_segmentor[1], **kwargs)
        finally:
            MMSEG_MODELS.module_dict.pop('TestHead')

    return build


@pytest.mark.parametrize(('head', 'gives'), [(MaskFormerHead, None), (MaskSums, 'probabilities')])
def test_sums_of_probabilities_become_class_scores(mask_segmentor, segmentor, image, head, gives):
    judge = mask_segmentor(head, gives=gives)
    scores, labels = judge(image), segmentor.predict(image)
    assert torch.equal(judge.predict(image), labels)
    # Certain everywhere but between classes, where the scores are resized.
    confidence = scores.softmax(dim=1).amax(dim=1)
    assert confidence.min() > 0.25 and (confidence > 0.999).float().mean() > 0.5
    flat = torch.zeros(1, 4, 1, 1)
    flat[0, 2] = 1.0
    judge.network.encode_decode = lambda *_: flat
    sure = judge(image)
    assert SemanticCrossEntropyLoss()(sure, torch.full((1, 1, 1), 2)) < 1e-5
    torch.testing.assert_close(sure.softmax(dim=1), flat, rtol=0, atol=1e-5)


def test_gradients_of_sums_of_probabilities(mask_segmentor, image):
    class Soft(MaskSums):
        def predict(self, *args):
            return 1.3 * DepthwiseSeparableFCNHead.predict(self, *args).softmax(dim=1)

    judge, plain = (mask_segmentor(Soft, gives=gives) for gives in ('probabilities', 'logits'))
    image.requires_grad_()
    torch.testing.assert_close(judge(image).softmax(dim=1), plain(image) / 1.3)
    judge(image).square().mean().backward()
    assert image.grad.isfinite().all() and image.grad.any()


def test_a_head_that_predicts_in_an_unknown_way_is_refused(mask_segmentor):
    with pytest.raises(
        ValueError,
        match='segmentor.config: MaskSums predicts in a way of its own, '
        ".* set segmentor.gives to 'logits' or, .* to 'probabilities'",
    ):
        mask_segmentor(MaskSums)
    with pytest.raises(ValueError, match="segmentor.gives must be 'logits' or .*, got 'masks'"):
        mask_segmentor(MaskSums, gives='masks')


def test_features_are_what_the_last_layer_classifies(segmentor_config):
    segmentor = MODELS.build(segmentor_config)
    image = torch.rand(1, 3, 32, 40, generator=torch.Generator().manual_seed(0))
    scores, features = segmentor.look(image)
    torch.testing.assert_close(scores, segmentor(image))
    head = segmentor.network.decode_head
    resized = torch.nn.functional.interpolate(
        head.conv_seg(features), size=(32, 40), mode='bilinear', align_corners=head.align_corners
    )
    torch.testing.assert_close(resized, scores)
    assert not head.conv_seg._forward_pre_hooks
    head.conv_seg = None
    with pytest.raises(ValueError, match='FCNHead has no layer conv_seg, so a term of its'):
        segmentor.look(image)
