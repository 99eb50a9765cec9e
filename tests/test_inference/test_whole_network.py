from __future__ import annotations

import pytest
import torch

from mmscllle.inference.whole_network import WholeNetwork


@pytest.mark.parametrize(('dtype', 'tolerance'), [(torch.float32, 1e-6), (torch.bfloat16, 0.05)])
@pytest.mark.parametrize('network', ['enhancer', 'replicating'])
def test_all_rows_in_one_strip(request, network, dtype, tolerance):
    enhancer = request.getfixturevalue(network)
    images = torch.rand(2, 3, 9, 14)
    ((first, curves),) = WholeNetwork(enhancer, torch.device('cpu'), dtype, False).strips(images)
    assert first == 0 and curves.dtype == torch.float32 and curves.is_contiguous()
    torch.testing.assert_close(curves, enhancer.estimate_curves(images), rtol=0, atol=tolerance)


@pytest.mark.parametrize('allowed', [True, False])
def test_float32_is_not_rounded_for_tensor_cores(enhancer, monkeypatch, allowed):
    monkeypatch.setattr(torch.backends.cudnn, 'allow_tf32', allowed)
    network, seen = WholeNetwork(enhancer, torch.device('cpu'), torch.float32, False), []

    def estimate(images):
        seen.append(torch.backends.cudnn.allow_tf32)
        raise RuntimeError('out of memory')

    network.estimate = estimate
    with pytest.raises(RuntimeError, match='out of memory'):
        next(network.strips(torch.rand(1, 3, 4, 4)))
    assert seen == [False]
    assert torch.backends.cudnn.allow_tf32 == allowed
