"""Take out noise and keep edges, scale by scale."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from .cells import enlarge

# Weights of the neighbours that the base of a pixel is averaged over: binomial, sigma = 1.
BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
# The factor on the noise of colour, in that on the noise of grey.
COLOUR = 2.0
# The least level of the noise of colour at the first scale, in units of the image: where a sensor
# leaves nothing, the steps of 8 bits leave 0.2 / 255, and a JPEG file leaves more.
LEAST_COLOUR_NOISE = 0.4 / 255


def average(image: Tensor) -> Tensor:
    """Average each pixel with its neighbours, 5 x 5, binomially.

    Args:
        image: (N, C, H, W).

    Returns:
        Of the same shape; what lies beyond the border is like the border.
    """
    # A number also where the function is traced: ONNX wants to know the size of a kernel.
    channels = int(image.shape[1])
    weights = image.new_tensor(BINOMIAL)
    down = weights.view(1, 1, 5, 1).expand(channels, 1, 5, 1)
    across = weights.view(1, 1, 1, 5).expand(channels, 1, 1, 5)
    image = functional.pad(image, [2] * 4, mode='replicate')
    image = functional.conv2d(image, down, groups=channels)
    return functional.conv2d(image, across, groups=channels)


def double(coarse: Tensor, size: Sequence[int]) -> Tensor:
    """Give back the size that a picture had before every second row and column was taken.

    Args:
        coarse: (N, C, ceil(H / 2), ceil(W / 2)).
        size: H and W.

    Returns:
        What was taken is as it is, what lies between is interpolated linearly, (N, C, H, W).
    """
    padded = functional.pad(coarse, (0, 1, 0, 1), mode='replicate')
    twice = functional.interpolate(padded, scale_factor=2.0, mode='nearest')
    return functional.avg_pool2d(twice, 2, 1)[..., : size[0], : size[1]]


def quiet_level(difference: Tensor, block: int) -> Tensor:
    """Estimate the level of the noise in what differs between two scales.

    Noise is everywhere, structure is not: around each pixel the block counts in which least
    differs.

    Args:
        difference: (N, C, H, W).
        block: Height and width of the blocks in pixels.

    Returns:
        The mean of the absolute difference in the quietest block within two blocks or so, in units
        of the image, (N, 1, H, W).
    """
    height, width = difference.shape[2:]
    power = difference.abs().mean(dim=1, keepdim=True)
    power = functional.pad(power, (0, -width % block, 0, -height % block), mode='replicate')
    blocks = functional.avg_pool2d(power, block)
    return enlarge(-functional.max_pool2d(-blocks, 5, 1, 2), block, (height, width))


def denoise(image: Tensor, kept: Tensor, cell: int) -> Tensor:
    r"""Take out what is no stronger than the noise, scale by scale, grey and colour for themselves.

    Each scale has half the height and width of the one before, as in a Laplacian pyramid (Burt and
    Adelson, 1983).  With :math:`x_1` the image, :math:`b_j` the :func:`average` of :math:`x_j`, and
    :math:`x_{j+1}` every second row and column of that,

    .. math:: z_j = E(z_{j+1}) + k_j w_j d_j + E(w_{j+1}) r_j, \qquad
              d_j = x_j - b_j, \qquad r_j = b_j - E(x_{j+1}), \qquad
              w_j = \frac{m_j^2}{m_j^2 + (f_j q_j)^4}

    with :math:`E` what :func:`double` does, and :math:`r_j` what the next scale cannot hold; the
    last scale has :math:`z_J = b_J + k_J w_J d_J`.  The weight :math:`w_j` is one of grey, the mean
    over the channels, and one of colour, what differs from that.  :math:`m_j` is the local mean
    square of the grey of :math:`d_j`, :math:`q_j` its :func:`quiet_level`, and :math:`f_j` a factor
    on it.  Colour, which has less detail than noise, has :data:`COLOUR` times the factor, and in
    the first scale :math:`\sqrt{q_1^2 + l^2}` with :math:`l` = :data:`LEAST_COLOUR_NOISE` in place
    of :math:`q_1`.  It is a Wiener filter of wavelet coefficients by their neighbourhood (Mihçak et
    al., 1999).  :math:`k_1` is how much of the finest detail is kept, all others are 1.  With
    factors of 0 and :math:`k_1` = 1 the result is the image.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        kept: For each cell :math:`k_1` of three channels, then the factors of 1 to 3 scales,
            (N, 3 + J, ceil(H / cell), ceil(W / cell)).
        cell: Height and width of a cell in pixels; the blocks of the first scale are as large.

    Returns:
        RGB, (N, 3, H, W).
    """
    scales = kept.shape[1] - 3
    levels = []
    for scale in range(scales):
        block = cell // 2**scale
        base = average(image)
        difference = image - base
        factor = enlarge(kept[:, 3 + scale : 4 + scale], block, image.shape[2:])
        least = 0.0 if scale else LEAST_COLOUR_NOISE
        levels.append((difference, base, _weights(difference, factor, least, block)))
        image = base[..., ::2, ::2]
    clean, coarser = levels[-1][1], None
    for scale in reversed(range(scales)):
        difference, base, weights = levels[scale]
        size = base.shape[2:]
        detail = _weigh(difference, weights)
        if scale == 0:
            detail = enlarge(kept[:, :3], cell, size) * detail
        if coarser is not None:
            rest = base - double(base[..., ::2, ::2], size)
            detail = detail + _weigh(rest, double(coarser, size))
            clean = double(clean, size)
        clean, coarser = clean + detail, weights
    return clean


def _weights(difference: Tensor, factor: Tensor, least: float, block: int) -> Tensor:
    """How much of grey and of colour is no noise, in [0, 1], (N, 2, H, W)."""
    grey = difference.mean(dim=1, keepdim=True)
    weights = []
    for part, own, floor in ((grey, factor, 0.0), (difference - grey, COLOUR * factor, least)):
        power = average(part.square().mean(dim=1, keepdim=True))
        noise = own.square() * (quiet_level(part, block).square() + floor**2)
        weights.append(1 / (1 + (noise / (power + 1e-8)).square()))
    return torch.cat(weights, dim=1)


def _weigh(difference: Tensor, weights: Tensor) -> Tensor:
    """Weigh grey and colour of a difference, each by its own."""
    grey = difference.mean(dim=1, keepdim=True)
    return weights[:, :1] * grey + weights[:, 1:] * (difference - grey)
