from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck

from mmscllle.models.enhancers.white_balance import DARKEST, grey_world_gains


def amounts(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None, None, None]


def picture(*means: float) -> torch.Tensor:
    """Channels with these means, a quarter of the pixels twice as bright as the rest."""
    levels = torch.tensor([[0.8, 0.8], [0.8, 1.6]], dtype=torch.float64)
    return levels * torch.tensor(means, dtype=torch.float64)[None, :, None, None]


def test_all_of_it_gives_the_channels_one_mean():
    image = picture(0.2, 0.1, 0.15)
    gains = grey_world_gains(image, amounts(1.0))
    expected = torch.tensor([0.151 / 0.201, 0.151 / 0.101, 1.0], dtype=torch.float64)
    torch.testing.assert_close(gains.flatten(), expected)
    means = (image * gains).mean(dim=(2, 3)).flatten()
    torch.testing.assert_close(means, means.mean().expand(3), rtol=0, atol=DARKEST)


def test_a_part_of_it_and_nothing():
    image = picture(0.2, 0.1, 0.15).expand(2, -1, -1, -1)
    half, none = grey_world_gains(image, amounts(0.5, 0.0))
    expected = grey_world_gains(image[:1], amounts(1.0))[0].sqrt()
    torch.testing.assert_close(half, expected)
    assert torch.equal(none, torch.ones_like(none))


@pytest.mark.parametrize('means', [(0.0, 0.0, 0.0), (0.3, 0.3, 0.3)])
def test_what_is_grey_stays(means):
    gains = grey_world_gains(picture(*means), amounts(1.0))
    torch.testing.assert_close(gains, torch.ones_like(gains))


def test_gains_have_a_limit():
    gains = grey_world_gains(picture(0.5, 0.0, 0.01), amounts(1.0)).flatten()
    torch.testing.assert_close(gains, torch.tensor([0.5, 2.0, 2.0], dtype=torch.float64))


def test_the_light_takes_part_in_linear_values_as_in_encoded_ones():
    """A cast on linear light is taken out, where encoding is a power."""
    light = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(0)).double()
    light = light.mean(dim=1, keepdim=True).expand_as(light)
    cast = torch.tensor([1.0, 0.6, 0.3], dtype=torch.float64)[None, :, None, None]
    seen = (light * cast).pow(1 / 2.2)
    balanced = seen * grey_world_gains(seen, amounts(1.0))
    assert (balanced.amax(dim=1) - balanced.amin(dim=1)).max() < 2e-3


def test_gradients():
    image = picture(0.2, 0.1, 0.15).requires_grad_()
    assert gradcheck(grey_world_gains, (image, amounts(0.7)))
