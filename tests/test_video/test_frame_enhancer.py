from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch

from mmscllle.inference.curve_engine import CurveEngine
from mmscllle.inference.tensors import frames_to_tensor, tensor_to_frame
from mmscllle.models import CurveEnhancer
from mmscllle.video import Comparison, Frame, FrameEnhancer
from mmscllle.video.frame_enhancer import reduce_to

RATE = 30


def enhance(
    engine: CurveEngine, frames: np.ndarray, smoothing: float, rate: int = RATE, **kwargs: float
) -> np.ndarray:
    enhancer = FrameEnhancer(engine, engine, smoothing, **kwargs)
    return np.stack(
        [enhancer(Frame(frame, Fraction(number, rate))) for number, frame in enumerate(frames)]
    )


def flicker(frames: np.ndarray) -> float:
    """Variance of the change of the mean from frame to frame."""
    return float(np.var(np.diff(frames.astype(np.float64).mean(axis=(1, 2, 3)))))


def exposures(count: int) -> np.ndarray:
    return np.exp(0.1 * np.random.default_rng(1).standard_normal(count))


@pytest.mark.parametrize('pan', [0, 4])
@pytest.mark.parametrize('strength', [0.6, 1, 1.6])
def test_brightness_flickers_20_times_less(engine, streets, film, pan, strength):
    frames = film(streets[0], exposures(30), pan)
    alone, steady = (
        enhance(engine, frames, smoothing, strength=strength) for smoothing in (0, 0.5)
    )
    assert flicker(alone) > flicker(frames)
    assert flicker(alone) > 20 * flicker(steady)
    # It is as bright as before.
    assert abs(alone.mean() - steady.mean()) < 4


def test_flickers_20_times_less_with_the_released_weights(shared, streets, film):
    network = CurveEnhancer()
    network.load_state_dict(
        torch.load(
            shared / 'checkpoints' / 'scl_lle_reference.pth', map_location='cpu', weights_only=True
        )
    )
    engine = CurveEngine(network)
    frames = film(streets[0], exposures(16), 4)
    for fast in (engine, CurveEngine(network, fast=True)):
        enhancers = [FrameEnhancer(fast, engine, smoothing) for smoothing in (0, 0.5)]
        alone, steady = (
            np.stack(
                [
                    enhancer(Frame(frame, Fraction(number, RATE)))
                    for number, frame in enumerate(frames)
                ]
            )
            for enhancer in enhancers
        )
        assert flicker(alone) > 20 * flicker(steady)


def test_each_frame_on_its_own_is_the_engine(engine, streets, film):
    frames = film(streets[0], [1, 0.8])
    expected = [
        tensor_to_frame(engine(frames_to_tensor([frame], 'cpu'))[0], frame) for frame in frames
    ]
    np.testing.assert_array_equal(enhance(engine, frames, smoothing=0), expected)
    # So is the first frame of any video.
    np.testing.assert_array_equal(enhance(engine, frames, smoothing=0.5)[0], expected[0])


def test_a_cut_is_followed_at_once(engine, streets, film):
    other = 2.5 * streets[1][:, ::-1]
    frames = np.concatenate([film(streets[0], exposures(8)), film(other, [1, 1.2, 0.9])])
    alone, steady = (enhance(engine, frames, smoothing) for smoothing in (0, 0.5))
    assert (alone[7] != steady[7]).any()
    np.testing.assert_array_equal(alone[8], steady[8])
    assert (alone[9] != steady[9]).any()


def test_moving_things_leave_no_ghosts(engine):
    frames = np.full((12, 64, 96, 3), 20, np.uint8)
    for number, frame in enumerate(frames):
        frame[20:36, 6 * number : 6 * number + 16] = 150
    for frame in enhance(engine, frames, smoothing=0.5)[4:]:
        # Where the square was and where it never was.
        assert np.abs(frame[20:36, :14].astype(int) - frame[44:60, :14]).max() <= 1


def test_a_lamp_does_not_dim_the_rest(engine, streets, film):
    frames = film(streets[0], [1] * 8)
    frames[4:, 10:30, 10:30] = 255
    steady = enhance(engine, frames, smoothing=0.5).astype(np.float64)[:, 40:]
    assert np.abs(np.diff(steady.mean(axis=(1, 2, 3)))).max() < 0.5


def test_follows_a_lasting_change_by_the_clock(engine, streets, film):
    """What is left of a change after a time does not depend on the frame rate."""
    left = []
    for rate in (10, 40):
        count = rate // 2 + 1
        frames = film(streets[0], [1] + [1.15] * count)
        alone, steady = (
            enhance(engine, frames, smoothing, rate)[-1].mean() for smoothing in (0, 0.5)
        )
        left.append(alone - steady)
    assert left[0] == pytest.approx(left[1], abs=0.25)
    # e^(-0.6 / 0.5) and e^(-0.525 / 0.5) of it, 1 time constant and a frame later.
    full = alone - enhance(engine, film(streets[0], [1]), 0).mean()
    assert 0.2 < left[0] / full < 0.5


def test_a_network_that_changes_nothing(streets, film):
    network = CurveEnhancer(channels=4)
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    frames = film(streets[0], exposures(4))
    np.testing.assert_array_equal(enhance(CurveEngine(network), frames, 0.5), frames)


def test_strength_0_changes_nothing(engine, streets, film):
    frames = film(streets[0], exposures(3))
    np.testing.assert_array_equal(enhance(engine, frames, 0.5, strength=0), frames)


@pytest.mark.parametrize('size', [(1, 1), (1, 200), (300, 2)])
def test_any_size(engine, size):
    frames = np.random.default_rng(0).integers(90, size=(3, *size, 3), dtype=np.uint8)
    assert enhance(engine, frames, 0.5).shape == frames.shape


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(smoothing=-1), 'time_constant must not be negative, got -1'),
        (dict(strength=-0.5), 'strength must not be negative, got -0.5'),
        (dict(smoothing=float('nan')), 'time_constant must not be negative, got nan'),
    ],
)
def test_refuses(engine, kwargs, message):
    with pytest.raises(ValueError, match=message):
        FrameEnhancer(engine, engine, **kwargs)


def test_plot_of_the_frames(engine, streets, film):
    frames = film(streets[0], [1, 0.7])
    enhancer = FrameEnhancer(engine, engine, smoothing=0, strength=0.5)
    assert enhancer.plot() is None
    for number, frame in enumerate(frames):
        enhancer(Frame(frame, Fraction(number)))
    small = reduce_to(frames_to_tensor(list(frames), 'cpu'), 64)
    assert small.shape == (2, 3, 48, 64)
    np.testing.assert_array_equal(enhancer.plot(), engine.plot(small, 0.5))


def test_plot_of_a_long_video_takes_frames_that_are_equally_far_apart():
    class Recorder:
        device = torch.device('cpu')

        def __call__(self, images, strength=1.0):
            return images

        def prepare(self, images):
            return lambda strength: images

        def plot(self, images, strength):
            return (255 * images[:, 0, 0, 0]).round().int().tolist()

    enhancer = FrameEnhancer(Recorder(), Recorder(), smoothing=0)
    for number in range(200):
        enhancer(Frame(np.full((2, 2, 3), number, np.uint8), Fraction(number)))
    assert enhancer.plot() == list(range(0, 200, 4))


class HalvesSegmentor:
    """Class 0 left, class 1 right."""

    def predict(self, image: torch.Tensor) -> torch.Tensor:
        labels = torch.zeros(image.shape[0], *image.shape[2:], dtype=torch.long)
        labels[..., image.shape[3] // 2 :] = 1
        return labels


def test_comparison(streets: list, film: Callable):
    image, enhanced = film(streets[0], [1, 2])
    pair = Comparison()
    assert pair.columns == 2
    np.testing.assert_array_equal(pair(image, enhanced), np.hstack([image, enhanced]))
    segmented = Comparison(HalvesSegmentor(), [[0, 0, 0], [255, 255, 255]])
    drawn = segmented(image, enhanced)
    assert segmented.columns == 4 and drawn.shape == (96, 4 * 128, 3)
    left, right = drawn[:, 3 * 128 :][:, :64], drawn[:, 3 * 128 :][:, 64:]
    np.testing.assert_allclose(left, enhanced[:, :64] / 2, atol=0.5)
    np.testing.assert_allclose(right, (enhanced[:, 64:] + 255.0) / 2, atol=0.5)
