"""The factors on the noise that :class:`BilateralGridEnhancer` estimates, its ``added_noise``."""

from __future__ import annotations

import math

from torch import Tensor

# The largest factor; the logit of the share of it that an untrained network gives; and what its
# output is multiplied by, to learn as quickly as the curves do.
MOST_NOISE, FIRST_NOISE, NOISE_GAIN = 10.0, -1.4, 8.0
# Where noise is taken out first by weights that have not learned it: the factors where the logit of
# the detail is -4, so that hardly any is kept, and 0, so that all of it is.
DAMPED, FACTOR_DAMPED, FACTOR_KEPT = -4.0, 2.0, 0.7


def noise_head_of(weight: Tensor, bias: Tensor, scales: int) -> tuple[Tensor, Tensor]:
    r"""Weight and bias that take out noise where the finest detail is damped.

    The logit of each factor is linear in the mean :math:`z` of the logits of the detail, which
    falls where there is noise:

    .. math:: 10 \, \sigma(\alpha z + \beta) = 2 \text{ for } z = -4,\ 0.7 \text{ for } z = 0

    Args:
        weight: Of the convolution that gives the logits of the detail, (3, C, 1, 1).
        bias: Of the same, (3,).
        scales: On how many scales noise is taken out.

    Returns:
        The same of the convolution that gives the factors, (scales, C, 1, 1) and (scales,).
    """
    kept, damped = (
        math.log(factor / (MOST_NOISE - factor)) for factor in (FACTOR_KEPT, FACTOR_DAMPED)
    )
    slope = (damped - kept) / DAMPED
    own_weight = slope * weight.mean(dim=0, keepdim=True) / NOISE_GAIN
    own_bias = slope * bias.mean(dim=0, keepdim=True) / NOISE_GAIN + kept / NOISE_GAIN
    return own_weight.repeat(scales, 1, 1, 1), own_bias.repeat(scales)
