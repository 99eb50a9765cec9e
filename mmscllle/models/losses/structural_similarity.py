"""Structural similarity, as a loss can use it."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d

# Of the paper, for values in [0, 1].
C1, C2 = 0.01**2, 0.03**2
WINDOW = 7


def structural_similarity(a: Tensor, b: Tensor, stride: int = 1) -> Tensor:
    """SSIM in windows of 7 x 7 pixels that count alike.

    Wang et al., *Image Quality Assessment: From Error Visibility to Structural Similarity*, IEEE
    Trans. Image Processing 13(4), 2004.

    Args:
        a: Images in [0, 1], (N, C, H, W), of at least 7 x 7 pixels.
        b: Of the same shape.
        stride: Pixels from one window to the next; 4 is nearly as good and much faster.

    Returns:
        One value for each image, 1 where both are the same, (N,).

    Raises:
        ValueError: If the images are smaller than a window.
    """
    if min(a.shape[2:]) < WINDOW:
        raise ValueError(
            f'structural similarity needs images of at least {WINDOW} x {WINDOW} '
            f'pixels, got {a.shape[2]} x {a.shape[3]}'
        )
    mean_a, mean_b = avg_pool2d(a, WINDOW, stride), avg_pool2d(b, WINDOW, stride)
    variance_a = avg_pool2d(a * a, WINDOW, stride) - mean_a * mean_a
    variance_b = avg_pool2d(b * b, WINDOW, stride) - mean_b * mean_b
    covariance = avg_pool2d(a * b, WINDOW, stride) - mean_a * mean_b
    similarity = (
        (2 * mean_a * mean_b + C1)
        * (2 * covariance + C2)
        / ((mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2))
    )
    return similarity.flatten(1).mean(dim=1)
