"""A training is refused whose judges number a class otherwise than its labels do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from torch import nn

from mmscllle.engine.hooks import ClassOrderHook
from mmscllle.models.frozen_segmentor import FrozenSegmentor


def start(labels: dict | None, classes: list[str] | None) -> None:
    """Begin a training on such labels, through a judge of such classes."""
    model = nn.Module()
    model.judge = FrozenSegmentor.__new__(FrozenSegmentor)
    nn.Module.__init__(model.judge)
    model.judge.dataset_meta = {} if classes is None else dict(classes=classes)
    # It learns, and may learn another order.
    model.learner = nn.Module()
    model.learner.dataset_meta = dict(classes=['road', 'sky'])
    data = SimpleNamespace(metainfo=labels)
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=data))
    ClassOrderHook().before_train(SimpleNamespace(train_loop=loop, model=model))


@pytest.mark.parametrize(
    ('labels', 'classes'),
    [
        (dict(classes=('sky', 'road')), ['Sky', 'road']),
        (dict(classes=('sky', 'street')), ['sky', 'road']),
        (dict(classes=('sky', 'road')), None),
        (dict(classes=('sky', 'road')), []),
        (dict(), ['road', 'sky']),
        (None, ['road', 'sky']),
    ],
)
def test_what_agrees_or_is_not_known_trains(labels, classes):
    start(labels, classes)


def test_a_class_under_two_numbers_is_named():
    message = "'road' is class 0 of judge and label 1 of train_dataloader: take a segmentor"
    with pytest.raises(ValueError, match=message):
        start(dict(classes=('sky', 'road')), ['road', 'sky'])
