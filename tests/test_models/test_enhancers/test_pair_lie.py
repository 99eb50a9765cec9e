from __future__ import annotations

import pytest
import torch

from mmscllle.models.enhancers import PairLIE


def test_the_illumination_of_the_projected_image_is_raised_to_a_power():
    enhancer, image = PairLIE(exponent=0.5), torch.rand(1, 3, 9, 7)
    projected = enhancer.N_net['N_net'](image).sigmoid()
    illumination = enhancer.L_net['L_net'](projected).sigmoid()
    reflectance = enhancer.R_net['R_net'](projected).sigmoid()
    torch.testing.assert_close(enhancer(image)[0], illumination.sqrt() * reflectance)


def test_gradients_are_finite_in_the_darkest_dark():
    enhancer = PairLIE()
    # The sigmoid of this is 0 in float32.
    enhancer.L_net['L_net'][-1].bias.data.fill_(-200)
    enhanced, _ = enhancer(torch.rand(1, 3, 8, 8))
    enhanced.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in enhancer.parameters())


@pytest.mark.parametrize('exponent', [0, -0.2, float('nan')])
def test_exponent_is_positive(exponent):
    with pytest.raises(ValueError, match=f'exponent must be positive, got {exponent}'):
        PairLIE(exponent=exponent)
