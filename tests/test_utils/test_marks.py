from __future__ import annotations

import pytest
import torch

from mmscllle.models.enhancers import BilateralGridEnhancer
from mmscllle.utils.marks import differing_marks
from mmscllle.utils.weights import load_weights


def test_marks_are_compared_by_value():
    own = dict(
        mark_same=torch.tensor(0.5),
        mark_other=torch.tensor([0.1, 0.2]),
        mark_longer=torch.tensor([0.1, 0.2]),
        mark_mine=torch.tensor(1.0),
        weight=torch.zeros(2),
    )
    given = dict(
        weight=torch.ones(2),
        mark_yours=torch.tensor(1.0),
        mark_same=torch.tensor(0.5, dtype=torch.float64),
        mark_other=torch.tensor([0.1, 0.3]),
        mark_longer=torch.tensor(0.1),
    )
    differing = ['mark_other', 'mark_longer', 'mark_mine', 'mark_yours']
    assert differing_marks(own, given) == differing
    assert not differing_marks(own, own)


@pytest.mark.parametrize(
    ('trained', 'wanted', 'message'),
    [
        ((0.1, 0.3), (0.2, 0.4), r'leave_bright = [0.1, 0.3], not [0.2, 0.4] as in the config'),
        ((0.1, 0.3), None, 'leave_bright = [0.1, 0.3], not none as in the config'),
        ((0.1, 0.3), (0.1, 0.3), ''),
        (None, (0.1, 0.3), ''),
    ],
)
def test_marks_are_not_learned(tmp_path, log, trained, wanted, message):
    """A mark says what the network does; weights that were trained otherwise are told."""
    weights = BilateralGridEnhancer((4, 4), leave_bright=trained).state_dict()
    torch.save(weights, tmp_path / 'weights.pth')
    network = BilateralGridEnhancer((4, 4), leave_bright=wanted)
    load_weights(network, str(tmp_path / 'weights.pth'), 'model.init')
    warnings = [r.getMessage() for r in log.records if r.levelname == 'WARNING']
    assert (message in warnings[0]) if message else not warnings
    # By MMEngine, too, and the weights are as they were.
    before = {name: value.clone() for name, value in weights.items()}
    network.load_state_dict(weights, strict=False)
    assert all(torch.equal(weights[name], value) for name, value in before.items())
    mark = network.state_dict().get('mark_leave_bright')
    assert mark is None if wanted is None else torch.equal(mark, torch.tensor(wanted))
