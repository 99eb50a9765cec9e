from __future__ import annotations

import pytest
import torch

from mmscllle.inference.strength import apply_strength

GENERATOR = torch.Generator().manual_seed(0)
IMAGE, ENHANCED = torch.rand(2, 2, 3, 5, 6, generator=GENERATOR).unbind()


def test_hand_values():
    image, enhanced = torch.tensor([0.2, 0.9]), torch.tensor([0.6, 0.5])
    for strength, expected in (
        # Half way, and 0.6 + 0.5 * 0.4 * 0.4 * 0.64, 0.5 - 0.5 * 0.4 * 0.5 * 0.75.
        (0.5, [0.4, 0.7]),
        (1, [0.6, 0.5]),
        (1.5, [0.6512, 0.425]),
    ):
        assert apply_strength(image, enhanced, strength).tolist() == pytest.approx(expected)


def test_no_strength_is_the_image_and_one_the_result():
    assert torch.equal(apply_strength(IMAGE, ENHANCED, 0), IMAGE)
    torch.testing.assert_close(apply_strength(IMAGE, ENHANCED, 1), ENHANCED)


def test_what_is_brightened_rises_with_the_strength_and_never_reaches_white():
    enhanced = IMAGE + 0.6 * (1 - IMAGE)
    before = IMAGE
    for strength in (0.3, 0.9, 1, 1.1, 1.6, 2):
        result = apply_strength(IMAGE, enhanced, strength)
        assert (result >= before).all() and result.max() < 1
        # Next to white a step may be below what float32 can tell.
        assert (result > before)[IMAGE < 0.9].all()
        before = result


def test_results_are_in_range_and_of_their_own():
    image, enhanced = IMAGE.clone(), ENHANCED.clone()
    for strength in (0, 0.5, 1, 3, 50):
        result = apply_strength(image, enhanced, strength)
        assert result.min() >= 0 and result.max() <= 1
        result.zero_()
    assert torch.equal(image, IMAGE) and torch.equal(enhanced, ENHANCED)
