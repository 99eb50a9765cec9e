"""Every config file is built, offline, from small files made here."""
from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.utils.data import default_collate

import mmscllle  # noqa: F401  (makes 'mmseg::…' known to MMEngine)
from mmscllle.models.frozen_segmentor import build_segmentor
from mmscllle.models.scl_lle_objective import Triplet
from mmscllle.registry import DATASETS, METRICS, MODELS, TRANSFORMS

ROOT = Path(__file__).resolve().parents[1] / 'configs'
LEAVES = sorted(path for path in ROOT.glob('*/*.py') if path.parent.name != '_base_')
FULL = 'scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
REFERENCE = FULL.replace('scl-lle_', 'scl-lle_reference_')
LABEL_FREE = FULL.replace('scl-lle_', 'scl-lle_label-free_')
CAMVID = 'scl-lle_fast-scnn_camvid-dusk-320x320_2k.py'
FAST_SCNN = 'mmseg::fastscnn/fast_scnn_8xb4-160k_cityscapes-512x1024.py'
TERMS = ('contrastive_brightness', 'contrastive_gram', 'semantic_brightness',
         'semantic_cross_entropy', 'feature_retention', 'color_constancy',
         'illumination_smoothness')


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def random_weights(config: str | dict, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state_dict=build_segmentor(config, 'config').state_dict()), path)
    return str(path)


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Data and weights in the layout that the configs name, with one or two images a folder."""
    folder = tmp_path_factory.mktemp('configs')
    rng = np.random.default_rng(0)
    image = rng.integers(256, size=(400, 420, 3), dtype=np.uint8)
    labels = np.full((400, 420), 2, np.uint8)

    cityscapes, sice = folder / 'data/cityscapes', folder / 'data/SICE/Dataset_Part1'
    write(cityscapes / 'leftImg8bit/train/aachen/a_leftImg8bit.png', image)
    write(cityscapes / 'gtFine/train/aachen/a_gtFine_labelTrainIds.png', labels)
    write(sice / 'Label/1.JPG', image)
    for name in ('1', '2', '7', '9'):
        write(sice / '1' / f'{name}.JPG', image)
    write(folder / 'data/lowlight/dicm/1.jpg', image)

    shared = folder / 'shared'
    for split in ('day_train', 'dusk'):
        write(shared / f'data/camvid/img/{split}/1.jpg', image)
        write(shared / f'data/camvid/ann/{split}/1.png', labels)
    config = shared / 'checkpoints/fast_scnn_camvid_day.py'
    config.parent.mkdir(parents=True)
    heads = Config.fromfile(str(write_child(folder, FAST_SCNN))).model
    for head in (heads.decode_head, *heads.auxiliary_head):
        head.num_classes = 11
    Config(dict(model=heads)).dump(str(config))
    random_weights(str(config), config.with_suffix('.pth'))
    return folder


def write_child(folder: Path, base: str) -> Path:
    child = folder / 'child.py'
    child.write_text(f'_base_ = [{base!r}]\n')
    return child


@pytest.fixture(scope='module')
def deeplab(folder) -> str:
    """Random weights of the segmentor that the Cityscapes configs name."""
    config = Config.fromfile(str(ROOT / 'scl_lle' / FULL))
    return random_weights(config.model.objective.segmentor.config, folder / 'deeplab.pth')


@pytest.fixture
def read(folder, seeded_vgg, monkeypatch):
    """Read a config as it is run in ``folder``; public URLs become local files."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv('MMSCLLLE_SHARED', str(folder / 'shared'))

    def read(path: Path, deeplab: str) -> Config:
        config = Config.fromfile(str(path))
        objective = config.model.objective
        for network, local in ((objective.feature_extractor, seeded_vgg),
                               (objective.segmentor, deeplab)):
            if network.checkpoint.startswith('https://'):
                network.checkpoint = local
        return config

    return read


def of_every_leaf(test):
    return pytest.mark.parametrize('path', LEAVES, ids=lambda path: path.stem)(test)


def test_there_are_configs_to_test():
    names = {path.name for path in LEAVES}
    assert {FULL, REFERENCE, LABEL_FREE, CAMVID} <= names
    every = {path for path in ROOT.rglob('*.py') if '_base_' not in path.parts}
    assert every == set(LEAVES)


def test_every_base_is_used():
    used = set()
    waiting = list(LEAVES)
    while waiting:
        path = waiting.pop()
        bases = re.findall(r"'(\.[^']+\.py)'", path.read_text())
        found = {(path.parent / base).resolve() for base in bases}
        waiting.extend(found - used)
        used |= found
    bases = {path for path in ROOT.rglob('*.py') if '_base_' in path.parts}
    assert bases and bases <= used


def settings(config: dict, name: str = '') -> dict[str, object]:
    """The values of nested dicts by dotted name."""
    found = {}
    for key, value in config.items():
        inner = settings(value, f'{name}{key}.') if isinstance(value, dict) else None
        found.update(inner or {f'{name}{key}': value})
    return found


@of_every_leaf
def test_a_leaf_names_only_what_differs(path, tmp_path):
    own = {}
    # A value taken from a base, {{_base_.x}}, is no Python.
    exec(re.sub(r'\{\{.*?\}\}', 'None', path.read_text()), own)
    bases = own.pop('_base_')
    bases = [bases] if isinstance(bases, str) else bases
    assert bases
    (tmp_path / 'bases.py').write_text(
        f'_base_ = {[str((path.parent / base).resolve()) for base in bases]}')
    inherited = settings(Config.fromfile(str(tmp_path / 'bases.py')).to_dict())
    missing = object()
    for name, value in settings({k: v for k, v in own.items() if k[0] != '_'}).items():
        assert inherited.get(name, missing) != value, f'{name} repeats its base'


@of_every_leaf
def test_model_is_built_and_trains(path, read, deeplab):
    config = read(path, deeplab)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    model.init_weights()
    assert sum(value.numel() for value in model.state_dict().values()) == 79416
    assert all(getattr(model.objective, term) is not None for term in TERMS)
    low, positive, negative = torch.rand(3, 2, 3, 32, 64)
    losses = model(dict(low=low, positive=positive, negative=negative), mode='loss')
    assert len(losses) == len(TERMS)
    sum(losses.values()).backward()
    gradients = [p.grad for p in model.parameters()]
    assert all(gradient.isfinite().all() for gradient in gradients)


def collate(items: list[dict]) -> dict:
    return dict(inputs=default_collate([item['inputs'] for item in items]),
                data_samples=[item['data_samples'] for item in items])


@of_every_leaf
def test_data_is_built_and_feeds_the_model(path, read, deeplab):
    config = read(path, deeplab)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        preprocess = MODELS.build(config.model.data_preprocessor)
        train = DATASETS.build(config.train_dataloader.dataset)
        crop = config.get('size', config.get('crop_size'))
        batch = preprocess(collate([train[0], train[0]]), training=True)
        assert set(batch['inputs']) == {'low', 'positive', 'negative'}
        assert all(value.shape == (2, 3, *crop) for value in batch['inputs'].values())
        labelled = path.name != LABEL_FREE
        assert ('gt_sem_seg' in batch['data_samples'][0]) == labelled
        for loader in (config.val_dataloader, config.test_dataloader):
            sample = DATASETS.build(loader.dataset)[0]
            assert sample['inputs'].shape == (3, 400, 420)


@of_every_leaf
def test_transforms_and_metrics_are_built(path, read, deeplab):
    config = read(path, deeplab)
    dataset = config.train_dataloader.dataset
    pipelines = [dataset.pipeline, dataset.positive_pipeline, dataset.negative_pipeline,
                 *(anchor.pipeline for anchor in dataset.anchors),
                 config.val_dataloader.dataset.pipeline, config.test_dataloader.dataset.pipeline]
    with DefaultScope.overwrite_default_scope(config.default_scope):
        for pipeline in pipelines:
            assert pipeline
            for transform in pipeline:
                assert callable(TRANSFORMS.build(transform))
        for evaluator in (*config.val_evaluator, *config.test_evaluator):
            METRICS.build(evaluator)


@of_every_leaf
def test_weights_and_margins_are_the_papers(path):
    objective = Config.fromfile(str(path)).model.objective
    weights = {term: objective[term].loss_weight for term in TERMS}
    assert weights == dict(
        contrastive_brightness=10, contrastive_gram=5, semantic_brightness=1,
        semantic_cross_entropy=1, feature_retention=1, color_constancy=8,
        illumination_smoothness=200)
    assert objective.contrastive_brightness.margin == 0.3
    assert objective.contrastive_gram.margin == 0.04
    optimizer = Config.fromfile(str(path)).optim_wrapper
    assert optimizer.optimizer == dict(type='Adam', lr=1e-4, weight_decay=1e-4)
    assert optimizer.clip_grad.max_norm == 0.1


def deviations(path: Path, read, deeplab: str) -> dict[int, bool]:
    """Which departures of the released code from the paper the built model follows."""
    config = read(path, deeplab)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        objective = MODELS.build(config.model).objective
    semantic, extractor = objective.semantic_brightness, objective.feature_extractor
    return {
        1: objective.detach_before_segmentor,
        2: objective.segmentor.network.training,
        3: semantic.reference_form and semantic.mix_batch,
        4: (objective.contrastive_brightness.reference_form
            and objective.contrastive_gram.reference_form),
        5: objective.color_constancy.reference_form,
        6: not objective.pseudo_labels,
        7: not extractor.normalizes,
    }


def test_reference_config_follows_the_released_code(read, deeplab):
    found = deviations(ROOT / 'scl_lle' / REFERENCE, read, deeplab)
    assert found == dict.fromkeys(range(1, 8), True)


def test_default_config_follows_the_paper(read, deeplab):
    # VGG sees images as they are in both, see deviation 7.
    expected = {**dict.fromkeys(range(1, 7), False), 7: True}
    assert deviations(ROOT / 'scl_lle' / FULL, read, deeplab) == expected


@pytest.mark.parametrize('name, reaches', [(FULL, True), (REFERENCE, False)])
def test_cross_entropy_reaches_the_enhancer(name, reaches, read, deeplab):
    config = read(ROOT / 'scl_lle' / name, deeplab)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    image = torch.rand(2, 3, 32, 64)
    enhanced = model.enhancer(image)[0]
    losses = model.objective(Triplet(image, image, image), enhanced, torch.zeros(2, 24, 32, 64),
                             torch.zeros(2, 32, 64, dtype=torch.long))
    term = losses['loss_semantic_cross_entropy']
    assert term.requires_grad == reaches
    if reaches:
        term.backward()
        assert model.enhancer.e_conv1.weight.grad.any()
