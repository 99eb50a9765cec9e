from __future__ import annotations

import numpy as np
import pytest
import torch

from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame

WHITE = {np.uint8: 255, np.uint16: 65535, np.float32: 1, np.float64: 1}


@pytest.mark.parametrize('dtype', WHITE)
def test_to_tensor(dtype):
    frame = (np.array([[[0, 0.2, 1], [0.4, 0.6, 0.8]]]) * WHITE[dtype]).astype(dtype)
    tensor = frames_to_tensor([frame, frame[:, ::-1]], 'cpu')
    assert tensor.dtype == torch.float32
    expected = torch.tensor([[[0, 0.4]], [[0.2, 0.6]], [[1, 0.8]]])
    torch.testing.assert_close(tensor, torch.stack([expected, expected.flip(2)]))


def test_grey_becomes_rgb_and_alpha_is_left_out():
    frame = np.array([[[51, 7], [102, 9]]], np.uint8)
    expected = torch.tensor([0.2, 0.4]).expand(1, 3, 1, 2)
    torch.testing.assert_close(frames_to_tensor([frame], 'cpu'), expected)
    torch.testing.assert_close(frames_to_tensor([frame[..., :1]], 'cpu'), expected)
    colours = np.array([[[51, 102, 0, 7]]], np.uint8)
    assert frames_to_tensor([colours], 'cpu').flatten().tolist() == pytest.approx([0.2, 0.4, 0])


@pytest.mark.parametrize('dtype', WHITE)
@pytest.mark.parametrize('channels', [1, 2, 3, 4])
def test_unchanged_tensor_gives_the_frame_back(dtype, channels):
    values = np.random.default_rng(0).random((5, 6, channels)) * WHITE[dtype]
    frame = values.astype(dtype)
    found = tensor_to_frame(frames_to_tensor([frame], 'cpu')[0], frame)
    assert found.dtype == dtype and found.flags['C_CONTIGUOUS']
    np.testing.assert_allclose(found, frame, rtol=1e-6, atol=1e-6 if WHITE[dtype] == 1 else 0)


def test_numbers_are_rounded():
    frame = np.zeros((1, 3, 3), np.uint8)
    enhanced = torch.tensor([0.4, 0.6, 254.6]).expand(3, 1, 3) / 255
    assert tensor_to_frame(enhanced, frame)[0, :, 0].tolist() == [0, 1, 255]


def test_grey_is_the_luma_of_the_enhanced_colours():
    enhanced = torch.tensor([0.2, 0.4, 0.8])[:, None, None]
    frame = np.zeros((1, 1, 2), np.uint8)
    frame[..., 1] = 77
    # 255 (0.299 * 0.2 + 0.587 * 0.4 + 0.114 * 0.8) = 98.4
    assert tensor_to_frame(enhanced, frame).tolist() == [[[98, 77]]]
