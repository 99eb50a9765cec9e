"""What the chain sees and says, compared with the bare segmentor."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS as MMSEG_MODELS
from mmseg.structures import SegDataSample
from torch import nn

from mmscllle.models import EnhancedSegmentor
from mmscllle.models.segmentor_config import build_segmentor
from mmscllle.registry import MODELS

IDENTITY = dict(type='mmscllle.IdentityEnhancer')
CURVES = dict(type='mmscllle.CurveEnhancer')
CASCADE = dict(
    type='CascadeEncoderDecoder',
    num_stages=2,
    decode_head=[
        dict(type='FCNHead', in_channels=16, channels=8, num_convs=1, num_classes=4, in_index=-1),
        dict(
            type='OCRHead', in_channels=16, channels=8, ocr_channels=4, num_classes=4, in_index=-1
        ),
    ],
)
SLIDE = dict(mode='slide', crop_size=(32, 32), stride=(20, 20))
VARIANTS = {
    'whole': {},
    'slide': dict(test_cfg=SLIDE),
    'bgr': {'data_preprocessor.bgr_to_rgb': False},
    'rgb_to_bgr': {'data_preprocessor.bgr_to_rgb': False, 'data_preprocessor.rgb_to_bgr': True},
    'not normalised': {'data_preprocessor.mean': None, 'data_preprocessor.std': None},
    'padded': {'data_preprocessor.test_cfg': dict(size_divisor=32)},
    'padded slide': {'data_preprocessor.test_cfg': dict(size=(72, 72)), 'test_cfg': SLIDE},
    'cascade': CASCADE,
}


class Inverter(nn.Module):
    """Turns black into white, and so would padding; remembers the sizes that it saw."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def forward(self, image):
        self.sizes.append(tuple(image.shape))
        return 1 - image, image[:, :0]


def variant(tiny_segmentor, **changes) -> dict:
    config = Config.fromfile(tiny_segmentor[0])
    if 'decode_head' in changes:
        config.model.decode_head = copy.deepcopy(changes.pop('decode_head'))
    config.merge_from_dict({f'model.{name}': value for name, value in changes.items()})
    return config.model.to_dict()


def build(segmentor, enhancer=None, **kwargs) -> EnhancedSegmentor:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return MODELS.build(
            dict(
                type='mmscllle.EnhancedSegmentor',
                enhancer=enhancer or IDENTITY,
                segmentor=segmentor,
                **kwargs,
            )
        )


def batch(*sizes: tuple[int, int], meta: dict | None = None) -> dict:
    """BGR images as a dataloader gives them, and their samples."""
    generator = torch.Generator().manual_seed(len(sizes))
    images = [
        torch.randint(256, (3, *size), generator=generator, dtype=torch.uint8) for size in sizes
    ]
    samples = [
        SegDataSample(metainfo=dict(ori_shape=size, img_shape=size, **(meta or {})))
        for size in sizes
    ]
    return dict(inputs=images, data_samples=samples)


@pytest.fixture
def chain(tiny_segmentor) -> EnhancedSegmentor:
    return build(*tiny_segmentor[:1], segmentor_checkpoint=tiny_segmentor[1]).eval()


@pytest.mark.parametrize('name', VARIANTS)
def test_identity_gives_the_scores_of_the_bare_segmentor(tiny_segmentor, name):
    config = variant(tiny_segmentor, **VARIANTS[name])
    chain = build(config).eval()
    bare = copy.deepcopy(chain.segmentor)
    assert isinstance(bare, type(build_segmentor(config, 'config')))
    with torch.no_grad():
        expected = bare.test_step(batch((50, 60), (50, 60)))
        found = chain.test_step(batch((50, 60), (50, 60)))
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.seg_logits.data.shape == (4, 50, 60)
        assert torch.equal(ours.seg_logits.data, theirs.seg_logits.data)
        assert torch.equal(ours.pred_sem_seg.data, theirs.pred_sem_seg.data)
        assert ours.seg_logits.data.std(dim=(1, 2)).min() > 0


def test_images_flipped_and_resized_in_the_pipeline(chain):
    meta = dict(flip=True, flip_direction='horizontal')
    data, plain = batch((50, 60), meta=meta), batch((50, 60), meta=meta)
    for sample in (data['data_samples'][0], plain['data_samples'][0]):
        sample.set_metainfo(dict(ori_shape=(100, 120)))
    with torch.no_grad():
        ours, theirs = chain.test_step(data)[0], chain.segmentor.test_step(plain)[0]
    assert torch.equal(ours.seg_logits.data, theirs.seg_logits.data)
    assert ours.pred_sem_seg.data.shape == (1, 100, 120)
    assert ours.enhanced.data.shape == (3, 50, 60)


def test_batches_of_unequal_sizes(chain):
    sizes = (50, 60), (40, 72), (50, 60)
    with torch.no_grad():
        together = chain.test_step(batch(*sizes))
        for index, sample in enumerate(together):
            data = batch(*sizes)
            alone = chain.segmentor.test_step(
                {key: value[index : index + 1] for key, value in data.items()}
            )[0]
            torch.testing.assert_close(sample.seg_logits.data, alone.seg_logits.data)
            assert torch.equal(sample.enhanced.data, data['inputs'][index].flip(0).float() / 255)


@pytest.mark.parametrize('sizes', [[(50, 60)] * 2, [(50, 60), (40, 72)]])
def test_padding_is_never_enhanced(tiny_segmentor, monkeypatch, sizes):
    chain = build(variant(tiny_segmentor, **VARIANTS['padded'])).eval()
    chain.enhancer, seen = Inverter(), []
    encode_decode = chain.segmentor.encode_decode
    monkeypatch.setattr(
        chain.segmentor, 'encode_decode', lambda x, metas: seen.append(x) or encode_decode(x, metas)
    )
    results = chain.test_step(batch(*sizes))
    assert {shape[2:] for shape in chain.enhancer.sizes} == set(sizes)
    images = [image for x in seen for image in x]
    for image, (height, width), sample in zip(images, sizes, results, strict=True):
        assert image.shape == (3, 64, 96 if width > 64 else 64)
        assert not image[:, height:].any() and not image[:, :, width:].any()
        assert image[:, :height, :width].any()
        assert sample.pred_sem_seg.data.shape == (1, height, width)


def test_fields_of_the_prediction(tiny_segmentor):
    chain = build(tiny_segmentor[0], CURVES, segmentor_checkpoint=tiny_segmentor[1]).eval()
    data = batch((50, 60))
    data['data_samples'][0].set_metainfo(dict(img_path='a.png'))
    (sample,) = chain.test_step(data)
    assert set(sample.keys()) == {'seg_logits', 'pred_sem_seg', 'enhanced'}
    assert sample.img_path == 'a.png'
    enhanced = sample.enhanced.data
    assert enhanced.dtype == torch.float32 and enhanced.shape == (3, 50, 60)
    assert 0 <= enhanced.min() and enhanced.max() <= 1
    rgb = data['inputs'][0].flip(0)[None].float() / 255
    assert torch.equal(enhanced, chain.enhancer(rgb)[0][0])


def test_predictions_are_in_0_1_as_those_of_engines(chain, monkeypatch):
    """And the segmentor sees them so; NaN stays."""
    wild = torch.rand(1, 3, 50, 60) * 6 - 2
    wild[..., 0, 0] = torch.nan
    monkeypatch.setattr(chain.enhancer, 'forward', lambda image: image)
    for images in (wild, [wild[0]]):
        (sample,), (expected,) = chain.predict(images), chain.predict(wild.clamp(0, 1))
        torch.testing.assert_close(sample.enhanced.data, wild[0].clamp(0, 1), equal_nan=True)
        assert sample.enhanced.data.isnan().sum() == 3
        assert torch.equal(sample.pred_sem_seg.data, expected.pred_sem_seg.data)


def test_prediction_without_samples_and_of_the_low_light_image_of_a_triplet(chain):
    image = torch.rand(1, 3, 50, 60)
    with torch.no_grad():
        (sample,) = chain.predict(image)
        (other,) = chain.predict(dict(low=image))
        assert torch.equal(sample.seg_logits.data, other.seg_logits.data)
        assert torch.equal(chain.segment(image), sample.pred_sem_seg.data)
    assert chain.segment(image).dtype == torch.int64


def test_tensor_mode_and_features(chain):
    image = torch.rand(1, 3, 64, 64)
    seen = chain.prepare(image, None, training=False)['inputs']
    with torch.no_grad():
        assert torch.equal(chain(image), chain.segmentor(seen))
        for ours, theirs in zip(
            chain.extract_feat(image), chain.segmentor.extract_feat(seen), strict=True
        ):
            assert torch.equal(ours, theirs)
        meta = [dict(img_shape=(64, 64))]
        assert torch.equal(
            chain.encode_decode(image, meta), chain.segmentor.encode_decode(seen, meta)
        )


def test_what_mmseg_asks_of_a_segmentor(chain):
    assert chain.num_classes == chain.out_channels == 4
    assert chain.align_corners is False and chain.with_decode_head
    assert chain.decode_head is chain.segmentor.decode_head


def test_keys_of_the_segmentor_can_be_changed(tiny_segmentor):
    chain = build(
        tiny_segmentor[0],
        test_cfg=SLIDE,
        pretrained=None,
        train_cfg=None,
        decode_head=dict(type='DepthwiseSeparableFCNHead', dropout_ratio=0.5),
    )
    assert chain.segmentor.test_cfg.mode == 'slide' and chain.segmentor.train_cfg == {}
    assert chain.decode_head.dropout_ratio == 0.5 and chain.num_classes == 4
    with pytest.raises(TypeError, match='learns'):
        build(tiny_segmentor[0], learns='both')


def test_test_time_augmentation(chain):
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = MMSEG_MODELS.build(dict(type='SegTTAModel', module=chain)).eval()
    meta = dict(img_path='a.png')
    plain, flipped = batch((50, 60), meta=meta), batch((50, 60), meta=meta)
    flipped['inputs'][0] = flipped['inputs'][0].flip(2)
    flipped['data_samples'][0].set_metainfo(dict(flip=True, flip_direction='horizontal'))
    with torch.no_grad():
        (merged,) = model.test_step({key: [plain[key], flipped[key]] for key in plain})
        expected = sum(
            chain.segmentor.test_step(data)[0].seg_logits.data.softmax(0)
            for data in (batch((50, 60)), flipped)
        )
    assert torch.equal(merged.pred_sem_seg.data[0], expected.argmax(0))


def test_enhancer_and_segmentor_from_config_files(tmp_path, tiny_segmentor):
    path = tmp_path / 'scl_lle.py'
    path.write_text(
        'model = dict(type="mmscllle.SCLLLE", '
        'enhancer=dict(type="mmscllle.GammaEnhancer", gamma=0.5))'
    )
    assert build(tiny_segmentor[0], str(path)).enhancer.gamma == 0.5
    with pytest.raises((KeyError, ValueError), match='EncoderDecoder is no'):
        build(tiny_segmentor[0], tiny_segmentor[0])
    with pytest.raises(FileNotFoundError, match='model.segmentor: there is no config file'):
        build(str(tmp_path / 'none.py'))
