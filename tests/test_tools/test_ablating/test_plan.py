from __future__ import annotations

import re
from pathlib import Path

import pytest
from ablating.plan import differing_keys, read_ablation, row_config

ROOT = Path(__file__).resolve().parents[3]
BASE = """
load_from = None
model = dict(type='Net', terms=dict(one=dict(weight=1.0), two=None))
train_dataloader = dict(dataset=dict(anchors=[dict(type='A'), dict(type='B', share=0.5)]))
train_cfg = dict(type='IterBasedTrainLoop', max_iters=200, val_interval=100)
val_cfg = dict(type='ValLoop')
val_dataloader = dict(batch_size=1)
val_evaluator = dict(type='Metric')
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, end=20, by_epoch=False),
    dict(type='CosineAnnealingLR', T_max=200, by_epoch=False),
]
default_hooks = dict(checkpoint=dict(type='CheckpointHook', interval=100))
randomness = dict()
"""
ROWS = dict(
    no_one={'model.terms.one': None},
    replaced={'model.terms.one': dict(_delete_=True, factor=2.0)},
    share={'train_dataloader.dataset.anchors.1.share': 0.0},
    one_anchor={'train_dataloader.dataset.anchors': [dict(type='A')]},
    goes_on=dict(load_from='other/iter_200.pth'),
)


def write(folder: Path, base: str = BASE, **plan: object) -> str:
    """An ablation of these rows; ``plan`` changes its keys."""
    (folder / 'leaf.py').write_text(base)
    own = dict(seeds=[0, 3], columns=dict(PSNR='PSNR'), rows=ROWS)
    own.update(plan)
    (folder / 'terms.py').write_text(f"_base_ = './leaf.py'\nablation = {own!r}\n")
    return str(folder / 'terms.py')


def test_rows_change_what_they_name(tmp_path):
    ablation = read_ablation(write(tmp_path))
    assert list(ablation.rows) == ['base', *ROWS] and ablation.seeds == [0, 3]
    configs = {row: row_config(ablation, row, 3) for row in ablation.rows}
    assert configs['base'].model.terms == dict(one=dict(weight=1.0), two=None)
    assert configs['no_one'].model.terms == dict(one=None, two=None)
    assert configs['replaced'].model.terms.one == dict(factor=2.0)
    anchors = configs['share'].train_dataloader.dataset.anchors
    assert anchors == [dict(type='A'), dict(type='B', share=0.0)]
    assert configs['one_anchor'].train_dataloader.dataset.anchors == [dict(type='A')]
    assert configs['goes_on'].load_from == 'other/iter_200.pth'
    # No row changes another one.
    assert configs['base'].train_dataloader.dataset.anchors[1].share == 0.5
    for config in configs.values():
        assert config.randomness == dict(seed=3) and 'ablation' not in config
        assert config.val_cfg is config.val_dataloader is config.val_evaluator is None


def test_its_own_length(tmp_path):
    ablation = read_ablation(write(tmp_path))
    assert ablation.length == ablation.own_length == 200
    config = row_config(ablation, 'base', 0)
    assert config.train_cfg.max_iters == 200 and config.default_hooks.checkpoint.interval == 100


@pytest.mark.parametrize('given', [dict(max_iters=60), dict(max_iters=None)])
def test_a_shorter_training_ends_its_schedules(tmp_path, given):
    path = write(tmp_path, **given)
    ablation = read_ablation(path) if given['max_iters'] else read_ablation(path, 60)
    assert (ablation.length, ablation.own_length) == (60, 200)
    config = row_config(ablation, 'no_one', 0)
    assert config.train_cfg.max_iters == 60
    warm_up, fall = config.param_scheduler
    assert warm_up.end == 20 and fall.T_max == 60
    assert config.default_hooks.checkpoint.interval == 15


def test_a_shorter_training_ends_what_begins_later_or_is_of_a_row(tmp_path):
    base = BASE.replace('T_max=200,', 'T_max=180, begin=20, end=200,')
    cycle = dict(type='OneCycleLR', eta_max=1e-3, total_steps=200, by_epoch=False)
    rows = dict(cycle={'param_scheduler': [cycle]}, half={'train_cfg.max_iters': 30})
    ablation = read_ablation(write(tmp_path, base, rows=rows, max_iters=60))
    fall = row_config(ablation, 'base', 0).param_scheduler[1]
    assert (fall.begin, fall.T_max, fall.end) == (20, 40, 60)
    assert row_config(ablation, 'cycle', 0).param_scheduler == [dict(cycle, total_steps=60)]
    assert row_config(ablation, 'half', 0).train_cfg.max_iters == 30
    # One that would begin after the end is left out.
    late = write(
        tmp_path, BASE.replace('T_max=200,', 'T_max=100, begin=100, end=200,'), max_iters=60
    )
    assert [each.end for each in row_config(read_ablation(late), 'base', 0).param_scheduler] == [20]


@pytest.mark.parametrize(
    ('plan', 'message'),
    [
        (dict(seeds=[]), r'ablation.seeds must be a list of different numbers, got \[\]'),
        (dict(seeds=[1, 1]), 'ablation.seeds must be'),
        (dict(columns={}), 'ablation.columns must be a dict'),
        (dict(rows=[]), 'ablation.rows must be a dict of overrides by name'),
        (dict(rows=dict(base={'load_from': 'a'})), "and not 'base', got 'base'"),
        (dict(rows={'a/b': {'load_from': 'a'}}), "of letters, digits and _.-, .* got 'a/b'"),
        (dict(rows=dict(a={})), 'ablation.rows.a must be overrides such as'),
        (dict(rows=dict(a={'load_from': None})), 'ablation.rows.a changes nothing'),
        (dict(rows=dict(a={'randomness.seed': 99})), 'rows.a changes nothing .seeds and valid'),
        (dict(rows=dict(a={'train_cfg.max_iters': 9}), max_iters=9), 'rows.a changes nothing'),
        (
            dict(rows=dict(a={'model.term.one': None})),
            "ablation.rows.a: 'model.term.one': the config has no model.term",
        ),
        (dict(rows=dict(a=dict(modell=1))), "rows.a: 'modell': the config has no modell"),
        (
            dict(rows=dict(a={'train_dataloader.dataset.anchors.2.share': 0})),
            'the config has no train_dataloader.dataset.anchors.2',
        ),
        (dict(rows=dict(a={'train_dataloader.dataset.anchors.x': 0})), "anchors.x': TypeError"),
        (dict(max_iters=0), 'ablation.max_iters must be a positive number or None, got 0'),
        (dict(seed=1), 'ablation.seed is no key; there are seeds, columns, rows, max_iters'),
    ],
)
def test_what_is_wrong_is_named(tmp_path, plan, message):
    with pytest.raises(ValueError, match=message):
        read_ablation(write(tmp_path, **plan))


def test_no_ablation(tmp_path):
    path = write(tmp_path)
    with pytest.raises(ValueError, match='ablation must be a dict of seeds, .* got None'):
        read_ablation(str(tmp_path / 'leaf.py'))
    with pytest.raises(ValueError, match="there is no ablation file 'none.py'"):
        read_ablation('none.py')
    (tmp_path / 'leaf.py').write_text('model = dict()')
    with pytest.raises(ValueError, match='the config has no train_cfg.max_iters'):
        read_ablation(path)


def test_differing_keys():
    one = dict(a=dict(b=1, c=[dict(d=1), 2]), e=(1, 2), f=1)
    other = dict(a=dict(b=1, c=[dict(d=3), 2]), e=(1, 2, 3), g=1)
    assert differing_keys(one, other) == ['a.c.0.d', 'e', 'f', 'g']
    assert differing_keys(one, one) == []
    assert differing_keys([1], (1,), 'x') == ['x']


@pytest.mark.parametrize('path', sorted((ROOT / 'configs/ablations').glob('*.py')), ids=str)
def test_our_ablations(path):
    ablation = read_ablation(str(path))
    assert len(ablation.seeds) == 3
    for row in ablation.rows:
        assert not re.search(r'\{\{|_base_', str(row_config(ablation, row, 0).to_dict()))


def test_the_example_of_the_docs(tmp_path):
    page = (ROOT / 'docs/how-to/ablation.md').read_text(encoding='utf-8')
    (example,) = re.findall(r'^```python\n(.*?)^```$', page, re.DOTALL | re.MULTILINE)
    path = tmp_path / 'terms.py'
    path.write_text(example.replace("'../scl_lle/", f"'{ROOT}/configs/scl_lle/"))
    ablation = read_ablation(str(path))
    (anchor,) = row_config(ablation, 'one_anchor', 0).train_dataloader.dataset.anchors
    assert anchor.role == 'anchor'
    assert row_config(ablation, 'from_released', 0).load_from.endswith('scl_lle_reference.pth')


def test_rows_of_photographs_change_what_they_name():
    ablation = read_ablation(str(ROOT / 'configs/ablations/photographs.py'))

    def parts(row):
        anchors = row_config(ablation, row, 0).train_dataloader.dataset.anchors
        return [part.get('dataset', part) for part in anchors]

    as_stacks, by_camera = parts('base')
    common = 'TakeAsReference', 'KeepWellExposed', 'CompressJPEG'
    for part, own in ((as_stacks, 'DarkenAsStack'), (by_camera, 'SynthesizeUnderExposure')):
        steps = [step.type.removeprefix('mmscllle.') for step in part.pipeline]
        assert steps[2:5] == [common[0], own, common[1]] and steps[-1] == common[2]
    assert as_stacks.pipeline[5].type == 'mmscllle.AddSensorNoise'
    for row, step, key, value in (
        ('no_keep_well_exposed', 4, 'share', 0.0),
        ('no_jpeg', -1, 'prob', 0.0),
    ):
        for changed, part in zip(parts(row), (as_stacks, by_camera), strict=True):
            assert changed.pipeline[step] == dict(part.pipeline[step], **{key: value})
    for row, own, value in (('highlights_of_stacks', 0, 25.0), ('no_highlights', 1, 1.0)):
        changed, before = parts(row)[own].pipeline[3], parts('base')[own].pipeline[3]
        assert changed == dict(before, highlights=value) and before.get('highlights') != value
    assert parts('stacks_alone') == [as_stacks] and parts('made_up_camera') == [by_camera]
    *shots, streets = parts('streets')
    assert shots == [as_stacks, by_camera] and streets.type == 'mmscllle.CamVidDataset'


def test_all_departures_are_as_the_reference_config_has_them():
    from mmengine.config import Config

    ablation = read_ablation(str(ROOT / 'configs/ablations/departures.py'))
    objective = row_config(ablation, 'as_released', 0).model.objective
    name = 'scl-lle_reference_deeplabv3plus-mnv2_cityscapes-sice-384x384_50k.py'
    reference = Config.fromfile(str(ROOT / 'configs/scl_lle' / name)).model.objective
    for fixed in ('segmentor', 'feature_extractor'):
        for key in ('type', 'config', 'checkpoint', 'num_classes'):
            objective[fixed].pop(key, None)
            reference[fixed].pop(key, None)
    assert objective == reference
