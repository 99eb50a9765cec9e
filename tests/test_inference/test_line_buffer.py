from __future__ import annotations

import pytest
import torch

from mmscllle.inference import line_buffer
from mmscllle.inference.line_buffer import LineBuffer, LineBufferedNetwork


@pytest.mark.parametrize('pixels', [1, 200, 400, 1000, 10**6])
@pytest.mark.parametrize('height', [1, 7, 8, 9, 15, 16, 33, 64])
def test_strips_are_the_rows_of_the_whole(enhancer, monkeypatch, pixels, height):
    monkeypatch.setattr(line_buffer, 'NETWORK_STRIP_PIXELS', pixels)
    image = torch.rand(1, 3, height, 20)
    expected, row = enhancer.estimate_curves(image), 0
    for first, curves in LineBufferedNetwork(enhancer, torch.float32).strips(image):
        assert first == row
        row += curves.shape[2]
        torch.testing.assert_close(curves, expected[:, :, first:row], rtol=0, atol=1e-6)
    assert row == height


@pytest.mark.parametrize('pixels', [1, 400, 10**6])
@pytest.mark.parametrize('height', [1, 7, 9, 33])
def test_strips_of_an_image_that_goes_on_beyond_its_border(
    replicating, monkeypatch, pixels, height
):
    test_strips_are_the_rows_of_the_whole(replicating, monkeypatch, pixels, height)


def test_memory_depends_on_the_width_alone(enhancer):
    sizes = set()
    network = LineBufferedNetwork(enhancer, torch.float32)
    for height in (500, 5000):
        for _, curves in network.strips(torch.rand(1, 3, height, 600)):
            sizes.add(curves.shape[2])
    assert max(sizes) <= 32


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_rectified_into_the_buffer(dtype):
    features = torch.tensor([-1e30, -1.5, -1e-30, -0.0, 0.0, 1e-30, 2.5, 1e30]).to(dtype)
    buffer = LineBuffer(torch.full((5, 1, 8), 7.0).to(dtype), 2)
    buffer.write(0, features.view(1, 1, 8), relu=True, last=False)
    assert torch.equal(buffer.data[2, 0], features.relu())
    assert (buffer.data[[0, 1, 3, 4]] == 7).all()


def test_what_follows_the_last_row_is_zero():
    buffer = LineBuffer(torch.full((6, 1, 1), 7.0), 2)
    buffer.write(1, torch.tensor([-1.0, 2.0]).view(2, 1, 1), relu=False, last=True)
    assert buffer.data.flatten().tolist() == [7, 7, 7, -1, 2, 0]
    assert buffer.read(2, 3).flatten().tolist() == [-1, 2, 0]
    buffer.advance(2)
    assert buffer.data.flatten().tolist() == [7, -1, 2, 0, 2, 0]
