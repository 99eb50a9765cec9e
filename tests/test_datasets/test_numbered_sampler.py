from itertools import islice

import pytest
from mmengine.dataset import InfiniteSampler

from mmscllle.datasets import NumberedSampler
from mmscllle.datasets.numbered_sampler import PASSES_PER_SEED

SIZE = 7


def draws(count, seed=0, rank=0, world_size=1, shuffle=True):
    sampler = NumberedSampler(range(SIZE), shuffle=shuffle, seed=seed)
    sampler.rank, sampler.world_size = rank, world_size
    return list(islice(sampler, count))


def test_without_shuffling_numbers_count_up():
    first = PASSES_PER_SEED * SIZE
    assert draws(3 * SIZE, shuffle=False) == list(range(first, first + 3 * SIZE))


def test_each_pass_sees_every_index_once_in_the_order_of_the_host():
    numbers = draws(3 * SIZE, seed=5)
    passes = [number // SIZE for number in numbers]
    assert passes == [6 * PASSES_PER_SEED + n for n in range(3) for _ in range(SIZE)]
    indices = [number % SIZE for number in numbers]
    assert indices == list(islice(InfiniteSampler(range(SIZE), seed=5), 3 * SIZE))
    assert all(sorted(indices[i : i + SIZE]) == list(range(SIZE)) for i in range(0, 3 * SIZE, SIZE))


def test_pass_numbers_are_positive_and_differ_between_seeds():
    # The last pass of a seed stays below the first one of the next.
    assert min(draws(SIZE, seed=0)) >= SIZE
    assert min(draws(SIZE, seed=1)) - min(draws(SIZE, seed=0)) == PASSES_PER_SEED * SIZE


def test_ranks_share_the_draws_of_one_process():
    alone = draws(4 * SIZE, seed=3)
    assert draws(2 * SIZE, seed=3, rank=0, world_size=2) == alone[::2]
    assert draws(2 * SIZE, seed=3, rank=1, world_size=2) == alone[1::2]


# OpenMMLab's MMEngine draws and drops what came before instead.
@pytest.mark.onedl
def test_resume_goes_on_where_the_run_stopped():
    sampler = NumberedSampler(range(SIZE), seed=3)
    sampler.skip(SIZE + 2)
    assert list(islice(sampler, SIZE)) == draws(2 * SIZE + 2, seed=3)[SIZE + 2 :]
