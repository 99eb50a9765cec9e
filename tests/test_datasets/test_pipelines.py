"""Steps and data sets are found through what wraps them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from mmcv.transforms import KeyMapper, RandomApply, RandomChoice
from mmengine.dataset import Compose
from mmseg.datasets.transforms import PackSegInputs, RandomFlip, RandomRotate, Resize
from torch.utils.data import ConcatDataset

from mmscllle.datasets.pipelines import check_marks, find_datasets, is_known, walk_steps
from mmscllle.datasets.transforms import LoadImage, WithoutPseudoLabels


def test_steps_in_their_order():
    choice = RandomChoice([[RandomFlip(0.5)], [RandomApply([RandomRotate(0.5, 10)])]])
    mapper = KeyMapper([Resize((4, 4))], dict(img='gt_img'))
    steps = walk_steps(Compose([LoadImage(), choice, mapper]))
    names = [type(step).__name__ for step in steps if type(step).__name__ != 'Compose']
    assert names == [
        'LoadImage',
        'RandomChoice',
        'RandomFlip',
        'RandomApply',
        'RandomRotate',
        'KeyMapper',
        'Resize',
    ]
    assert list(walk_steps([])) == list(walk_steps(None)) == []


def test_whose_steps_are_known():
    assert is_known(LoadImage()) and is_known(RandomFlip(0.5))
    assert not is_known(lambda results: results)


def test_data_sets_by_their_keys():
    one, two, three = ([number] for number in range(3))
    joined = SimpleNamespace(datasets=[one, SimpleNamespace(dataset=two)])
    triplets = SimpleNamespace(anchors=ConcatDataset([three]))
    assert list(find_datasets(one, 'data')) == [('data', one)]
    assert list(find_datasets(joined, 'data')) == [
        ('data.datasets[0]', one),
        ('data.datasets[1].dataset', two),
    ]
    assert list(find_datasets(triplets, 'data')) == [('data.anchors[0]', three)]


@pytest.mark.parametrize('more', [dict(anchors=[8, 16]), dict(datasets=3), dict(datasets='day')])
def test_other_things_of_these_names_are_no_data_sets(more):
    images = SimpleNamespace(**more)
    assert list(find_datasets(images, 'data')) == [('data', images)]


def test_a_mark_within_a_choice():
    marked = RandomChoice([[WithoutPseudoLabels()], []])
    with pytest.raises(ValueError, match='pipeline: PackSegInputs drops'):
        check_marks([marked, PackSegInputs()], 'pipeline')
