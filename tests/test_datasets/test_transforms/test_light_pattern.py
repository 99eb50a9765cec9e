import numpy as np

from mmscllle.datasets.seeding import seeded
from mmscllle.datasets.transforms.light_pattern import draw_light_pattern

IMAGE = np.zeros((40, 60, 3), np.uint8)
IMAGE[:, 30:, 1] = 204


def test_the_picture_or_a_random_one():
    kinds = []
    for seed in range(12):
        with seeded(seed):
            levels, of_picture = draw_light_pattern(IMAGE, blur=2.0)
        assert levels.shape == (40, 60) and levels.dtype == np.float32
        kinds.append(of_picture)
        if of_picture:
            assert levels[:, :20].max() < 0.01 and abs(levels[:, 40:] - 0.8).max() < 0.01
        else:
            # Smooth: so few cells have no steep edges.
            assert np.abs(np.diff(levels, axis=1)).max() < 0.2
            assert levels.std() > 0.02
    assert 2 <= sum(kinds) <= 10
