from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmseg.datasets.transforms import RandomRotate

from mmscllle.datasets import ExposureStackDataset
from mmscllle.datasets.transforms import LoadImage, LoadReference, PackEnhanceInputs
from mmscllle.registry import DATASETS

BASES = Path(__file__).resolve().parents[2] / 'configs/_base_/datasets'


@pytest.fixture
def root(tmp_path):
    """Scenes of tiny grey shots, as bright as their names tell."""

    def write(**scenes):
        for scene, means in scenes.items():
            (tmp_path / scene).mkdir()
            for number, mean in enumerate(means):
                shot = np.full((8, 8, 3), mean, np.uint8)
                cv2.imwrite(str(tmp_path / scene / f'{number:02}_{mean:03}.jpg'), shot)
        return str(tmp_path)

    return write


def listed(dataset, *keys):
    """File names and other values of all entries."""
    return [
        tuple(
            Path(value).name if isinstance(value := dataset[i].get(key), str) else value
            for key in keys
        )
        for i in range(len(dataset))
    ]


def test_anchors_know_the_other_under_exposed_shots_of_their_scene(root):
    folder = root(a=[0, 20, 62, 63, 121, 230], b=[50, 160])
    dataset = ExposureStackDataset(folder, 'anchor')
    assert listed(dataset, 'img_path', 'scene', 'mean', 'gt_path') == [
        ('00_000.jpg', 'a', 0, '04_121.jpg'),
        ('01_020.jpg', 'a', 20, '04_121.jpg'),
        ('02_062.jpg', 'a', 62, '04_121.jpg'),
        ('00_050.jpg', 'b', 50, None),
    ]
    assert [[Path(path).name for path in dataset[i]['second_paths']] for i in range(4)] == [
        ['01_020.jpg', '02_062.jpg'],
        ['00_000.jpg', '02_062.jpg'],
        ['00_000.jpg', '01_020.jpg'],
        ['00_050.jpg'],
    ]


def test_positives_are_well_exposed_and_negatives_are_at_both_ends(root):
    folder = root(a=[5, 30, 31, 89, 90, 155, 156, 189, 190, 255])
    positives, negatives = (ExposureStackDataset(folder, role) for role in ('positive', 'negative'))
    assert listed(positives, 'mean') == [(90,), (155,)]
    assert listed(negatives, 'mean') == [(5,), (30,), (190,), (255,)]


def test_pairs_follow_the_rule(root):
    folder = root(
        a=[7, 8, 20, 30, 31, 62, 63, 118, 121, 150],
        b=[3, 40, 100, 170],
        c=[10, 89, 156],
        d=[15, 70, 90],
    )
    dataset = ExposureStackDataset(folder, 'pair')
    assert listed(dataset, 'scene', 'exposure', 'mean', 'gt_path') == [
        ('a', 'very_dark', 30, '08_121.jpg'),
        ('a', 'dark', 62, '08_121.jpg'),
        ('b', 'dark', 40, '02_100.jpg'),
        ('d', 'very_dark', 15, '02_090.jpg'),
    ]


def test_means_and_references_may_be_asked_for(root):
    folder = root(a=[2, 10, 100], b=[3, 60, 80])
    dataset = ExposureStackDataset(folder, 'anchor', means=[(3, 20), (60, 60)])
    assert listed(dataset, 'mean') == [(10,), (3,), (60,)]
    dataset = ExposureStackDataset(folder, 'anchor', filter_cfg=dict(reference=True))
    assert listed(dataset, 'mean') == [(2,), (10,)]


def test_every_fifth_scene_validates_and_never_trains(root):
    folder = root(**{f's{number:02}': [20, 120, 240] for number in range(11)})
    for role in ('anchor', 'positive', 'negative', 'pair'):
        train, val, both = (
            {scene for (scene,) in listed(ExposureStackDataset(folder, role, split=split), 'scene')}
            for split in ('train', 'val', 'all')
        )
        assert val == {'s00', 's05', 's10'}
        assert not train & val and train | val == both and len(both) == 11
    halves = ExposureStackDataset(folder, 'pair', split='val', fold=2)
    assert listed(halves, 'scene') == [(f's{number:02}',) for number in range(0, 11, 2)]


@pytest.mark.parametrize(
    'arguments, message',
    [
        (dict(role='night'), "role must be one of anchor, positive, negative, pair, got 'night'"),
        (
            dict(role='pair', means=[(0, 9)]),
            r'means: the role pair has fixed ranges, got \[\(0, 9\)\]',
        ),
        (dict(role='pair', split='test'), "split must be one of train, val, all, got 'test'"),
        (dict(role='pair', fold=1), 'fold must be at least 2, got 1'),
        (
            dict(role='negative'),
            "no shot in '.*' takes the role 'negative', split 'all'; means looked for",
        ),
    ],
)
def test_wrong_arguments_are_named(root, arguments, message):
    folder = root(a=[50, 100])
    with pytest.raises(ValueError, match=message):
        ExposureStackDataset(folder, **arguments)


def test_filters_that_it_does_not_have_are_refused(root):
    folder = root(a=[20, 120])
    with pytest.raises(ValueError, match="filter_cfg has no 'refrence' here; known: reference"):
        ExposureStackDataset(folder, 'anchor', filter_cfg=dict(refrence=True))
    with pytest.raises(ValueError, match="ann_file: .*got 'val.txt'"):
        ExposureStackDataset(folder, 'anchor', ann_file='val.txt')


def test_pairs_of_the_shared_scenes(shared):
    counts = {}
    for split in ('train', 'val', 'all'):
        dataset = ExposureStackDataset(str(shared / 'data/exposures'), 'pair', split=split)
        counts[split] = Counter(exposure for (exposure,) in listed(dataset, 'exposure'))
    assert counts['all'] == dict(very_dark=103, dark=158)
    assert counts['val'] == dict(very_dark=23, dark=31)
    assert counts['train'] + counts['val'] == counts['all']


def test_the_pipeline_loads_a_pair(scope, tmp_path, write_images):
    write_images(tmp_path / 'a', ['00_020.png', '01_120.png'], 0)
    reference = cv2.imread(str(tmp_path / 'a/01_120.png')) // 8 + 104
    cv2.imwrite(str(tmp_path / 'a/01_120.png'), reference)
    dataset = DATASETS.build(
        dict(
            type='mmscllle.ExposureStackDataset',
            data_root=str(tmp_path),
            role='pair',
            pipeline=[
                dict(type='mmscllle.LoadImage'),
                dict(type='mmscllle.LoadReference'),
                dict(type='mmscllle.PackEnhanceInputs'),
            ],
        )
    )
    (packed,) = dataset
    sample = packed['data_samples']
    assert (sample.scene, sample.exposure) == ('a', 'very_dark')
    assert sample.reference.data.shape == packed['inputs'].shape == (3, 20, 24)
    assert not np.array_equal(sample.reference.data.flip(0) * 255, packed['inputs'])


def test_a_step_that_moves_the_image_alone_is_refused(root):
    pipeline = [LoadImage(), LoadReference(), RandomRotate(1.0, 90), PackEnhanceInputs()]
    with pytest.raises(
        ValueError, match='pipeline: RandomRotate does not change img and gt_img alike'
    ):
        ExposureStackDataset(root(a=[20, 121]), 'pair', pipeline=pipeline)


@pytest.mark.parametrize(
    'name, more',
    [('exposures', []), ('exposures_second', ['second']), ('exposures_reference', ['reference'])],
)
def test_the_configs_of_the_shared_scenes(name, more, shared, scope, monkeypatch, tmp_path):
    monkeypatch.setenv('MMSCLLLE_SHARED', str(shared))
    config = Config.fromfile(str(BASES / f'{name}.py'))
    config.dump(str(tmp_path / 'dumped.py'))
    config = Config.fromfile(str(tmp_path / 'dumped.py'))
    train = DATASETS.build(config.train_dataloader.dataset)
    val = DATASETS.build(config.val_dataloader.dataset)
    assert not set(listed(train.anchors.datasets[0], 'scene')) & set(listed(val, 'scene'))
    packed = train[len(train) * 7 + 3]
    assert sorted(packed['inputs']) == sorted(['low', 'positive', 'negative', *more])
    assert {image.shape for image in packed['inputs'].values()} == {(3, 320, 320)}
    assert packed['data_samples'].img_shape == (320, 320)
    assert len(train) == 347 + (0 if more == ['reference'] else 305) and len(val) == 54
    assert 'reference' in val[0]['data_samples']
