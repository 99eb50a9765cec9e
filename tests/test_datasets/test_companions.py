"""A picture and what belongs to it are moved alike, or refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from mmcv.transforms import (
    CenterCrop,
    KeyMapper,
    RandomApply,
    RandomChoice,
    RandomResize,
    TransformBroadcaster,
)
from mmengine.dataset import BaseDataset, Compose
from mmseg.datasets.transforms import (
    PhotoMetricDistortion,
    RandomCrop,
    RandomCutOut,
    RandomFlip,
    RandomRotate,
    RandomRotFlip,
    Resize,
    ResizeToMultiple,
)
from torch.utils.data import Dataset

from mmscllle.datasets.companions import check_companions, check_packed, may_have
from mmscllle.datasets.transforms import (
    LoadImage,
    LoadReference,
    LoadSecondShot,
    PackEnhanceInputs,
    PackTripletInputs,
    RandomSquareCrop,
    TakeAsReference,
    TakeAsSecondShot,
)

BOTH = dict(img=['img', 'gt_img'], img_shape=['img_shape', ...])


def data(*steps: object, **info: object) -> SimpleNamespace:
    """A data set of two images, of which the second has more information."""
    infos = [dict(img_path='a.png'), dict(img_path='b.png', **info)]
    found = SimpleNamespace(pipeline=Compose(steps), get_data_info=infos.__getitem__)
    return type('Images', (), dict(vars(found), __len__=lambda self: 2, data_root='night'))()


def check(*steps: object) -> None:
    files = dict(gt_path='c.png', second_paths=['d.png'])
    check_companions(data(LoadImage(), *steps, PackEnhanceInputs(), **files), 'data.pipeline')


def broadcast(*steps: object, shared: bool = True) -> TransformBroadcaster:
    return TransformBroadcaster(list(steps), BOTH, auto_remap=True, share_random_params=shared)


MOVES = [
    RandomRotate(1.0, 10),
    RandomCrop((8, 8)),
    RandomCutOut(1.0, 1, cutout_shape=(2, 2)),
    RandomFlip(0.5),
    RandomRotFlip(),
    RandomResize((8, 8), (1.0, 2.0), resize_type=Resize),
    Resize((8, 8)),
    ResizeToMultiple(8),
    CenterCrop((8, 8)),
    RandomApply([RandomRotate(1.0, 10)]),
]


@pytest.mark.parametrize('step', MOVES, ids=lambda step: type(step).__name__)
def test_what_moves_the_image_alone(step):
    name = type(step).__name__.replace('RandomApply', 'RandomRotate')
    message = rf'data\.pipeline: {name}.* does not change img and {{}} alike.*RandomSquareCrop'
    for added, key in (
        (LoadReference(), 'gt_img'),
        (TakeAsReference(), 'gt_img'),
        (LoadSecondShot(), 'second_img'),
        (TakeAsSecondShot(), 'second_img'),
    ):
        with pytest.raises(ValueError, match=message.format(key)):
            check(added, step)
    # A file is as it was, a copy as the image is.
    with pytest.raises(ValueError, match=message.format('gt_img')):
        check(step, LoadReference())
    check(step, TakeAsReference())


def test_without_a_reference_all_is_fine():
    check(*MOVES)
    # No image names a file of it.
    check_companions(data(LoadImage(), LoadReference(), *MOVES), 'data.pipeline')
    check_companions([1, 2], 'data.pipeline')


def test_what_moves_both_alike():
    check(LoadReference(), RandomSquareCrop(8), PhotoMetricDistortion())
    check(LoadReference(), broadcast(RandomCrop((8, 8)), RandomRotate(0.5, 10)))
    check(LoadReference(), broadcast(RandomChoice([[RandomFlip(0.5)], [Resize((8, 8))]])))
    # The same size for both, one after the other, is no chance.
    check(LoadReference(), Resize((8, 8)), KeyMapper([Resize((8, 8))], dict(img='gt_img')))
    check(LoadReference(), broadcast(Resize((8, 8)), shared=False))


def test_a_step_that_never_does_anything():
    check(LoadReference(), RandomFlip(0.0), RandomRotate(0.0, 10))


class Frames(Dataset):
    """A data set of torch's, which has no information to ask for."""

    def __init__(self, *steps: object) -> None:
        self.pipeline = Compose(steps)


def test_a_data_set_that_is_not_of_mmengine():
    check_companions(Frames(LoadReference(), RandomSquareCrop(8)), 'data.pipeline')
    with pytest.raises(ValueError, match='RandomRotate does not change img and gt_img alike'):
        check_companions(Frames(LoadReference(), RandomRotate(1.0, 10)), 'data.pipeline')


def test_a_data_set_that_is_not_read_yet_is_not_made_to():
    class Late(BaseDataset):
        def load_data_list(self) -> list[dict]:
            raise FileNotFoundError

    late = Late(pipeline=[LoadImage(), LoadReference(), *MOVES], lazy_init=True)
    check_companions(late, 'data.pipeline')


@pytest.mark.parametrize('names', [dict(left='img'), [['img'], 'gt_img']])
def test_nested_mappings_are_not_looked_into(names):
    mapper = KeyMapper([PhotoMetricDistortion()], dict(img=names))
    check(LoadReference(), mapper)


@pytest.mark.parametrize(
    'steps',
    [
        [broadcast(RandomRotate(0.5, 10), shared=False)],
        [RandomRotate(0.5, 10), KeyMapper([RandomRotate(0.5, 10)], dict(img='gt_img'))],
        [KeyMapper([RandomRotate(0.5, 10)], dict(img='gt_img'))],
    ],
)
def test_random_numbers_of_their_own(steps):
    with pytest.raises(ValueError, match='RandomRotate does not change img and gt_img alike'):
        check(LoadReference(), *steps)


def test_other_sizes_and_another_order():
    resize, crop = Resize((8, 8)), CenterCrop((4, 4))
    for steps in ([Resize((4, 4))], [crop, resize]):
        with pytest.raises(ValueError, match=r'(Resize|CenterCrop)\(.* does not change'):
            check(LoadReference(), resize, crop, KeyMapper(steps, dict(img='gt_img')))


def test_a_square_that_is_cut_out_before_the_reference_is_loaded():
    with pytest.raises(ValueError, match='RandomSquareCrop does not change img and gt_img alike'):
        check(RandomSquareCrop(8), LoadReference())


def test_keys_that_a_wrapper_ignores_or_copies():
    rotate = RandomRotate(0.5, 10)
    # What it changes is not taken back.
    check(LoadReference(), KeyMapper([rotate], dict(gt_seg_map='labels')))
    # The reference is a copy of the image as it is, by names alone.
    check(rotate, KeyMapper([], dict(img='img'), remapping=dict(img='gt_img')))


@pytest.mark.parametrize(
    ('dataset', 'expected'),
    [
        (data(LoadImage()), False),
        (data(LoadImage(), LoadReference()), False),
        (data(LoadImage(), LoadReference(), gt_path='c.png'), True),
        (data(LoadImage(), TakeAsReference()), True),
        (data(LoadImage(), LoadSecondShot(), second_paths=['c.png']), False),
        (data(KeyMapper([], dict(img='img'), remapping=dict(img='gt_img'))), True),
        # Any step of a stranger may add one, and any data set.
        (data(LoadImage(), lambda results: results), True),
        ([1, 2], True),
    ],
)
def test_whether_a_data_set_may_have_references(dataset, expected):
    assert may_have(dataset, 'gt_img') is expected


@pytest.mark.parametrize(
    ('option', 'name', 'advice'),
    [
        ('second', 'second_img', 'LoadSecondShot to the pipeline of an ExposureStackDataset'),
        ('reference', 'gt_img', 'add LoadReference to the pipeline of a data set with references'),
    ],
)
def test_what_is_packed_and_nowhere(option, name, advice):
    pack = Compose([PackTripletInputs(**{option: True})])
    message = (
        rf'pipeline: PackTripletInputs\({option}=True\) packs {name}, which no image of '
        rf"anchors\[0\] \(Images of 'night'\) has: .*{advice}.*or leave {option}=True out"
    )
    without = {'anchors[0]': data(LoadImage())}
    with pytest.raises(ValueError, match=message):
        check_packed(without, pack)
    # A black image stands for what some lack.
    check_packed({**without, 'anchors[1]': data(TakeAsSecondShot(), TakeAsReference())}, pack)
    check_packed(without, Compose([PackTripletInputs()]))
