import numpy as np
import pytest
import torch
from mmseg.datasets.transforms import PackSegInputs

from mmscllle.datasets.transforms import PackEnhanceInputs, PackTripletInputs, WithoutPseudoLabels
from mmscllle.models.scl_lle import stay_void

BLUE, GREEN, RED = 10, 20, 30


def result(name, shape=(4, 6), **more):
    image = np.empty((*shape, 3), np.uint8)
    image[:] = BLUE, GREEN, RED
    return dict(img=image, img_path=f'{name}.png', img_shape=shape, ori_shape=shape, **more)


def channels(image):
    return [channel.unique().item() for channel in image]


def test_enhance_inputs_are_bgr_and_references_rgb():
    labels = np.full((4, 6), 7, np.uint8)
    reference = result('reference')['img']
    packed = PackEnhanceInputs()(result('low', gt_seg_map=labels, gt_img=reference))
    assert packed['inputs'].dtype == torch.uint8 and packed['inputs'].shape == (3, 4, 6)
    assert channels(packed['inputs']) == [BLUE, GREEN, RED]
    sample = packed['data_samples']
    assert sample.reference.data.dtype == torch.float32
    assert channels(sample.reference.data) == pytest.approx([RED / 255, GREEN / 255, BLUE / 255])
    assert sample.gt_sem_seg.data.dtype == torch.int64
    assert sample.gt_sem_seg.data.shape == (1, 4, 6)
    assert sample.img_path == 'low.png'


def test_enhance_inputs_tell_scene_and_exposure():
    sample = PackEnhanceInputs()(result('low', scene='007', exposure='dark'))['data_samples']
    assert (sample.scene, sample.exposure, sample.img_path) == ('007', 'dark', 'low.png')


def test_enhance_inputs_tell_whether_pseudo_labels_are_wanted():
    sample = PackEnhanceInputs()(WithoutPseudoLabels()(result('low')))['data_samples']
    assert sample.pseudo_labels is False


def test_the_mark_of_what_is_packed_by_mmseg():
    """It keeps what it knows alone, so the mark comes after it."""
    packed = WithoutPseudoLabels()(PackSegInputs()(result('low')))
    assert stay_void([packed['data_samples']]) == [True]
    assert sorted(packed) == ['data_samples', 'inputs']


def test_enhance_inputs_without_labels_and_reference():
    sample = PackEnhanceInputs()(result('low'))['data_samples']
    assert 'reference' not in sample and 'gt_sem_seg' not in sample


def test_triplet():
    labels = np.full((4, 6), 7, np.uint8)
    packed = PackTripletInputs()(
        dict(
            anchor=result('low', gt_seg_map=labels),
            positive=result('day'),
            negative=result('white'),
        )
    )
    assert sorted(packed['inputs']) == ['low', 'negative', 'positive']
    for image in packed['inputs'].values():
        assert image.dtype == torch.uint8 and channels(image) == [BLUE, GREEN, RED]
    sample = packed['data_samples']
    assert (sample.gt_sem_seg.data == 7).all()
    assert (sample.img_path, sample.positive_path, sample.negative_path) == (
        'low.png',
        'day.png',
        'white.png',
    )


def test_triplet_without_labels():
    parts = dict(anchor=result('low'), positive=result('day'), negative=result('white'))
    assert 'gt_sem_seg' not in PackTripletInputs()(parts)['data_samples']


def test_second_shot_and_reference_of_the_anchor():
    anchor = result('low')
    other, reference = anchor['img'] + 1, anchor['img'] + 2
    parts = dict(
        anchor=dict(anchor, second_img=other, gt_img=reference),
        positive=result('day'),
        negative=result('white'),
    )
    inputs = PackTripletInputs(second=True, reference=True)(parts)['inputs']
    assert sorted(inputs) == ['low', 'negative', 'positive', 'reference', 'second']
    for offset, name in enumerate(('low', 'second', 'reference')):
        assert channels(inputs[name]) == [BLUE + offset, GREEN + offset, RED + offset]
    assert sorted(PackTripletInputs()(parts)['inputs']) == ['low', 'negative', 'positive']


def test_a_black_image_stands_for_what_an_anchor_lacks():
    parts = dict(anchor=result('low'), positive=result('day'), negative=result('white'))
    inputs = PackTripletInputs(second=True, reference=True)(parts)['inputs']
    for name in ('second', 'reference'):
        assert inputs[name].dtype == torch.uint8 and inputs[name].shape == inputs['low'].shape
        assert not inputs[name].any()


@pytest.mark.parametrize(
    'odd, name', [('anchor', 'low'), ('positive', 'positive'), ('negative', 'negative')]
)
def test_sizes_that_differ_are_named_with_their_files(odd, name):
    parts = {
        part: result(f'file_of_{part}', (5, 6) if part == odd else (4, 6))
        for part in ('anchor', 'positive', 'negative')
    }
    with pytest.raises(
        ValueError,
        match=rf"must have one size.*'{name}': \(5, 6\).*"
        rf'file_of_{odd}.png.*crop or resize them alike',
    ):
        PackTripletInputs()(parts)


def test_a_second_shot_of_another_size_is_an_error():
    parts = dict(
        anchor=result('low', second_img=result('other', (5, 6))['img']),
        positive=result('day'),
        negative=result('white'),
    )
    with pytest.raises(ValueError, match=r"must have one size.*'second': \(5, 6\)"):
        PackTripletInputs(second=True)(parts)
