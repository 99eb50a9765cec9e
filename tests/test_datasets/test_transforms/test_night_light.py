import numpy as np
import pytest

from mmscllle.datasets.transforms.night_light import (
    LIGHTS,
    LUMINANCE,
    Lamp,
    cast,
    draw_lamp,
    glare,
    pool_of_light,
    vignette,
)

LAMP = Lamp(
    x=0.5,
    y=0.25,
    radius=0.02,
    light=4.0,
    scattered=0.01,
    below=0.25,
    width=0.2,
    height=0.1,
    pool=3.0,
    color=np.array([1.0, 0.5, 0.25]),
)


@pytest.mark.parametrize('name', LIGHTS)
def test_a_cast_keeps_the_luminance_and_fades(name):
    full, half, none = (cast(name, strength) for strength in (1.0, 0.5, 0.0))
    assert LUMINANCE @ full == pytest.approx(1) and LUMINANCE @ half == pytest.approx(1)
    assert none == pytest.approx([1, 1, 1])
    assert full / full.max() == pytest.approx(LIGHTS[name])
    assert half.max() / half.min() == pytest.approx((full.max() / full.min()) ** 0.5)


def test_lamps_are_warm_and_the_moon_is_cold():
    for name, (red, green, blue) in LIGHTS.items():
        assert (red < green < blue) if name == 'moon' else (red > green > blue)


def test_pool_of_light():
    pool = pool_of_light(LAMP, 101, 201)
    assert pool.shape == (101, 201, 3) and pool.dtype == np.float32
    # In the middle of the picture: 0.25 below the lamp, of the lamp's colour.
    assert pool[50, 100] == pytest.approx([3, 1.5, 0.75], rel=1e-3)
    # At a half axis of 0.2 of 201 pixels to the side, and of 0.1 of 101 pixels down.
    assert pool[50, 100 + 40, 0] == pytest.approx(3 * np.exp(-0.5), rel=0.01)
    assert pool[50 + 10, 100, 0] == pytest.approx(3 * np.exp(-0.5), rel=0.02)


def test_glare_saturates_within_the_lamp_and_falls_with_the_square():
    light = glare(LAMP, 101, 201)
    # The lamp is at a quarter of the height, 4 pixels of radius.
    assert light[25, 100, 0] > 3.9
    near, far = light[25, 100 + 40, 0], light[25, 100 + 80, 0]
    assert near == pytest.approx(4 * 0.01 / (1 + 40 / 4.02 / 4) ** 2, rel=0.05)
    assert 2 < near / far < 4
    assert light[25, 100] == pytest.approx(light[25, 100, 0] * LAMP.color, rel=1e-5)


def test_vignette_is_what_it_takes_in_the_corners():
    lens = vignette(0.4, 300, 400)
    assert lens.shape == (300, 400, 1)
    assert lens[150, 200, 0] == pytest.approx(1, abs=1e-3)
    assert lens[0, 0, 0] == pytest.approx(0.6, abs=5e-3)
    # Half way: (1 + r^2 t^2)^-2 with r = 1/2 and (1 + t^2)^-2 = 0.6.
    assert lens[75, 100, 0] == pytest.approx((1 + (0.6**-0.5 - 1) / 4) ** -2, abs=5e-3)
    assert (vignette(0.0, 30, 40) == 1).all()


def test_drawn_lamps_follow_the_global_generator_and_differ():
    np.random.seed(3)
    first, second = draw_lamp(np.ones(3)), draw_lamp(np.ones(3))
    np.random.seed(3)
    assert draw_lamp(np.ones(3)).x == first.x != second.x
