from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MessageHub

from mmscllle.models import SCLLLEObjective
from mmscllle.models.judges import Judges, average_scores
from mmscllle.models.objective_inputs import ObjectiveInputs

TERM = dict(type='mmscllle.SemanticCrossEntropyLoss', loss_weight=2.0)


@pytest.fixture
def two(segmentor_config, second_segmentor) -> list[dict]:
    return [segmentor_config, {**segmentor_config, 'checkpoint': second_segmentor[1]}]


@pytest.fixture
def at(monkeypatch):
    """Let a run of a seed be at an iteration."""
    hub = MessageHub('test_judges')
    monkeypatch.setattr(MessageHub, 'get_current_instance', classmethod(lambda cls: hub))

    def set_to(seed: int, iteration: int) -> None:
        hub.update_info('seed', seed)
        hub.update_info('iter', iteration)

    return set_to


def image(seed: int = 0) -> torch.Tensor:
    return torch.rand(2, 3, 32, 40, generator=torch.Generator().manual_seed(seed))


def loss_of(objective: SCLLLEObjective, enhanced: torch.Tensor, labels: torch.Tensor):
    inputs = ObjectiveInputs(
        objective,
        lambda low: (enhanced, torch.zeros(2, 0, 1, 1)),
        dict(low=enhanced.detach()),
        labels,
    )
    return objective(inputs)['loss_semantic_cross_entropy']


def test_all_judges_are_averaged_and_give_gradients(two):
    objective = SCLLLEObjective(semantic_cross_entropy=TERM, segmentor=two, segmentor_choice='all')
    labels = torch.randint(4, (2, 32, 40), generator=torch.Generator().manual_seed(1))
    gradients, losses = [], []
    for segmentor in (two, *two):
        enhanced = image().requires_grad_()
        loss = loss_of(
            SCLLLEObjective(
                semantic_cross_entropy=TERM, segmentor=segmentor, segmentor_choice='all'
            ),
            enhanced,
            labels,
        )
        loss.backward()
        losses.append(loss.detach())
        gradients.append(enhanced.grad)
    assert losses[1] != losses[2]
    torch.testing.assert_close(losses[0], (losses[1] + losses[2]) / 2)
    torch.testing.assert_close(gradients[0], (gradients[1] + gradients[2]) / 2)
    assert gradients[1].any() and gradients[2].any()
    assert objective.segmentor is objective.judges.segmentors[0]


def test_one_judge_is_drawn_by_seed_and_iteration_alone(two, at):
    objective = SCLLLEObjective(semantic_cross_entropy=TERM, segmentor=two)
    labels = torch.randint(4, (2, 32, 40), generator=torch.Generator().manual_seed(1))
    alone = [
        float(loss_of(SCLLLEObjective(semantic_cross_entropy=TERM, segmentor=one), image(), labels))
        for one in two
    ]

    def drawn(seed: int, iterations: range) -> list[int]:
        found = []
        for iteration in iterations:
            at(seed, iteration)
            torch.rand(iteration)
            found.append(alone.index(float(loss_of(objective, image(), labels))))
        return found

    whole = drawn(3, range(40))
    assert 10 < sum(whole) < 30
    assert drawn(3, range(25, 40)) == whole[25:]
    assert drawn(4, range(40)) != whole


def test_a_step_has_one_judge_for_scores_and_pseudo_labels(two, at):
    objective = SCLLLEObjective(semantic_cross_entropy=TERM, segmentor=two)
    void = torch.full((2, 32, 40), 255)
    for iteration in range(6):
        at(0, iteration)
        (judge,) = objective.judges.of_step()
        scores = judge(image())
        expected = objective.semantic_cross_entropy(scores, scores.argmax(dim=1))
        torch.testing.assert_close(loss_of(objective, image(), void), expected)


def test_pseudo_labels_of_all_are_those_of_their_mean_probabilities(two):
    objective = SCLLLEObjective(semantic_cross_entropy=TERM, segmentor=two, segmentor_choice='all')
    inputs = ObjectiveInputs(
        objective, lambda low: (low, None), dict(low=image()), torch.full((2, 32, 40), 255)
    )
    scores = [segmentor(image()) for segmentor in objective.judges.segmentors]
    mean = sum(each.softmax(dim=1) for each in scores) / 2
    assert torch.equal(inputs['labels'], mean.argmax(dim=1))
    torch.testing.assert_close(average_scores(scores).softmax(dim=1), mean)
    assert average_scores(scores[:1]) is scores[0]


def test_judges_are_in_no_state_dict_and_copies_share_them(two):
    objective = SCLLLEObjective(semantic_cross_entropy=TERM, segmentor=two)
    assert not objective.state_dict() and not list(objective.parameters())
    clone = copy.deepcopy(objective)
    for own, shared in zip(clone.judges.segmentors, objective.judges.segmentors, strict=True):
        assert own is not shared and own.network is shared.network
        assert not own.train().network.training


def test_no_segmentor():
    assert Judges([]).first is None and Judges([]).of_step() == []
    assert SCLLLEObjective().segmentor is None


def test_judges_that_do_not_go_together(two, tmp_path):
    with pytest.raises(ValueError, match="segmentor_choice must be one of draw, all, got 'both'"):
        SCLLLEObjective(segmentor=two, segmentor_choice='both')
    config = Config.fromfile(two[0]['config'])
    config.model.decode_head.num_classes = 5
    checkpoint = torch.load(two[0]['checkpoint'])
    head = checkpoint['state_dict']
    for name in ('decode_head.conv_seg.weight', 'decode_head.conv_seg.bias'):
        head[name] = torch.cat([head[name], head[name][:1]])
    path = Path(tmp_path, 'five.pth')
    torch.save(checkpoint, path)
    five = dict(
        type='mmscllle.FrozenSegmentor', config=config.model.to_dict(), checkpoint=str(path)
    )
    with pytest.raises(ValueError, match=r'must have the same classes, got \[4, 5\] of them'):
        SCLLLEObjective(segmentor=[two[0], five])


def test_judges_that_number_a_class_otherwise_are_refused(two, tmp_path):
    checkpoint = torch.load(two[0]['checkpoint'])
    names = []
    for number, classes in enumerate((['sky', 'road', 'car', 'tree'], ['sky', 'car', 'x', 'y'])):
        checkpoint['meta']['dataset_meta']['classes'] = classes
        names.append(str(tmp_path / f'{number}.pth'))
        torch.save(checkpoint, names[-1])
    first, second = (dict(two[0], checkpoint=name) for name in names)
    SCLLLEObjective(segmentor=[first, first])
    message = r"'car' is class 2 of objective.segmentor\[0\] and class 1 of .*segmentor\[1\]"
    with pytest.raises(ValueError, match=message):
        SCLLLEObjective(segmentor=[first, second])


def test_terms_of_features_are_averaged_over_judges(two, tmp_path):
    content = torch.load(two[1]['checkpoint'])
    for name, weight in content['state_dict'].items():
        if 'decode_head.convs' in name and weight.dim() == 4:
            weight.copy_(weight.flip(1))
    other = tmp_path / 'other.pth'
    torch.save(content, other)
    two[1]['checkpoint'] = str(other)

    def loss(segmentor):
        objective = SCLLLEObjective(
            extra_terms=dict(alike=dict(type='mmscllle.SelfCorrelationLoss', size=(4, 4))),
            segmentor=segmentor,
            segmentor_choice='all',
        )
        enhanced = image().requires_grad_()
        inputs = ObjectiveInputs(
            objective,
            lambda low: (enhanced, torch.zeros(2, 0, 1, 1)),
            dict(low=enhanced.detach(), reference=image(5)),
            torch.full((2, 32, 40), 255),
        )
        value = objective(inputs)['loss_alike']
        value.backward()
        return value.detach(), enhanced.grad

    (both, gradient), *each = (loss(segmentor) for segmentor in (two, *two))
    assert each[0][0] > 0 and each[0][0] != each[1][0]
    torch.testing.assert_close(both, (each[0][0] + each[1][0]) / 2)
    torch.testing.assert_close(gradient, (each[0][1] + each[1][1]) / 2)
