from __future__ import annotations

import pytest
import torch
from mmengine.runner import load_checkpoint

from mmscllle.models.enhancers import SCI


def test_the_image_is_divided_by_its_illumination():
    enhancer = SCI().eval()
    for parameter in enhancer.parameters():
        parameter.data.zero_()
    # No features: the illumination is the image and half of what a sigmoid can add.
    image = torch.tensor([0.0, 0.1, 0.5, 0.8]).view(1, 1, 2, 2).repeat(1, 3, 1, 1)
    torch.testing.assert_close(
        enhancer(image)[0][0, 0].flatten(), torch.tensor([0.0, 0.1 / 0.6, 0.5, 0.8])
    )


def test_the_block_is_a_residual_one():
    enhancer = SCI().eval()
    for parameter in enhancer.parameters():
        parameter.data.zero_()
    enhancer.enhance['in_conv'][0].bias.data.fill_(1)
    enhancer.enhance['conv'][1].bias.data.fill_(2)
    enhancer.enhance['out_conv'][0].weight.data[:, :, 1, 1] = 1 / 3
    torch.testing.assert_close(
        enhancer.estimate_illumination(torch.zeros(1, 3, 4, 4)),
        torch.full((1, 3, 4, 4), 3.0).sigmoid(),
    )


def test_what_only_their_training_needs_is_left_out(tmp_path):
    saved, loaded, path = SCI(), SCI(), str(tmp_path / 'sci.pt')
    weights = saved.state_dict()
    weights['enhance.blocks.0.0.weight'] = weights['enhance.conv.0.weight']
    torch.save({**weights, 'calibrate.in_conv.0.weight': torch.ones(16, 3, 3, 3)}, path)
    load_checkpoint(loaded, path, 'cpu', strict=True)
    torch.testing.assert_close(dict(loaded.state_dict()), dict(saved.state_dict()))

    torch.save({**weights, 'another.weight': torch.ones(1)}, path)
    with pytest.raises(RuntimeError, match='unexpected key.*another.weight'):
        load_checkpoint(loaded, path, 'cpu', strict=True)


def test_initialisation():
    torch.manual_seed(0)
    enhancer = SCI(channels=64)
    enhancer.init_weights()
    layer, norm, _ = enhancer.enhance['conv']
    assert layer.weight.std().item() == pytest.approx(0.02, rel=0.1)
    assert norm.weight.mean().item() == pytest.approx(1, abs=0.01)
    assert norm.weight.std().item() == pytest.approx(0.02, rel=0.3)
