import cv2
import numpy as np
import pytest
from mmseg.datasets.transforms import RandomCrop

from mmscllle.datasets import LowLightImageDataset
from mmscllle.datasets.transforms import LoadImage, LoadReference, PackEnhanceInputs


def write(path, value, shape=(4, 6, 3)):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full(shape, value, np.uint8))


@pytest.fixture
def root(tmp_path):
    write(tmp_path / 'low' / 'b.png', 20)
    write(tmp_path / 'low' / 'night' / 'a.png', 10)
    write(tmp_path / 'high' / 'b.bmp', 120)
    write(tmp_path / 'high' / 'night' / 'a.png', 110)
    return tmp_path


def test_images_alone_of_nested_folders(root):
    dataset = LowLightImageDataset(str(root), dict(img_path='low'))
    paths = [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]
    assert paths == [str(root / 'low' / 'b.png'), str(root / 'low' / 'night' / 'a.png')]
    assert 'gt_path' not in dataset.get_data_info(0)


def test_references_may_have_another_suffix(root):
    dataset = LowLightImageDataset(str(root), dict(img_path='low', gt_path='high'))
    assert dataset.get_data_info(0)['gt_path'] == str(root / 'high' / 'b.bmp')
    assert dataset.get_data_info(1)['gt_path'] == str(root / 'high' / 'night' / 'a.png')


def test_items_pair_image_and_reference(root):
    dataset = LowLightImageDataset(
        str(root),
        dict(img_path='low', gt_path='high'),
        pipeline=[LoadImage(), LoadReference(), PackEnhanceInputs()],
    )
    for item, low, high in zip(dataset, (20, 10), (120, 110), strict=True):
        assert (item['inputs'] == low).all()
        assert (item['data_samples'].reference.data * 255).round().eq(high).all()


def test_missing_reference_is_named(root):
    write(root / 'low' / 'night' / 'extra.png', 30)
    with pytest.raises(
        FileNotFoundError,
        match=r'low/night/extra.png.* has no reference in '
        r'data_prefix.gt_path: no .*high/night/extra',
    ):
        LowLightImageDataset(str(root), dict(img_path='low', gt_path='high'))


@pytest.mark.parametrize(
    ('prefix', 'key'),
    [
        (dict(img_path='lwo'), 'data_prefix.img_path'),
        (dict(img_path='low', gt_path='lwo'), 'data_prefix.gt_path'),
    ],
)
def test_missing_folder_is_named_with_its_key(root, prefix, key):
    with pytest.raises(FileNotFoundError, match=f'{key}: there is no folder .*lwo'):
        LowLightImageDataset(str(root), prefix)


def test_empty_folder(root):
    (root / 'empty').mkdir()
    with pytest.raises(ValueError, match='data_prefix.img_path: no image in .*empty'):
        LowLightImageDataset(str(root), dict(img_path='empty'))


def test_two_references_of_one_image_are_named(root):
    write(root / 'high' / 'b.png', 120)
    with pytest.raises(ValueError, match=r'high/b\.bmp. and .*high/b\.png. are references of one'):
        LowLightImageDataset(str(root), dict(img_path='low', gt_path='high'))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(ann_file='val.txt'), "ann_file: this data set takes all images .*got 'val.txt'"),
        (dict(filter_cfg=dict(min_size=3)), "filter_cfg has no 'min_size' here; known: none"),
        (dict(data_prefix=dict(img_path='low', gt='high')), "img_path and gt_path, got 'gt'"),
    ],
)
def test_what_would_have_no_effect_is_refused(root, options, message):
    with pytest.raises(ValueError, match=message):
        LowLightImageDataset(str(root), **{'data_prefix': dict(img_path='low'), **options})


def test_a_step_that_moves_the_image_alone_is_refused(root):
    pipeline = [LoadImage(), LoadReference(), RandomCrop((8, 8)), PackEnhanceInputs()]
    with pytest.raises(
        ValueError, match='pipeline: RandomCrop does not change img and gt_img alike'
    ):
        LowLightImageDataset(str(root), dict(img_path='low', gt_path='high'), pipeline=pipeline)
