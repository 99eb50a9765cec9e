from __future__ import annotations

import pytest
import torch

from mmscllle.inference.grid_engine import GridEngine
from mmscllle.models.enhancers import BilateralGridEnhancer, DuskNightEnhancer, load_enhancer
from mmscllle.models.enhancers.bilateral_grid import describe_cells
from mmscllle.models.enhancers.building import EnhancerSource
from mmscllle.models.enhancers.white_balance import grey_world_gains

SMALL = dict(channels=(8, 8), knots=5, denoise_scales=2)
GATES = dict(night=(0.1, 0.2), leave_bright=(0.8, 0.9))


def make_network(seed: int) -> BilateralGridEnhancer:
    torch.manual_seed(seed)
    network = BilateralGridEnhancer(**SMALL)
    for head in (network.curves, network.detail, network.added_noise):
        torch.nn.init.normal_(head.weight, std=0.4)
    return network.eval()


@pytest.fixture
def dusk(tmp_path):
    network = make_network(1)
    torch.save(network.state_dict(), tmp_path / 'dusk.pth')
    return network, str(tmp_path / 'dusk.pth')


@pytest.fixture
def both(dusk):
    """The network for dusk, that for the night, and the two as one."""
    night = make_network(2)
    network = DuskNightEnhancer(dusk[1], **GATES, **SMALL).eval()
    network.load_state_dict(night.state_dict(), strict=False)
    return dusk[0], night, network


def flat(*levels: float) -> torch.Tensor:
    return torch.tensor(levels)[:, None, None, None].expand(-1, 3, 24, 16).contiguous()


def test_a_picture_is_enhanced_by_its_brightness(both):
    dusk, night, network = both
    image = flat(0.05, 0.1, 0.2, 0.6)
    result, curves = network(image)
    torch.testing.assert_close(result[:2], night(image[:2])[0])
    torch.testing.assert_close(result[2:], dusk(image[2:])[0])
    torch.testing.assert_close(curves[2:], dusk(image[2:])[1])
    # A quarter of the way from 0.2 to 0.1.
    cells = describe_cells(flat(0.175), network.cell)
    own, of_dusk, of_night = (each.estimate_grid(cells) for each in (network, dusk, night))
    for part, from_dusk, from_night in zip(own, of_dusk, of_night, strict=True):
        torch.testing.assert_close(part, 0.75 * from_dusk + 0.25 * from_night)


@pytest.mark.parametrize('fast', [False, True])
def test_engine(both, fast):
    image = torch.rand(3, 3, 150, 40) * torch.tensor([0.1, 0.3, 1])[:, None, None, None]
    network = both[2]
    assert (GridEngine(network, fast=fast)(image) - network(image)[0]).abs().max() < 1e-5


def test_only_the_network_for_the_night_learns(both):
    network = both[2].train()
    network(flat(0.05))[0].mean().backward()
    assert all((p.grad is None) == ('added_dusk' in n) for n, p in network.named_parameters())


def test_checkpoints_of_one_network_and_of_both(both, tmp_path):
    _, night, network = both
    config = dict(type='mmscllle.DuskNightEnhancer', dusk_weights=str(tmp_path / 'dusk.pth'))
    config.update(SMALL, **GATES)
    torch.save(night.state_dict(), tmp_path / 'night.pth')
    torch.save(network.state_dict(), tmp_path / 'both.pth')
    image = flat(0.05, 0.15, 0.3)
    for name in ('night', 'both'):
        loaded = load_enhancer(EnhancerSource(config, str(tmp_path / f'{name}.pth')), 'weights')
        torch.testing.assert_close(loaded.eval()(image)[0], network(image)[0])
    # That of both replaces what was there.
    torch.save(make_network(3).state_dict(), tmp_path / 'dusk.pth')
    loaded = load_enhancer(EnhancerSource(config, str(tmp_path / 'both.pth')), 'weights')
    torch.testing.assert_close(loaded.eval()(image)[0], network(image)[0])


@pytest.mark.parametrize('fast', [False, True])
def test_the_day_gets_nothing(dusk, fast):
    network = DuskNightEnhancer(dusk[1], leave_bright=(0.3, 0.5), **SMALL).eval()
    image = flat(0.25, 0.4, 0.6)
    result = network(image)[0]
    torch.testing.assert_close(result[1], (image[1] + dusk[0](image)[0][1]) / 2)
    assert torch.equal(result[2], image[2])
    torch.testing.assert_close(GridEngine(network, fast=fast)(image), result, rtol=0, atol=1e-5)
    # In training the whole of it counts.
    torch.testing.assert_close(network.train()(image)[0], dusk[0](image)[0])


def colored(*levels: float) -> torch.Tensor:
    """Flat pictures under a reddish light, with these means."""
    cast = torch.tensor([1.3, 1.0, 0.7])[None, :, None, None]
    return flat(*levels) * cast


@pytest.mark.parametrize('fast', [False, True])
@pytest.mark.parametrize('scales', [0, 2])
def test_the_light_of_a_night_is_balanced_first(tmp_path, fast, scales):
    options = {**SMALL, 'denoise_scales': scales}
    torch.save(BilateralGridEnhancer(**options).state_dict(), tmp_path / 'dusk.pth')
    torch.manual_seed(1)
    plain, balancing = (
        DuskNightEnhancer(
            str(tmp_path / 'dusk.pth'), **GATES, **options, white_balance=amount
        ).eval()
        for amount in (0.0, 1.0)
    )
    torch.nn.init.normal_(plain.curves.weight, std=0.4)
    balancing.load_state_dict(plain.state_dict(), strict=False)
    image = colored(0.05, 0.15, 0.3) * (0.8 + 0.4 * torch.rand(3, 3, 24, 16))
    # In full, by half, not at all.
    gains = [grey_world_gains(image, torch.tensor(amount)) for amount in (1.0, 0.5, 0.0)]
    balanced = torch.stack([image[n] * gains[n][n] for n in range(3)])
    result = balancing(image)[0]
    torch.testing.assert_close(result[::2], plain(balanced)[0][::2], rtol=0, atol=1e-5)
    torch.testing.assert_close(result[1], plain(balanced)[0][1], rtol=0, atol=0.01)
    engine = GridEngine(balancing, fast=fast)
    torch.testing.assert_close(engine(image), result, rtol=0, atol=2e-4)
    # Less of it is less of both, and none is the image itself.
    torch.testing.assert_close(engine(image, 0.5), (image + result) / 2, rtol=0, atol=2e-4)
    assert torch.equal(engine(image, 0), image)


def test_weights_know_that_they_balance(dusk):
    balancing = DuskNightEnhancer(dusk[1], **SMALL, white_balance=0.8)
    assert balancing.state_dict()['mark_white_balance'] == torch.tensor(0.8)
    assert 'mark_white_balance' not in DuskNightEnhancer(dusk[1], **SMALL).state_dict()


@pytest.mark.parametrize('white_balance', [-0.1, 1.1, float('nan')])
def test_wrong_white_balance(dusk, white_balance):
    with pytest.raises(ValueError, match=f'white_balance must be from 0 to 1, got {white_balance}'):
        DuskNightEnhancer(dusk[1], white_balance=white_balance, **SMALL)


@pytest.mark.parametrize('night', [(0.2, 0.1), (0.1,), (-0.1, 0.1), (0.5, 1.5)])
def test_wrong_brightness(dusk, night):
    with pytest.raises(ValueError, match='night must be two ascending numbers'):
        DuskNightEnhancer(dusk[1], night=night, **SMALL)


def test_wrong_weights(dusk, tmp_path):
    with pytest.raises(FileNotFoundError, match='dusk_weights: .*none.pth'):
        DuskNightEnhancer(str(tmp_path / 'none.pth'), **SMALL)
    with pytest.raises(ValueError, match='dusk_weights.*Both networks are of one size'):
        DuskNightEnhancer(dusk[1], **{**SMALL, 'knots': 6})
