from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from mmscllle.models.losses import ContrastiveLoss
from mmscllle.models.losses.contrastive import (
    brightness_distance,
    gram_distance,
    gram_matrices,
    gram_matrix,
    triplet_hinge,
)


def grey(*rows: tuple[float, ...]) -> torch.Tensor:
    """An image, (1, 3, H, W), whose channel means are the given ones but whose channels differ."""
    mean = torch.tensor(rows)
    return torch.stack((mean - 0.05, mean, mean + 0.05))[None]


BLACK = torch.zeros(1, 3, 2, 2)
RAMP = grey((0.1, 0.2), (0.3, 0.4))


def test_brightness_by_hand():
    dim = torch.full((1, 3, 2, 2), 0.2)
    assert brightness_distance(RAMP, BLACK).item() == pytest.approx(0.25)
    assert brightness_distance(RAMP, dim).item() == pytest.approx((0.1 + 0 + 0.1 + 0.2) / 4)
    loss = ContrastiveLoss(margin=0.3, loss_weight=10.0)
    assert loss(RAMP, BLACK, dim).item() == pytest.approx(10 * (0.25 - 0.1 + 0.3))


def test_gram_by_hand():
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])
    # F = [[1, 2], [3, 0]], F F^T = [[5, 3], [3, 9]], C H W = 4.
    torch.testing.assert_close(gram_matrix(features), torch.tensor([[[1.25, 0.75], [0.75, 2.25]]]))
    expected = 1.25**2 + 2 * 0.75**2 + 2.25**2
    grams = gram_matrices([features]), gram_matrices([torch.zeros_like(features)])
    assert gram_distance(*grams).item() == expected


def test_gram_against_numpy():
    shapes = [(2, 4, 6, 5), (2, 8, 3, 2)]
    a, b = ([torch.rand(shape, dtype=torch.float64) for shape in shapes] for _ in range(2))

    def gram(features: np.ndarray) -> np.ndarray:
        c, h, w = features.shape
        gram = np.zeros((c, c))
        for i in range(c):
            for j in range(c):
                gram[i, j] = (features[i] * features[j]).sum() / (c * h * w)
        return gram

    expected = [
        sum(
            np.square(gram(x[n].numpy()) - gram(y[n].numpy())).sum()
            for x, y in zip(a, b, strict=True)
        )
        for n in range(2)
    ]
    np.testing.assert_allclose(gram_distance(gram_matrices(a), gram_matrices(b)), expected)


def test_hinge_is_flat_beyond_the_margin():
    hinge = triplet_hinge(torch.tensor([0.1, 0.5]), torch.tensor([0.5, 0.5]), 0.3)
    torch.testing.assert_close(hinge, torch.tensor([0.0, 0.3]))
    image = RAMP.clone().requires_grad_()
    loss = ContrastiveLoss()(image, RAMP, torch.ones(1, 3, 2, 2))
    loss.backward()
    assert loss.item() == 0
    assert not image.grad.any()


def batch_with_one_satisfied_triplet():
    """Anchor, positive, negative: hinge 0 for the first image, 0.5 for the second."""
    anchor = torch.cat((RAMP, torch.ones(1, 3, 2, 2)))
    positive = torch.cat((RAMP, torch.full((1, 3, 2, 2), 0.75)))
    negative = torch.cat((RAMP + 0.5, torch.full((1, 3, 2, 2), 0.95)))
    return anchor, positive, negative


def test_reference_form_takes_one_hinge_on_the_batch_mean_of_brightness():
    batch = batch_with_one_satisfied_triplet()
    to_positive, to_negative = (0 + 0.25) / 2, (0.5 + 0.05) / 2
    assert ContrastiveLoss()(*batch).item() == pytest.approx((0 + 0.25 - 0.05 + 0.3) / 2)
    assert ContrastiveLoss(reference_form=True)(*batch).item() == pytest.approx(
        to_positive - to_negative + 0.3
    )


def test_reference_form_sums_gram_distances_over_the_batch():
    anchor, positive, negative = ([torch.rand(3, 4, 5, 6)] for _ in range(3))
    grams = [gram_matrices(features) for features in (anchor, positive, negative)]
    to_positive, to_negative = gram_distance(grams[0], grams[1]), gram_distance(grams[0], grams[2])
    reference = ContrastiveLoss('gram', margin=1.0, loss_weight=5.0, reference_form=True)
    torch.testing.assert_close(
        reference(anchor, positive, negative), 5 * (to_positive.sum() - to_negative.sum() + 1)
    )
    ours = ContrastiveLoss('gram', margin=1.0, loss_weight=5.0)
    torch.testing.assert_close(
        ours(anchor, positive, negative), 5 * (to_positive - to_negative + 1).mean()
    )


class Style(nn.Module):
    def style(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return image, image[..., ::2, ::2]


def test_feature_extractor_is_applied_to_all_three():
    images = torch.rand(3, 2, 3, 6, 6)
    style = Style().style
    from_images = ContrastiveLoss('gram', 1.0, feature_extractor=Style())(*images)
    from_features = ContrastiveLoss('gram', 1.0)(*(style(image) for image in images))
    torch.testing.assert_close(from_images, from_features)


def test_feature_extractor_from_a_config(seeded_vgg):
    images = torch.rand(3, 1, 3, 8, 8)
    loss = ContrastiveLoss(
        'gram', 1.0, feature_extractor=dict(type='mmscllle.VGG16Features', checkpoint=seeded_vgg)
    )
    features = [loss.feature_extractor.style(image) for image in images]
    torch.testing.assert_close(loss(*images), ContrastiveLoss('gram', 1.0)(*features))
    assert not loss.state_dict() and not list(loss.parameters())


def test_unknown_distance():
    with pytest.raises(ValueError, match="'brightness' or 'gram', got 'colour'"):
        ContrastiveLoss('colour')


def test_brightness_has_no_use_for_a_feature_extractor():
    with pytest.raises(ValueError, match="feature_extractor is only used by distance='gram'"):
        ContrastiveLoss('brightness', feature_extractor=Style())


def test_gram_of_images_needs_a_feature_extractor():
    images = torch.rand(3, 2, 3, 4, 4)
    with pytest.raises(ValueError, match=r'feature maps, got a tensor of shape \(2, 3, 4, 4\)'):
        ContrastiveLoss('gram')(*images)


def test_unequal_numbers_of_layers():
    layer = torch.rand(1, 2, 3, 3)
    with pytest.raises(ValueError, match='features of the same layers, got 2 and 1'):
        ContrastiveLoss('gram')([layer, layer], [layer], [layer])
