"""Take out noise and keep edges, scale by scale."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

# Weights of the neighbours that the base of a pixel is averaged over: binomial, sigma = 1.
BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


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


def denoise(image: Tensor, detail: Tensor, noise: Tensor) -> Tensor:
    r"""Take out what is no stronger than the noise, scale by scale.

    .. math:: z = b_J + \sum_{j=1}^J k_j w_j (b_{j-1} - b_j), \qquad
              w_j = \frac{m_j^2}{m_j^2 + t_j^4}

    with :math:`b_0` the image, each further base the :func:`average` of the one before with
    neighbours twice as far apart ("à trous", Holschneider et al., 1989), :math:`m_j` the local
    mean square of the difference, and :math:`t_j` the level of the noise: a Wiener filter of
    wavelet coefficients by their neighbourhood (Mihçak et al., 1999). :math:`k_1` is ``detail``,
    all others are 1.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        detail: How much of the finest scale is kept where it is no noise, (N, 3, H, W).
        noise: Level of the noise at each scale, in units of the image, (N, J, H, W).

    Returns:
        RGB, (N, 3, H, W).
    """
    differences, base = [], image
    for scale in range(noise.shape[1]):
        step = 2**scale
        finer, base = base, average(base, step)
        difference = finer - base
        power = average(difference.square().mean(dim=1, keepdim=True), step)
        ratio = noise[:, scale : scale + 1].square() / (power + 1e-8)
        differences.append(difference / (1 + ratio.square()))
    differences[0] = detail * differences[0]
    for difference in reversed(differences):
        base = base + difference
    return base
