from __future__ import annotations

import torch
from torch import nn

from mmscllle.models.enhancers import IAT
from mmscllle.models.enhancers.iat import ChannelNorm, QueryAttention


def test_pixels_are_corrected_then_colours_then_gamma():
    enhancer, image = IAT().eval(), torch.rand(2, 3, 8, 12)
    for parameter in enhancer.parameters():
        parameter.data.zero_()
    enhancer.local_net.mul_end[0].bias.data.copy_(torch.tensor([1.0, 2.0, 3.0]))
    enhancer.local_net.add_end[0].bias.data.fill_(-0.1)
    # Red takes the place of green, and the other way round.
    enhancer.global_net.color_base.data.copy_(torch.eye(3)[[1, 0, 2]])
    enhancer.global_net.gamma_base.data.fill_(0.5)
    corrected = image * torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1) + torch.tensor(-0.1).tanh()
    expected = corrected[:, [1, 0, 2]].clamp(1e-8, 1).sqrt()
    torch.testing.assert_close(enhancer(image)[0], expected)


def test_the_norm_mixes_channels_before_it_scales_them():
    norm, x = ChannelNorm(4), torch.rand(2, 4, 3, 5)
    for parameter in norm.parameters():
        nn.init.normal_(parameter)
    expected = torch.tensordot(x.permute(0, 2, 3, 1), norm.color, dims=([-1], [-1]))
    expected = (expected * norm.alpha + norm.beta).permute(0, 3, 1, 2)
    torch.testing.assert_close(norm(x), expected)


def test_attention_equals_torchs():
    attention, places = QueryAttention(8, queries=5, heads=2), torch.rand(3, 20, 8)
    for parameter in attention.parameters():
        nn.init.normal_(parameter)
    reference = nn.MultiheadAttention(8, 2, batch_first=True)
    reference.in_proj_weight.data.copy_(
        torch.cat((torch.eye(8), attention.k.weight, attention.v.weight))
    )
    reference.in_proj_bias.data.zero_()
    reference.out_proj.load_state_dict(attention.proj.state_dict())
    query = attention.q.expand(3, -1, -1)
    key_value = places, places
    torch.testing.assert_close(attention(places), reference(query, *key_value)[0])


def test_gamma_and_colours_depend_on_the_whole_picture_alone():
    branch = IAT().eval().global_net
    nn.init.normal_(branch.generator.attn.v.weight)
    image = torch.rand(2, 3, 9, 14)
    gamma, color = branch(image)
    assert gamma.shape == (2, 1, 1, 1) and color.shape == (2, 3, 3)
    assert gamma[0] != gamma[1]
