"""Labels beyond the classes."""

from __future__ import annotations

import pytest
import torch

from mmscllle.evaluation.label_range import check_label_range


def test_classes_and_what_does_not_count_pass():
    check_label_range(torch.tensor([[0, 1], [255, 2]]), 3, 255)


@pytest.mark.parametrize(('label', 'ignored'), [(3, 255), (-1, 255), (255, 0)])
def test_another_label_is_named(label, ignored):
    message = rf'has the label {label}, outside of the 3 classes \(0 to 2; {ignored} does not count'
    with pytest.raises(ValueError, match=message):
        check_label_range(torch.tensor([[1, label]]), 3, ignored)
