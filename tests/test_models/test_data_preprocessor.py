from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.models import EnhanceDataPreprocessor


def image(*size: int) -> torch.Tensor:
    return torch.randint(256, (3, *size), dtype=torch.uint8)


def test_file_to_rgb(tmp_path):
    # Blue, green, red of one pixel.
    cv2.imwrite(str(tmp_path / 'image.png'), np.array([[[0, 51, 255]]], np.uint8))
    bgr = torch.from_numpy(cv2.imread(str(tmp_path / 'image.png')).transpose(2, 0, 1).copy())
    batch = EnhanceDataPreprocessor()(dict(inputs=[bgr]))
    assert batch['inputs'].dtype == torch.float32
    torch.testing.assert_close(batch['inputs'].flatten(), torch.tensor([1.0, 0.2, 0.0]))
    assert batch['data_samples'] is None


def test_rgb_files_stay_rgb():
    rgb = image(4, 5)
    batch = EnhanceDataPreprocessor(bgr_to_rgb=False)(dict(inputs=[rgb]))
    torch.testing.assert_close(batch['inputs'][0], rgb / 255)


@pytest.mark.parametrize('training', [False, True])
def test_lists_and_stacked_batches(training):
    images = [image(4, 5), image(4, 5)]
    preprocess = EnhanceDataPreprocessor()
    from_list = preprocess(dict(inputs=images), training)['inputs']
    stacked = preprocess(dict(inputs=torch.stack(images)), training)['inputs']
    assert from_list.shape == (2, 3, 4, 5)
    torch.testing.assert_close(from_list, stacked)
    torch.testing.assert_close(from_list, torch.stack(images).flip(1) / 255)


def test_triplets():
    triplet = {name: [image(4, 5)] for name in ('low', 'positive', 'negative')}
    batch = EnhanceDataPreprocessor()(dict(inputs=triplet), training=True)['inputs']
    assert list(batch) == ['low', 'positive', 'negative']
    for name, value in batch.items():
        torch.testing.assert_close(value, triplet[name][0][None].flip(1) / 255)


def test_samples_pass():
    sample = SegDataSample(gt_sem_seg=PixelData(data=torch.zeros(1, 4, 5)))
    batch = EnhanceDataPreprocessor()(dict(inputs=[image(4, 5)], data_samples=[sample]))
    assert batch['data_samples'][0].gt_sem_seg.shape == (4, 5)


def test_unequal_sizes_stay_a_list_at_test_time():
    batch = EnhanceDataPreprocessor()(dict(inputs=[image(4, 5), image(6, 5)]))['inputs']
    assert [tuple(x.shape) for x in batch] == [(3, 4, 5), (3, 6, 5)]


def test_unequal_sizes_in_training():
    samples = [SegDataSample(metainfo=dict(img_path=f'{name}.png')) for name in 'ab']
    data = dict(inputs=dict(low=[image(4, 5), image(6, 5)]), data_samples=samples)
    with pytest.raises(
        ValueError,
        match=r'one size, got \[\(4, 5\), \(6, 5\)\] from '
        r"\['a.png', 'b.png'\]",
    ):
        EnhanceDataPreprocessor()(data, training=True)
    data.pop('data_samples')
    with pytest.raises(ValueError, match='one size'):
        EnhanceDataPreprocessor()(data, training=True)


@pytest.mark.parametrize('shape', [(4, 5), (1, 4, 5), (4, 4, 5)])
def test_not_three_channels(shape):
    with pytest.raises(ValueError, match='three-channel images of shape .* got'):
        EnhanceDataPreprocessor()(dict(inputs=[torch.zeros(shape, dtype=torch.uint8)]))


@pytest.mark.parametrize('dtype', [torch.int16, torch.int64, torch.bool])
def test_no_eight_bits(dtype):
    deep = (image(4, 5).int() * 200 + 300).to(dtype)
    with pytest.raises(TypeError, match=rf'in \[0, 255\], got {dtype} from .* 8 bits'):
        EnhanceDataPreprocessor()(dict(inputs=[deep]))


def test_other_integers_of_eight_bits():
    picture = image(4, 5)
    found = EnhanceDataPreprocessor()(dict(inputs=[picture.long()]))['inputs']
    torch.testing.assert_close(found, EnhanceDataPreprocessor()(dict(inputs=[picture]))['inputs'])


@pytest.mark.parametrize('highest', [0, 1, 1.5, 255])
def test_floats_up_to_255(highest):
    picture = torch.linspace(0, highest, 60).view(3, 4, 5)
    found = EnhanceDataPreprocessor()(dict(inputs=[picture]))['inputs']
    torch.testing.assert_close(found[0], picture.flip(0) / 255)


def test_floats_that_are_normalised_already():
    picture = torch.linspace(-2.1, 2.6, 60).view(3, 4, 5)
    with pytest.raises(ValueError, match=r'in \[0, 255\], .*-2.1 to 2.6: .*without normalising'):
        EnhanceDataPreprocessor()(dict(inputs=[picture]))
