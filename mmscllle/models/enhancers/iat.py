"""IAT: a local correction of each pixel, then a colour matrix and a gamma for the picture."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmscllle.registry import MODELS

from .base import Enhancer


class ChannelNorm(nn.Module):
    """Mix the channels, then scale and shift each: what takes the place of a layer norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.color = nn.Parameter(torch.eye(channels))
        self.alpha = nn.Parameter(torch.ones(1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise ``x``, (N, C, H, W)."""
        weight = self.alpha.view(-1, 1) * self.color
        return functional.conv2d(x, weight[:, :, None, None], self.beta.flatten())


class LocalBlock(nn.Module):
    """A transformer's block in which a 5x5 convolution takes the place of the attention."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pos_embed = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm1 = ChannelNorm(channels)
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attn = nn.Conv2d(channels, channels, 5, padding=2, groups=channels)
        self.conv2 = nn.Conv2d(channels, channels, 1)
        self.norm2 = ChannelNorm(channels)
        self.mlp = nn.Sequential(
            OrderedDict(
                fc1=nn.Conv2d(channels, 4 * channels, 1),
                act=nn.GELU(),
                fc2=nn.Conv2d(4 * channels, channels, 1),
            )
        )
        self.gamma_1 = nn.Parameter(torch.full((1, channels, 1, 1), 1e-4))
        self.gamma_2 = nn.Parameter(torch.full((1, channels, 1, 1), 1e-4))

    def forward(self, x: Tensor) -> Tensor:
        """Transform ``x``, (N, C, H, W); the shape stays."""
        x = x + self.pos_embed(x)
        x = x + self.gamma_1 * self.conv2(self.attn(self.conv1(self.norm1(x))))
        return x + self.gamma_2 * self.mlp(self.norm2(x))


class LocalBranch(nn.Module):
    """Estimate a factor and a summand for each pixel and colour."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, channels, 3, padding=1)
        self.mul_blocks = nn.Sequential(*(LocalBlock(channels) for _ in range(blocks)))
        self.add_blocks = nn.Sequential(*(LocalBlock(channels) for _ in range(blocks)))
        self.mul_end = nn.Sequential(nn.Conv2d(channels, 3, 3, padding=1), nn.ReLU())
        self.add_end = nn.Sequential(nn.Conv2d(channels, 3, 3, padding=1), nn.Tanh())
        # Not yet trained, the factor is near 1.
        nn.init.ones_(self.mul_end.get_parameter('0.bias'))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate from an image; both results are of its shape."""
        x = functional.leaky_relu(self.conv1(image), 0.2)
        return self.mul_end(x + self.mul_blocks(x)), self.add_end(x + self.add_blocks(x))


class QueryAttention(nn.Module):
    """Learned queries that look at all places of a picture."""

    def __init__(self, channels: int, queries: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Parameter(torch.ones(1, queries, channels))
        self.k = nn.Linear(channels, channels, bias=False)
        self.v = nn.Linear(channels, channels, bias=False)
        self.proj = nn.Linear(channels, channels)
        # Not yet trained, what is seen has no say.
        nn.init.zeros_(self.v.weight)

    def forward(self, places: Tensor) -> Tensor:
        """Answer the queries, (N, queries, C), from the ``places``, (N, H * W, C)."""
        query, key, value = (
            x.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)
            for x in (self.q, self.k(places), self.v(places))
        )
        scale = query.shape[-1] ** -0.5
        attention = (scale * query @ key.transpose(2, 3)).softmax(dim=-1)
        return self.proj((attention @ value).transpose(1, 2).flatten(2))


class QueryBlock(nn.Module):
    """A transformer's block that turns a map into the answers to a few queries."""

    def __init__(self, channels: int, queries: int, heads: int) -> None:
        super().__init__()
        self.pos_embed = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm1 = nn.LayerNorm(channels)
        self.attn = QueryAttention(channels, queries, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(channels, 4 * channels),
                act=nn.GELU(),
                fc2=nn.Linear(4 * channels, channels),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Turn ``x``, (N, C, H, W), into (N, queries, C)."""
        places = (x + self.pos_embed(x)).flatten(2).transpose(1, 2)
        # Within autocast the norm of torch 1.13 takes no bfloat16 beside its float32 weights.
        answers = self.attn(self.norm1(places.to(self.norm1.weight.dtype)))
        return answers + self.mlp(self.norm2(answers.to(self.norm2.weight.dtype)))


class GlobalBranch(nn.Module):
    """Estimate a gamma and a colour matrix for each picture, from a quarter of its size."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        half = channels // 2
        self.conv_large = nn.ModuleDict(
            dict(
                proj=nn.Sequential(
                    nn.Conv2d(3, half, 3, stride=2, padding=1),
                    nn.BatchNorm2d(half),
                    nn.GELU(),
                    nn.Conv2d(half, channels, 3, stride=2, padding=1),
                    nn.BatchNorm2d(channels),
                )
            )
        )
        # One query asks for the gamma, nine for the entries of the matrix.
        self.generator = QueryBlock(channels, 10, heads)
        self.gamma_linear = nn.Linear(channels, 1)
        self.color_linear = nn.Linear(channels, 1)
        self.gamma_base = nn.Parameter(torch.ones(1))
        self.color_base = nn.Parameter(torch.eye(3))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate gamma, (N, 1, 1, 1), and the matrix, (N, 3, 3), of images."""
        answers = self.generator(self.conv_large['proj'](image))
        gamma = self.gamma_base + self.gamma_linear(answers[:, 0])
        color = self.color_base + self.color_linear(answers[:, 1:]).view(-1, 3, 3)
        return gamma.view(-1, 1, 1, 1), color


@MODELS.register_module()
class IAT(Enhancer):
    r"""Illumination Adaptive Transformer: a camera's pipeline, undone and done anew.

    .. math:: y = \mathrm{clip}(W (x \odot M(x) + A(x)), 10^{-8}, 1)^\gamma

    Cui, Li, Gu, Su, Gao, Jiang, Qiao and Harada, *You Only Need 90K Parameters to Adapt Light*,
    BMVC 2022, https://arxiv.org/abs/2205.14871: the local branch estimates :math:`M` and :math:`A`
    of each pixel, the global one the colour matrix :math:`W` and :math:`\gamma` of the picture.
    91,154 parameters with the default arguments; layer names are those of the authors' release.
    Their stochastic depth in training is left out.

    Args:
        local_channels: Width of the local branch.
        blocks: Blocks of either half of the local branch.
        global_channels: Width of the global branch.
        heads: Heads of its attention.
        init_cfg: MMEngine's initialisation config.

    Example:
        >>> enhanced, curves = IAT()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 0, 48, 64]))
    """

    def __init__(
        self,
        local_channels: int = 16,
        blocks: int = 3,
        global_channels: int = 64,
        heads: int = 4,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.local_net = LocalBranch(local_channels, blocks)
        self.global_net = GlobalBranch(global_channels, heads)

    def forward(self, image: Tensor) -> Tensor:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W).

        Raises:
            ValueError: If the input is not a batch of three-channel images.
        """
        factor, summand = self.local_net(image)
        gamma, color = self.global_net(image)
        linear = torch.einsum('nij,njhw->nihw', color, image * factor + summand)
        return linear.clamp(1e-8, 1) ** gamma
