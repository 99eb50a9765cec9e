import random

import numpy as np
import pytest
import torch

from mmscllle.datasets.seeding import seeded


def draw():
    return (random.random(), np.random.rand(), torch.rand(1).item())


def states():
    name, keys, *rest = np.random.get_state()
    return random.getstate(), name, keys.tolist(), rest, torch.get_rng_state().tolist()


def test_draws_depend_on_the_number_alone():
    with seeded(2**80 + 1):
        first = draw()
    draw()
    with seeded(2**80 + 1):
        assert draw() == first
    with seeded(2**80 + 2):
        other = draw()
    assert all(a != b for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize('error', [None, ValueError])
def test_every_generator_is_put_back(error):
    before = states()
    try:
        with seeded(3):
            draw()
            if error:
                raise error
    except ValueError:
        pass
    assert states() == before


def test_generators_of_devices_are_left_alone(monkeypatch):
    # The model's own draws on a GPU must not repeat with each image loaded in the main process.
    seeds = []
    monkeypatch.setattr(torch.cuda, 'manual_seed_all', seeds.append)
    with seeded(3):
        draw()
    assert not seeds
