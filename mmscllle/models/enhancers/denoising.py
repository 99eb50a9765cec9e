"""Take out noise and keep edges, scale by scale."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from .cells import enlarge

# Weights of the neighbours that the base of a pixel is averaged over: binomial, sigma = 1.
BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
# The factor on the noise of colour, in that on the noise of grey.
COLOUR = 2.0
# Height and width in pixels of the blocks that noise is measured in.
BLOCK = 8


def average(image: Tensor, step: int = 1) -> Tensor:
    """Average each pixel with its neighbours, 5 x 5, binomially.

    Args:
        image: (N, C, H, W).
        step: Distance of the neighbours in pixels.

    Returns:
        Of the same shape; what lies beyond the border is like the border.
    """
    # A number also where the function is traced: ONNX wants to know the size of a kernel.
    channels = int(image.shape[1])
    weights = image.new_tensor(BINOMIAL)
    down = weights.view(1, 1, 5, 1).expand(channels, 1, 5, 1)
    across = weights.view(1, 1, 1, 5).expand(channels, 1, 1, 5)
    image = functional.pad(image, [2 * step] * 4, mode='replicate')
    image = functional.conv2d(image, down, dilation=(step, 1), groups=channels)
    return functional.conv2d(image, across, dilation=(1, step), groups=channels)


def quiet_level(difference: Tensor) -> Tensor:
    """Estimate the level of the noise in what differs between two scales.

    Noise is everywhere, structure is not: around each pixel the block counts in which least
    differs.

    Args:
        difference: (N, C, H, W).

    Returns:
        The mean of the absolute difference in the quietest block within 16 pixels or so, in units
        of the image, (N, 1, H, W).
    """
    height, width = difference.shape[2:]
    power = difference.abs().mean(dim=1, keepdim=True)
    power = functional.pad(power, (0, -width % BLOCK, 0, -height % BLOCK), mode='replicate')
    blocks = functional.avg_pool2d(power, BLOCK)
    return enlarge(-functional.max_pool2d(-blocks, 5, 1, 2), BLOCK, (height, width))


def denoise(image: Tensor, detail: Tensor, factor: Tensor) -> Tensor:
    r"""Take out what is no stronger than the noise, scale by scale, grey and colour for themselves.

    .. math:: z = b_J + \sum_{j=1}^J k_j (v_j \bar d_j + w_j (d_j - \bar d_j)), \qquad
              d_j = b_{j-1} - b_j, \qquad
              v_j = \frac{m_j^2}{m_j^2 + (f_j q_j)^4}

    with :math:`b_0` the image, each further base the :func:`average` of the one before with
    neighbours twice as far apart ("à trous", Holschneider et al., 1989), :math:`\bar d_j` the
    grey of a difference, its mean over the channels, :math:`m_j` the local mean square of that,
    :math:`q_j` its :func:`quiet_level`, and :math:`f_j` a factor on it: a Wiener filter of wavelet
    coefficients by their neighbourhood (Mihçak et al., 1999).  :math:`w_j` is the same of the
    colour :math:`d_j - \bar d_j`, with :data:`COLOUR` times the factor: colour has less detail than
    noise.  :math:`k_1` is ``detail``, all others are 1.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        detail: How much of the finest scale is kept where it is no noise, (N, 3, H, W).
        factor: Of each scale, 0 takes out nothing, (N, J, H, W).

    Returns:
        RGB, (N, 3, H, W).
    """
    kept, base = [], image
    for scale in range(factor.shape[1]):
        step = 2**scale
        finer, base = base, average(base, step)
        difference = finer - base
        grey = difference.mean(dim=1, keepdim=True)
        colour = difference - grey
        own = factor[:, scale : scale + 1]
        kept.append(_reduce(grey, own, step) + _reduce(colour, COLOUR * own, step))
    kept[0] = detail * kept[0]
    for difference in reversed(kept):
        base = base + difference
    return base


def _reduce(part: Tensor, factor: Tensor, step: int) -> Tensor:
    """Reduce what is no stronger than the noise, of one scale."""
    power = average(part.square().mean(dim=1, keepdim=True), step)
    noise = (factor * quiet_level(part)).square()
    return part / (1 + (noise / (power + 1e-8)).square())
