"""What all published enhancers have in common."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import torch
from mmengine.runner import load_checkpoint

from mmscllle.models.enhancers import make_engine
from mmscllle.registry import MODELS


class Published(NamedTuple):
    """A network, its number of parameters, and how far a result depends on the image."""

    name: str
    parameters: int
    receptive_field: int | None = None

    def build(self) -> torch.nn.Module:
        return MODELS.build(dict(type=f'mmscllle.{self.name}')).eval()

    def build_random(self) -> torch.nn.Module:
        """Weights large enough for every part to have its say, the same each time."""
        enhancer = self.build()
        generator = torch.Generator().manual_seed(0)
        for parameter in enhancer.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.data.add_(0.03 * noise)
        return enhancer


PUBLISHED = [
    Published('ZeroDCEPlusPlus', 10_561),
    Published('SCI', 258, 3),
    Published('IAT', 91_154),
    Published('PairLIE', 341_767, 10),
    Published('CLIPLIT', 278_790),
]
# The array of results in the golden file, the network and the authors' file.
RELEASED = [
    ('zero_dcepp', 'ZeroDCEPlusPlus', 'zero_dcepp.pth'),
    ('sci_easy', 'SCI', 'sci_easy.pt'),
    ('sci_medium', 'SCI', 'sci_medium.pt'),
    ('sci_difficult', 'SCI', 'sci_difficult.pt'),
    ('iat_lol_v1', 'IAT', 'iat_lol_v1.pth'),
    ('iat_exposure', 'IAT', 'iat_exposure.pth'),
    ('pairlie', 'PairLIE', 'pairlie.pth'),
    ('cliplit', 'CLIPLIT', 'clip_lit.pth'),
]
every = pytest.mark.parametrize('published', PUBLISHED, ids=lambda published: published.name)


def images(*shape: int) -> torch.Tensor:
    return 0.4 * torch.rand(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.shared
@pytest.mark.parametrize(('key', 'name', 'file'), RELEASED, ids=[key for key, *_ in RELEASED])
def test_released_weights_give_the_authors_results(shared, tmp_path, key, name, file):
    path = shared / 'checkpoints/peers' / file
    weights = torch.load(path, map_location='cpu', weights_only=True)
    bare = {weight.replace('module.', ''): value for weight, value in weights.items()}
    wrapped = {f'module.{weight}': value for weight, value in bare.items()}
    results = []
    with np.load(shared / 'reference/peers.npz') as golden:
        low, expected = (torch.from_numpy(golden[array]) for array in ('low', key))
    for variant in (weights, bare, wrapped):
        torch.save(variant, tmp_path / file)
        enhancer = MODELS.build(dict(type=f'mmscllle.{name}'))
        load_checkpoint(enhancer, str(tmp_path / file), 'cpu', strict=True)
        with torch.no_grad():
            results.append(enhancer.eval()(low)[0])
    torch.testing.assert_close(results[0], expected, rtol=0, atol=2e-6)
    assert torch.equal(results[0], results[1]) and torch.equal(results[0], results[2])


@every
def test_parameters(published):
    assert sum(p.numel() for p in published.build().parameters()) == published.parameters


@every
@pytest.mark.parametrize('size', [(1, 1), (1, 17), (13, 1), (31, 45)])
def test_any_size(published, size):
    low = images(2, 3, *size)
    enhanced, curves = published.build_random()(low)
    assert enhanced.shape == low.shape and enhanced.isfinite().all()
    assert curves.shape == (2, 3 if published.name == 'ZeroDCEPlusPlus' else 0, *size)


@every
def test_images_of_a_batch_do_not_mix(published):
    enhancer, low = published.build_random().double(), images(3, 3, 25, 38).double()
    with torch.no_grad():
        together, alone = enhancer(low)[0], torch.cat([enhancer(image[None])[0] for image in low])
    torch.testing.assert_close(together, alone)


# Zero-DCE++ looks at a few pixels of each twelve: see its own tests.
@pytest.mark.parametrize('published', PUBLISHED[1:], ids=lambda published: published.name)
def test_how_far_a_result_depends_on_the_image(published):
    # In float64 and all over the picture, lest something small goes unseen.
    enhancer, low = published.build_random().double(), images(1, 3, 3, 60).double()
    changed = low.clone()
    changed[..., 0] += 0.3
    with torch.no_grad():
        difference = (enhancer(low)[0] - enhancer(changed)[0]).abs().amax(dim=(0, 1, 2))
    reach = difference.nonzero().max().item()
    assert enhancer.receptive_field == published.receptive_field
    assert reach == (59 if published.receptive_field is None else published.receptive_field)


@every
def test_tiles_give_the_whole_picture_or_are_refused(published):
    enhancer, low = published.build_random(), images(1, 3, 40, 50)
    if published.receptive_field is None:
        with pytest.raises(ValueError, match=f'tile: {published.name} cannot work in tiles'):
            make_engine(enhancer, tile=16)
    else:
        torch.testing.assert_close(
            make_engine(enhancer, tile=16)(low), make_engine(enhancer)(low), rtol=0, atol=1e-5
        )


@every
def test_gradients_reach_every_weight(published):
    enhancer = published.build_random().train()
    enhanced, _ = enhancer(images(2, 3, 24, 36))
    enhanced.square().mean().backward()
    for name, parameter in enhancer.named_parameters():
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.abs().sum() > 0, name


@every
def test_each_trains_from_nothing_by_the_terms_of_scl_lle(published, objective_config, inputs):
    torch.manual_seed(0)
    objective_config['illumination_smoothness'].update(skip_without_curves=True)
    model = MODELS.build(
        dict(
            type='mmscllle.SCLLLE',
            objective=objective_config,
            enhancer=dict(type=f'mmscllle.{published.name}'),
        )
    )
    model.init_weights()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    totals = []
    for _ in range(6):
        total = sum(model(inputs, mode='loss').values())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(total.item())
    assert np.isfinite(totals).all()
    assert min(totals[1:]) < totals[0]


@every
def test_each_learns_together_with_a_segmentor(published, tiny_segmentor, inputs, labelled):
    config, checkpoint = tiny_segmentor
    model = MODELS.build(
        dict(
            type='mmscllle.EnhancedSegmentor',
            enhancer=dict(type=f'mmscllle.{published.name}'),
            segmentor=config,
            segmentor_checkpoint=checkpoint,
            learn='both',
        )
    )
    for sample in labelled:
        sample.set_metainfo(dict(img_shape=(32, 40), ori_shape=(32, 40)))
    batch = dict(inputs=[(255 * image).byte() for image in inputs['low']], data_samples=labelled)
    losses, _ = model.parse_losses(model(**model.data_preprocessor(batch, True), mode='loss'))
    losses.backward()
    gradients = [p.grad for p in model.enhancer.parameters() if p.grad is not None]
    assert all(gradient.isfinite().all() for gradient in gradients)
    assert sum(gradient.abs().sum() for gradient in gradients) > 0


@every
@pytest.mark.parametrize('shape', [(3, 8, 8), (1, 1, 8, 8), (1, 4, 8, 8)])
def test_no_rgb_batch(published, shape):
    with pytest.raises(ValueError, match=rf'{published.name} takes RGB images of shape .* got'):
        published.build()(torch.rand(shape))


@every
@pytest.mark.parametrize('value', [0.0, 0.5, 1.0], ids=['black', 'grey', 'white'])
def test_bfloat16_autocast_on_flat_images(published, value):
    torch.manual_seed(0)
    enhancer, image = published.build(), torch.full((1, 3, 16, 16), value)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        enhanced, _ = enhancer(image)
        enhanced.float().mean().backward()
    assert all(p.grad.isfinite().all() for p in enhancer.parameters())
    torch.testing.assert_close(enhanced.float(), enhancer(image)[0], atol=0.08, rtol=0)
