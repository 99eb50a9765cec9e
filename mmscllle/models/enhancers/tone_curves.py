"""Iterated quadratic tone curves, estimated at full or at reduced size."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional


def reduce_image(image: Tensor, downsample: int) -> Tensor:
    """Reduce an image by averaging squares of ``downsample`` pixels a side.

    Where the size is no multiple, the squares at the right and lower edge are cut off and the
    average is over the pixels that are there.

    Args:
        image: (N, C, H, W).
        downsample: Pixels along either side that become one.

    Returns:
        (N, C, ceil(H / downsample), ceil(W / downsample)); at 1 the image itself.
    """
    if downsample == 1:
        return image
    return functional.avg_pool2d(image, downsample, ceil_mode=True, count_include_pad=False)


def enlarge_curves(curves: Tensor, downsample: int, size: Sequence[int]) -> Tensor:
    """Enlarge curve parameters bilinearly, the inverse of :func:`reduce_image`.

    The factor is ``downsample`` exactly, whatever the size: a pixel's place between the centres
    of the squares does not depend on where the image ends.

    Args:
        curves: (N, C, h, w).
        downsample: Factor along either side.
        size: Height and width of the result.

    Returns:
        (N, C, H, W) with the given height and width; at 1 the curves themselves.
    """
    if downsample == 1:
        return curves
    curves = functional.interpolate(
        curves, scale_factor=float(downsample), mode='bilinear', align_corners=False
    )
    return curves[..., : size[0], : size[1]]


def apply_curves(image: Tensor, curves: Tensor, downsample: int = 1) -> Tensor:
    r"""Brighten an image by iterated quadratic tone curves.

    .. math:: x_{i+1} = x_i + r_i (x_i^2 - x_i)

    (Guo et al., *Zero-Reference Deep Curve Estimation*, CVPR 2020, eq. 3, with
    :math:`r = -\alpha`.)  With :math:`|r| \le 1` the values stay in [0, 1].  Curves of reduced
    size (Li et al., *Learning to Enhance Low-Light Image via Zero-Reference Deep Curve
    Estimation*, TPAMI 2021) are enlarged an iteration at a time.

    Args:
        image: RGB in [0, 1], (N, 3, H, W).
        curves: Curve parameters ``r`` in [-1, 1], (N, 3 * iterations, ceil(H / downsample),
            ceil(W / downsample)), iteration by iteration.
        downsample: How many pixels along either side one value of the curves stands for.

    Returns:
        The enhanced image, RGB in [0, 1], (N, 3, H, W).

    Raises:
        ValueError: If the curves' channels are no multiple of the image's, or their size is not
            that of the image divided by ``downsample``.
    """
    channels, size = image.shape[1], tuple(image.shape[2:])
    if curves.shape[1] % channels:
        raise ValueError(
            f'curves must have a multiple of {channels} channels, got shape {tuple(curves.shape)}'
        )
    expected = tuple(-(-side // downsample) for side in size)
    if tuple(curves.shape[2:]) != expected:
        raise ValueError(
            f'curves of an image of {size} pixels at downsample={downsample} must be '
            f'of size {expected}, got shape {tuple(curves.shape)}'
        )
    for curve in curves.split(channels, dim=1):
        image = image + enlarge_curves(curve, downsample, size) * (image * image - image)
    return image
