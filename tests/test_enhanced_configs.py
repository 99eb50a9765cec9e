"""Every config of a chain is built, offline, with weights made here."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.utils.data import default_collate

from mmscllle.models.segmentor_config import build_segmentor
from mmscllle.registry import DATASETS, METRICS, MODELS

FOLDER = Path(__file__).resolve().parents[1] / 'configs' / 'enhanced_seg'
LEAVES = sorted(FOLDER.glob('*.py'))
DATA = {
    'acdc-night': 'acdc',
    'dark-zurich': 'dark_zurich',
    'night-driving': 'NighttimeDrivingTest',
    'night-city': 'nightcity-fine',
    'camvid-dusk': 'camvid',
}
SEGMENTORS = ('deeplabv3plus-r50', 'segformer-b0', 'bisenetv2')
CAMVID = 'enhanced-fast-scnn_camvid-dusk'
TERMS = {
    'loss_contrastive_brightness',
    'loss_semantic_brightness',
    'loss_color_constancy',
    'loss_illumination_smoothness',
}
PAIRS = [
    (
        'acdc/rgb_anon/night/{split}/GOPR0376/GOPR0376_frame_000159_rgb_anon.png',
        'acdc/gt/night/{split}/GOPR0376/GOPR0376_frame_000159_gt_labelTrainIds.png',
    ),
    (
        'dark_zurich/rgb_anon/{split}/night/GOPR0356/GOPR0356_frame_000324_rgb_anon.png',
        'dark_zurich/gt/{split}/night/GOPR0356/GOPR0356_frame_000324_gt_labelTrainIds.png',
    ),
    (
        'NighttimeDrivingTest/leftImg8bit/test/night/0_leftImg8bit.png',
        'NighttimeDrivingTest/gtCoarse_daytime_trainvaltest/test/night/'
        '0_gtCoarse_labelTrainIds.png',
    ),
    (
        'nightcity-fine/{split}/img/Chicago_0002.png',
        'nightcity-fine/{split}/lbl/Chicago_0002_trainIds.png',
    ),
    (
        'cityscapes/leftImg8bit/{split}/aachen/a_leftImg8bit.png',
        'cityscapes/gtFine/{split}/aachen/a_gtFine_labelTrainIds.png',
    ),
    ('../shared/data/camvid/img/{split}/1.jpg', '../shared/data/camvid/ann/{split}/1.png'),
]
SPLITS = {'../shared': ('day_train', 'dusk')}


def of(leaves: list[Path]):
    return pytest.mark.parametrize('path', leaves, ids=lambda path: path.stem)


def is_joint(path: Path) -> bool:
    return path.stem.endswith('_joint')


def data_set(path: Path) -> str:
    return path.stem.split('_')[1]


BUILT = [path for path in LEAVES if data_set(path) in ('acdc-night', 'camvid-dusk')]


def own_classes(count: int) -> dict:
    return dict(
        classes=[f'own class {index}' for index in range(count)],
        palette=[[index, index, 9] for index in range(count)],
    )


@pytest.fixture(scope='module')
def root(tmp_path_factory) -> Path:
    """Images where the configs look for them, larger than their crops, and random weights."""
    root = tmp_path_factory.mktemp('chains') / 'run'
    image = np.random.default_rng(0).integers(90, size=(1080, 1100, 3), dtype=np.uint8)
    for images, labels in PAIRS:
        city = 'nightcity' in images
        content = image[:512, :1024] if city else image
        for split in SPLITS.get(images[:9], ('train', 'val')):
            for name, pixels in ((images, content), (labels, content[..., 0] % 11)):
                path = root / 'data' / name.format(split=split)
                if images.startswith('../'):
                    path = root / name[3:].format(split=split)
                path.parent.mkdir(parents=True, exist_ok=True)
                assert cv2.imwrite(str(path), pixels)
    return root


@pytest.fixture
def read(root, monkeypatch):
    """Read a config as in ``root``; weights at public URLs become random ones."""
    monkeypatch.chdir(root)
    monkeypatch.setenv('MMSCLLLE_SHARED', str(root / 'shared'))

    def save(network: torch.nn.Module, path: Path) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        meta = dict(dataset_meta=own_classes(network.num_classes))
        torch.save(dict(state_dict=network.state_dict(), meta=meta), path)
        return str(path)

    def read(path: Path) -> Config:
        shared = root / 'shared/checkpoints'
        if path.stem.startswith(CAMVID) and not (shared / 'fast_scnn_camvid_day.pth').is_file():
            shared.mkdir(parents=True, exist_ok=True)
            base = root / 'base.py'
            base.write_text(
                "_base_ = 'mmseg::fastscnn/fast_scnn_8xb4-160k_cityscapes-512x1024.py'\n"
            )
            model = Config.fromfile(str(base)).model
            for head in (model.decode_head, *model.auxiliary_head):
                head.num_classes = 11
            Config(dict(model=model)).dump(str(shared / 'fast_scnn_camvid_day.py'))
            save(
                build_segmentor(str(shared / 'fast_scnn_camvid_day.py'), 'config'),
                shared / 'fast_scnn_camvid_day.pth',
            )
        config = Config.fromfile(str(path))
        model = config.model
        if model.segmentor_checkpoint.startswith('https://download.openmmlab.com/'):
            local = root / Path(model.segmentor_checkpoint).name
            if not local.is_file():
                save(build_segmentor(model.segmentor, 'config'), local)
            model.segmentor_checkpoint = str(local)
        return config

    return read


def test_each_data_set_has_a_config_with_each_segmentor():
    stems = {
        f'enhanced-{segmentor}_{name}'
        for segmentor in SEGMENTORS
        for name in DATA
        if name != 'camvid-dusk'
    }
    stems.add(CAMVID)
    assert {path.stem for path in LEAVES} == stems | {f'{stem}_joint' for stem in stems}


@of(LEAVES)
def test_a_leaf_is_short(path):
    assert len(path.read_text().splitlines()) <= 15


@of(BUILT)
def test_the_segmentor_and_its_head_are_those_that_are_named(path, read):
    config = read(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    assert model.loaded == {'enhancer', 'segmentor'}
    assert type(model.decode_head).__name__ == config.model.decode_head.type
    assert model.num_classes == (11 if path.stem.startswith(CAMVID) else 19)
    assert model.learners == (('enhancer', 'segmentor') if is_joint(path) else ())
    assert (model.objective is not None) == is_joint(path)


@of(LEAVES)
def test_the_model_is_the_same_for_every_data_set(path):
    built = path.with_name(path.name.replace(data_set(path), 'acdc-night'))
    built = path if path.stem.startswith(CAMVID) else built
    assert built in BUILT
    assert Config.fromfile(str(path)).model == Config.fromfile(str(built)).model


@of(BUILT)
def test_days_are_left_as_they_are_in_use(path):
    """Days that are enhanced cost the segmentor some of what it knows."""
    with DefaultScope.overwrite_default_scope('mmscllle'):
        enhancer = MODELS.build(Config.fromfile(str(path)).model.enhancer).eval()
    torch.manual_seed(0)
    day = 0.12 + 0.5 * torch.rand(1, 3, 16, 24)
    assert torch.equal(enhancer(day)[0], day)
    assert not torch.equal(enhancer(day / 4)[0], day / 4)


@of(LEAVES)
def test_images_and_metric_of_the_test(path, read):
    config = read(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        dataset = DATASETS.build(config.test_dataloader.dataset)
        evaluators = config.test_evaluator
        for evaluator in [evaluators] if isinstance(evaluators, dict) else evaluators:
            METRICS.build(evaluator)
    assert len(dataset) == 1
    item = dataset[0]
    assert f'/{DATA[data_set(path)]}/' in f'/{item["data_samples"].img_path}'
    assert item['inputs'].dtype == torch.uint8 and item['inputs'].shape[0] == 3
    assert item['data_samples'].gt_sem_seg.data.shape[1:] == item['inputs'].shape[1:]


# What is trained on does not depend on the segmentor.
@of(
    [
        path
        for path in LEAVES
        if is_joint(path)
        and path.stem.split('_')[0] in ('enhanced-bisenetv2', 'enhanced-fast-scnn')
    ]
)
def test_joint_training_takes_labelled_day_and_unlabelled_night(path, read):
    config = read(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        dataset = DATASETS.build(config.train_dataloader.dataset)
    labelled, unlabelled = dataset[0], dataset[1]
    size = (240, 320) if path.stem.startswith(CAMVID) else (1024, 1024)
    for item in (labelled, unlabelled):
        assert {tuple(image.shape[1:]) for image in item['inputs'].values()} == {size}
    assert 'gt_sem_seg' in labelled['data_samples']
    assert 'gt_sem_seg' not in unlabelled['data_samples']


def set_crop(config: object, size: tuple[int, int]) -> None:
    if isinstance(config, dict):
        if config.get('type') == 'mmseg.RandomCrop':
            config['crop_size'] = size
        config = list(config.values())
    for value in config if isinstance(config, (list, tuple)) else ():
        set_crop(value, size)


@of([path for path in BUILT if is_joint(path)])
def test_losses_of_joint_training(path, read):
    config = read(path)
    set_crop(config.train_dataloader.dataset, (128, 128))
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
        dataset = DATASETS.build(config.train_dataloader.dataset)
    items = [dataset[0], dataset[1]]
    # It would pad these small crops.
    model.segmentor.data_preprocessor.size = (128, 128)
    batch = dict(
        inputs=default_collate([item['inputs'] for item in items]),
        data_samples=[item['data_samples'] for item in items],
    )
    # As AveragedWeightsHook does before the first step.
    model.teach_by(model)
    losses = model(**model.data_preprocessor(batch, True), mode='loss')
    assert {name for name in losses if not name.startswith('segmentor.')} == TERMS
    assert 'segmentor.decode.loss_ce' in losses
    total, _ = model.parse_losses(losses)
    total.backward()
    learning = [weight for weight in model.enhancer.parameters() if weight.requires_grad]
    assert learning and all(weight.grad.isfinite().all() for weight in learning)


@of([path for path in LEAVES if not is_joint(path)])
def test_what_mmsegs_tools_look_for(path):
    config = Config.fromfile(str(path))
    types = [transform.type for transform in config.test_dataloader.dataset.pipeline]
    # MMSegInferencer takes out the labels and replaces the loading by these names.
    assert types[:2] == ['LoadImageFromFile', 'LoadAnnotations']
    assert config.tta_model.type == 'mmseg.SegTTAModel'
    assert config.tta_pipeline[0].type == 'LoadImageFromFile'
    assert isinstance(config.test_evaluator, dict)
    assert 'visualization' in config.default_hooks


@of([path for path in BUILT if path.stem.startswith((CAMVID, 'enhanced-bisenetv2'))])
def test_mmsegs_functions_take_the_classes_of_the_segmentors_checkpoint(path, read, recwarn):
    from mmseg.apis import MMSegInferencer, inference_model, init_model

    config = read(path)
    image = np.full((64, 96, 3), 30, np.uint8)
    model = init_model(config.copy(), device='cpu')
    classes = own_classes(model.num_classes)
    assert model.dataset_meta == classes
    labels = inference_model(model, image).pred_sem_seg.data
    assert labels.shape == (1, 64, 96)
    config.visualizer.name = path.stem
    inferencer = MMSegInferencer(config, device='cpu')
    assert inferencer.model.dataset_meta == classes
    result = inferencer(image, return_vis=True)
    np.testing.assert_array_equal(result['predictions'], labels[0])
    texts = [str(warning.message) for warning in recwarn]
    assert not [text for text in texts if 'randomly initialized' in text or 'cityscapes' in text]
