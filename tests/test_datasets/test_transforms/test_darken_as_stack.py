from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mmscllle.datasets.transforms import DarkenAsStack
from mmscllle.registry import TRANSFORMS

LEVELS = np.arange(256)
LIGHT = np.random.default_rng(0).uniform(0.02, 1, (64, 64)).cumsum(1) / 40
CURVES = dict(
    a=lambda light: 255 * light.clip(0, 1) ** (1 / 2.2),
    b=lambda light: 255 * (1 - np.exp(-2 * light)),
)


@pytest.fixture
def stacks(tmp_path):
    """Two cameras of other curves, a dark and a bright shot each."""
    for scene, curve in CURVES.items():
        (tmp_path / scene).mkdir()
        for name, exposure in (('dark', 0.06), ('bright', 0.5)):
            shot = np.rint(curve(exposure * LIGHT)).astype(np.uint8)
            assert cv2.imwrite(str(tmp_path / scene / f'{name}.png'), np.dstack([shot] * 3))
    return str(tmp_path)


def darken(stacks, image, seed=0, highlights=1.0):
    np.random.seed(seed)
    transform = DarkenAsStack(stacks, (80, 190), (4, 75), highlights, split='all')
    return transform(dict(img=image))['img']


def test_darkens_by_the_curve_of_a_camera(stacks):
    ramp = np.repeat(LEVELS.astype(np.uint8)[None, :, None], 3, axis=2)
    found = {tuple(darken(stacks, ramp, seed)[0, :, 0].tolist()) for seed in range(8)}
    # 0.06 / 0.5 of the light, through each of the two curves.
    wanted = [
        LEVELS * (0.06 / 0.5) ** (1 / 2.2),
        255 * (1 - (1 - LEVELS / 255).clip(1e-9) ** (0.06 / 0.5)),
    ]
    assert len(found) == 2
    inner = slice(60, 150)
    for curve in found:
        assert min(np.abs(np.array(curve) - want)[inner].max() for want in wanted) < 3


def test_channels_have_curves_of_their_own(stacks):
    for scene in CURVES:
        path = f'{stacks}/{scene}/dark.png'
        shot = cv2.imread(path)
        shot[..., 0] //= 2
        assert cv2.imwrite(path, shot)
    found = darken(stacks, np.full((4, 4, 3), 120, np.uint8))[0, 0].astype(int)
    assert found[0] == pytest.approx(found[1] / 2, abs=1) and found[1] == found[2]


def test_what_is_nearly_white_may_have_been_brighter(stacks, monkeypatch):
    image = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    plain = darken(stacks, image, 3).astype(int)
    light = np.ones((32, 32, 1), np.float32)
    light[:, 16:] = 25
    draw = 'mmscllle.datasets.transforms.darken_as_stack.draw_highlights'
    monkeypatch.setattr(draw, lambda picture, most: light)
    found = darken(stacks, image, 3).astype(int)
    assert np.array_equal(found[:, :16], plain[:, :16])
    # 25 times the light, in display values.
    wanted = np.minimum(255, plain[:, 16:] * 25 ** (1 / 2.2))
    assert np.abs(found[:, 16:] - wanted).max() < 3 and (wanted < 255).mean() > 0.2


def test_the_most_light_of_a_highlight_is_the_argument(stacks):
    image = np.full((16, 16, 3), 250, np.uint8)
    plain, found = (darken(stacks, image, 3, most) for most in (1.0, 25.0))
    assert (found >= plain).all() and (found > plain).any()


def test_a_curve_is_measured_once(stacks):
    transform = DarkenAsStack(stacks, bright=(80, 190), dark=(4, 75), fold=2)
    image = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    np.random.seed(0)
    first = transform(dict(img=image))['img']
    for pair in transform.pairs:
        for path in pair:
            Path(path).unlink()
    np.random.seed(0)
    assert np.array_equal(transform(dict(img=image))['img'], first)


def test_the_same_seed_gives_the_same_picture(stacks):
    image = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    for seed in range(3):
        first, again = (darken(stacks, image, seed, 25.0) for _ in range(2))
        assert np.array_equal(first, again)


def test_scenes_of_the_other_part_lend_no_curve(stacks):
    transform = DarkenAsStack(stacks, bright=(80, 190), dark=(4, 75), fold=2)
    assert [path.split('/')[-2] for pair in transform.pairs for path in pair] == ['b', 'b']


def test_is_built_from_a_config(stacks):
    init_default_scope('mmscllle')
    config = dict(type='mmscllle.DarkenAsStack', data_root=stacks, bright=(80, 190), dark=(4, 75))
    assert isinstance(TRANSFORMS.build(config), DarkenAsStack)


def test_refuses_what_cannot_be(stacks, tmp_path):
    with pytest.raises(FileNotFoundError, match='data_root: there is no folder'):
        DarkenAsStack(str(tmp_path / 'no'))
    with pytest.raises(ValueError, match='dark must end below bright'):
        DarkenAsStack(stacks, bright=(60, 190), dark=(4, 75))
    with pytest.raises(ValueError, match='bright must be two ascending positive numbers'):
        DarkenAsStack(stacks, bright=(190, 60))
    with pytest.raises(ValueError, match='highlights must be at least 1, got 0.5'):
        DarkenAsStack(stacks, highlights=0.5)
    with pytest.raises(ValueError, match=r'no shot in .* means looked for: \[\(250, 255\)\]'):
        DarkenAsStack(stacks, bright=(250, 255))


def test_tells_that_no_scene_has_both(stacks, tmp_path):
    (tmp_path / 'a' / 'dark.png').unlink()
    (tmp_path / 'b' / 'bright.png').unlink()
    with pytest.raises(ValueError, match="no scene in .*, split 'all', has shots of mean"):
        DarkenAsStack(stacks, bright=(80, 190), dark=(4, 75), split='all')
