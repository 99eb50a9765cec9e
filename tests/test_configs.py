"""Every config file is built, offline, from small files made here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.utils.data import default_collate

from mmscllle.models.objective_inputs import ObjectiveInputs
from mmscllle.models.presence import is_there
from mmscllle.registry import DATASETS, METRICS, MODELS

ROOT = Path(__file__).resolve().parents[1] / 'configs'
LEAVES = sorted(path for path in ROOT.glob('*/*.py') if path.parent.name != '_base_')
# The enhancer that sees the whole picture, trained by terms of its own.
GRID = [path for path in LEAVES if path.name.startswith('scl-lle_bilateral-grid_')]
SCL_LLE = [path for path in LEAVES if path.parent.name == 'scl_lle' and path not in GRID]
# Published enhancers, trained on by the objective of SCL-LLE.
PUBLISHED = [
    path
    for path in LEAVES
    if path.parent.name in ('clip_lit', 'iat', 'pairlie', 'sci', 'zero_dce_plus_plus')
]
SEGMENTORS = [path for path in LEAVES if path.parent.name in ('camvid', 'night_street')]
FULL = 'scl-lle_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
REFERENCE = FULL.replace('scl-lle_', 'scl-lle_reference_')
LABEL_FREE = FULL.replace('scl-lle_', 'scl-lle_label-free_')
NIGHT = 'scl-lle_bilateral-grid_camvid-night-256x256_seg_2400.py'
EXPOSURES = 'scl-lle_fast-scnn_exposures-320x320_2k.py'
CAMVID = 'scl-lle_fast-scnn_camvid-dusk-320x320_2k.py'
TERMS = (
    'contrastive_brightness',
    'contrastive_gram',
    'semantic_brightness',
    'semantic_cross_entropy',
    'feature_retention',
    'color_constancy',
    'illumination_smoothness',
)


def of(leaves: list[Path]):
    return pytest.mark.parametrize('path', leaves, ids=lambda path: path.stem)


def test_there_are_configs_to_test():
    assert {FULL, REFERENCE, LABEL_FREE, CAMVID} <= {path.name for path in SCL_LLE}
    assert SEGMENTORS and len(PUBLISHED) == 9
    every = {path for path in ROOT.rglob('*.py') if '_base_' not in path.parts}
    assert every == set(LEAVES)


def settings(config: dict, name: str = '') -> dict[str, object]:
    """The values of nested dicts by dotted name."""
    found = {}
    for key, value in config.items():
        inner = settings(value, f'{name}{key}.') if isinstance(value, dict) else None
        found.update(inner or {f'{name}{key}': value})
    return found


@of(LEAVES)
def test_a_leaf_names_only_what_differs(path, tmp_path):
    own = {}
    # A value taken from a base, {{_base_.x}} or _base_.x, or from the environment, {{$X:x}}, is
    # MMEngine's, not Python's.
    text = re.sub(r'\{\{\$.*?\}\}', '', path.read_text())
    exec(re.sub(r'\{\{.*?\}\}|\b_base_\.\w+', "''", text), own)
    bases = own.pop('_base_')
    bases = [bases] if isinstance(bases, str) else bases
    assert bases
    (tmp_path / 'bases.py').write_text(
        f'_base_ = {[str((path.parent / base).resolve()) for base in bases]}'
    )
    inherited = settings(Config.fromfile(str(tmp_path / 'bases.py')).to_dict())
    missing = object()
    for name, value in settings({k: v for k, v in own.items() if k[0] != '_'}).items():
        assert inherited.get(name, missing) != value, f'{name} repeats its base'


@of(LEAVES)
def test_the_rate_is_scaled_from_the_batch_that_it_was_chosen_for(path):
    config = Config.fromfile(str(path))
    if 'auto_scale_lr' in config and config.get('train_dataloader'):
        assert config.auto_scale_lr.base_batch_size == config.train_dataloader.batch_size


@of([path for path in LEAVES if path.parent.name != 'enhanced_seg' or 'joint' in path.name])
def test_training_stops_at_what_went_wrong_whatever_custom_hooks_say(path):
    hooks = Config.fromfile(str(path)).default_hooks
    assert hooks.get('finite_training') == dict(type='mmscllle.FiniteTrainingHook')
    # A segmentor alone has no enhancer that could collapse.
    if 'camvid' != path.parent.name != 'night_street':
        assert hooks.get('collapse') == dict(type='mmscllle.CollapseHook')


@of(GRID)
def test_model_of_a_bilateral_grid_is_built_and_trains(path, offline_config):
    config = offline_config(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    model.init_weights()
    # One more output of 20 channels for each scale that noise is taken out on.
    expected = 174_243 + 21 * model.enhancer.denoise_scales
    learning = [value for value in model.enhancer.parameters() if value.requires_grad]
    assert sum(value.numel() for value in learning) == expected
    names = ('low', 'positive', 'negative', 'second', 'reference')
    images = dict(zip(names, torch.rand(5, 2, 3, 32, 64), strict=True))
    # As AveragedWeightsHook does before the first step.
    model.teach_by(model)
    losses = model(images, mode='loss')
    total, _ = model.parse_losses(losses)
    total.backward()
    assert total.isfinite() and 'loss_reconstruction' in losses
    assert all(value.grad is not None for value in learning)


def test_nights_are_built_from_real_data_and_feed_the_model(shared, offline_config, monkeypatch):
    config = offline_config(ROOT / 'scl_lle' / NIGHT)
    monkeypatch.setenv('MMSCLLLE_SHARED', str(shared))
    dataset = Config.fromfile(str(ROOT / 'scl_lle' / NIGHT)).train_dataloader.dataset
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
        train = DATASETS.build(dataset)
    assert len(model.objective.judges.segmentors) == 2
    starts = [0, *train.anchors.cumulative_sizes[:-1]]
    batch = model.data_preprocessor(
        collate([train[len(train) + start] for start in starts]), training=True
    )
    assert batch['inputs']['low'].shape == (6, 3, 256, 256)
    labelled, seconds = ([i in given for i in range(6)] for given in ({0, 1}, {2, 3}))
    assert ['gt_sem_seg' in sample for sample in batch['data_samples']] == labelled
    assert is_there(batch['inputs']['second']).tolist() == seconds
    assert is_there(batch['inputs']['reference']).tolist() == [i in (0, 4, 5) for i in range(6)]
    # Streets alone get pseudo-labels.
    assert [sample.pseudo_labels for sample in batch['data_samples']] == [True] * 4 + [False] * 2
    model.teach_by(model)
    losses = model(**batch, mode='loss')
    assert set(losses) == {
        'loss_semantic_cross_entropy',
        'loss_self_correlation',
        'loss_reconstruction',
        'loss_cross_exposure',
    }
    assert all(loss > 0 for loss in losses.values())


@of(SCL_LLE)
def test_model_is_built_and_trains(path, offline_config):
    config = offline_config(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    model.init_weights()
    # The quick start has the network that trains fastest.
    parameters = 174_306 if 'night-street' in path.stem else 79_416
    assert sum(value.numel() for value in model.state_dict().values()) == parameters
    assert all(getattr(model.objective, term) is not None for term in TERMS)
    low, positive, negative = torch.rand(3, 2, 3, 32, 64)
    losses = model(dict(low=low, positive=positive, negative=negative), mode='loss')
    assert len(losses) == len(TERMS) + len(config.model.objective.get('extra_terms', ()))
    sum(losses.values()).backward()
    gradients = [p.grad for p in model.parameters()]
    assert all(gradient.isfinite().all() for gradient in gradients)


@of(PUBLISHED)
def test_a_published_enhancer_is_built_and_trains(path, offline_config):
    config = offline_config(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    # The folder is named as the module is.
    assert type(model.enhancer).__module__.split('.')[-1].replace('_', '') == (
        path.parent.name.replace('_', '')
    )
    low, positive, negative = torch.rand(3, 2, 3, 32, 64)
    sum(model(dict(low=low, positive=positive, negative=negative), mode='loss').values()).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.requires_grad)


def test_a_published_enhancer_starts_from_the_weights_of_the_metafile():
    for path in sorted(ROOT.glob('*/metafile.yml')):
        for model in yaml.safe_load(path.read_text())['Models']:
            config = ROOT.parent / model['Config']
            if config in PUBLISHED:
                assert Config.fromfile(str(config)).load_from == model['Weights']


def collate(items: list[dict]) -> dict:
    return dict(
        inputs=default_collate([item['inputs'] for item in items]),
        data_samples=[item['data_samples'] for item in items],
    )


@of(SCL_LLE)
def test_data_is_built_and_feeds_the_model(path, offline_config):
    config = offline_config(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        preprocess = MODELS.build(config.model.data_preprocessor)
        train = DATASETS.build(config.train_dataloader.dataset)
        crop = next(
            transform.crop_size
            for transform in config.train_dataloader.dataset.anchors[0].pipeline
            if 'RandomCrop' in transform.type
        )
        batch = preprocess(collate([train[0], train[0]]), training=True)
        assert set(batch['inputs']) == {'low', 'positive', 'negative'}
        assert all(value.shape == (2, 3, *crop) for value in batch['inputs'].values())
        labelled = path.name not in (LABEL_FREE, EXPOSURES)
        assert ('gt_sem_seg' in batch['data_samples'][0]) == labelled
        for loader in (config.val_dataloader, config.test_dataloader):
            sample = DATASETS.build(loader.dataset)[0]
            assert sample['inputs'].shape == (3, 400, 420)
        for evaluator in (*config.val_evaluator, *config.test_evaluator):
            METRICS.build(evaluator)


@of(SEGMENTORS)
def test_segmentor_and_its_data_are_built(path, config_folder, monkeypatch):
    monkeypatch.chdir(config_folder)
    monkeypatch.setenv('MMSCLLLE_SHARED', str(config_folder / 'shared'))
    config = Config.fromfile(str(path))
    with DefaultScope.overwrite_default_scope(config.default_scope):
        network = MODELS.build(config.model)
        assert not any(isinstance(m, torch.nn.SyncBatchNorm) for m in network.modules())
        for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
            dataset = DATASETS.build(loader.dataset)
            assert dataset[0]['inputs'].dtype == torch.uint8
            assert len(dataset.metainfo['classes']) == network.num_classes


# The quick start, the training for segmentation and that of the shipped weights weigh the terms for
# their own ends.
PAPERS = [
    path
    for path in SCL_LLE
    if not any(end in path.stem for end in ('night-street', '_seg_', 'exact-fast'))
]


@of(PAPERS)
def test_weights_and_margins_are_the_papers(path):
    objective = Config.fromfile(str(path)).model.objective
    weights = {term: objective[term].loss_weight for term in TERMS}
    assert weights == dict(
        contrastive_brightness=10,
        contrastive_gram=5,
        semantic_brightness=1,
        semantic_cross_entropy=1,
        feature_retention=1,
        color_constancy=8,
        illumination_smoothness=200,
    )
    assert objective.contrastive_brightness.margin == 0.3
    assert objective.contrastive_gram.margin == 0.04


@of([path for path in PAPERS if path.name != EXPOSURES])
def test_the_schedule_is_the_papers(path):
    optimizer = Config.fromfile(str(path)).optim_wrapper
    assert optimizer.optimizer == dict(type='Adam', lr=1e-4, weight_decay=1e-4)
    assert optimizer.clip_grad.max_norm == 0.1


def deviations(path: Path, offline_config) -> dict[int, bool]:
    """Which departures of the released code from the paper the built model follows."""
    config = offline_config(path)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        objective = MODELS.build(config.model).objective
    semantic, extractor = objective.semantic_brightness, objective.feature_extractor
    return {
        1: objective.detach_before_segmentor,
        2: objective.segmentor.network.training,
        3: semantic.reference_form and semantic.mix_batch,
        4: (
            objective.contrastive_brightness.reference_form
            and objective.contrastive_gram.reference_form
        ),
        5: objective.color_constancy.reference_form,
        6: not objective.pseudo_labels,
        7: not extractor.normalizes,
    }


def test_reference_config_follows_the_released_code(offline_config):
    found = deviations(ROOT / 'scl_lle' / REFERENCE, offline_config)
    assert found == dict.fromkeys(range(1, 8), True)


def test_default_config_follows_the_paper(offline_config):
    # VGG sees images as they are in both, see deviation 7.
    expected = {**dict.fromkeys(range(1, 7), False), 7: True}
    assert deviations(ROOT / 'scl_lle' / FULL, offline_config) == expected


@pytest.mark.parametrize('name, reaches', [(FULL, True), (REFERENCE, False)])
def test_cross_entropy_reaches_the_enhancer(name, reaches, offline_config):
    config = offline_config(ROOT / 'scl_lle' / name)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        model = MODELS.build(config.model)
    image = torch.rand(2, 3, 32, 64)
    losses = model.objective(
        ObjectiveInputs(
            model.objective,
            model.enhancer,
            dict(low=image, positive=image, negative=image),
            torch.zeros(2, 32, 64, dtype=torch.long),
        )
    )
    term = losses['loss_semantic_cross_entropy']
    assert term.requires_grad == reaches
    if reaches:
        term.backward()
        assert model.enhancer.e_conv1.weight.grad.any()


@pytest.mark.parametrize(
    ('name', 'keeps'),
    [
        ('scl-lle_bilateral-grid_exposures-256x256_2k', [True, True]),
        ('scl-lle_bilateral-grid_exposures-dusk-256x256_2k-600', [True, True, True, True, False]),
        ('scl-lle_bilateral-grid_exposures-dusk-paired-256x256_2k-600', [False] * 5),
    ],
)
def test_trainings_without_pairs_keep_what_a_dark_copy_shows_well(name, keeps):
    config = Config.fromfile(str(ROOT / f'scl_lle/{name}.py'))
    assert len(config.train_dataloader.dataset.anchors) == len(keeps)
    for part, kept in zip(config.train_dataloader.dataset.anchors, keeps, strict=True):
        steps = [step.type.removeprefix('mmscllle.') for step in part.get('dataset', part).pipeline]
        assert ('KeepWellExposed' in steps) == kept
        if kept:
            # After all that darkens the copy, ahead of noise that is added and of JPEG.
            place = steps.index('KeepWellExposed')
            assert 'TakeAsReference' in steps[:place]
            assert steps[place - 1] in ('DarkenAsStack', 'SynthesizeUnderExposure')
            assert set(steps[place + 1 :]) <= {'AddSensorNoise', 'CompressJPEG'}
            assert steps[-1] == 'CompressJPEG'
            step = part.get('dataset', part).pipeline[place]
            # What is lit in a low-key picture hardly becomes brighter.
            low_key = 'SynthesizeLowKey' in steps
            assert step.get('brightness') == (0.2 if low_key else None)
            assert step.get('levels') == ((0.1, 0.4) if low_key else None)
