"""Time a training step against a plain re-statement of the reference implementation's way.

Enhancer, VGG-16 and losses in float32, without the segmentor: the frozen networks' weights are
random, which changes no time.  Both run in turn in one process, after a warm-up.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from mmcv.cnn import VGG
from mmengine.config import Config
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmscllle.models import SCLLLEObjective
from mmscllle.models.enhancers import build_enhancer
from mmscllle.models.objective_inputs import ObjectiveInputs

CONFIG = Path(__file__).parents[2] / 'configs' / '_base_' / 'models' / 'scl-lle.py'
CLASS_IDS = 35


def ours(enhancer: nn.Module, vgg_weights: str) -> Callable[..., Tensor]:
    """The configured objective: features once an image, class statistics by scattering."""
    terms = Config.fromfile(str(CONFIG)).model.objective
    terms.pop('semantic_cross_entropy')
    terms.feature_extractor = dict(type='mmscllle.VGG16Features', checkpoint=vgg_weights)
    objective: SCLLLEObjective = MODELS.build(terms)

    def total(low: Tensor, positive: Tensor, negative: Tensor, labels: Tensor) -> Tensor:
        images = dict(low=low, positive=positive, negative=negative)
        return sum(objective(ObjectiveInputs(objective, enhancer, images, labels)).values())

    return total


def reference(enhancer: nn.Module, vgg_weights: str) -> Callable[..., Tensor]:
    """One network call for each loss and image, one loop turn for each of 35 class ids."""
    network = VGG(16)
    network.load_state_dict(torch.load(vgg_weights))
    vgg = network.requires_grad_(False).features
    to_relu1_2, to_relu2_2 = vgg[:4], vgg[4:9]
    to_relu3_3, to_relu4_3 = vgg[9:16], vgg[16:23]

    def maps(image: Tensor, deep: bool) -> list[Tensor]:
        outputs = []
        stages = [to_relu1_2, to_relu2_2, to_relu3_3] + ([to_relu4_3] if deep else [])
        for stage in stages:
            image = stage(image)
            outputs.append(image)
        return outputs

    def gram(features: Tensor) -> Tensor:
        n, c, h, w = features.shape
        flat = features.view(n, c, h * w)
        return flat.bmm(flat.transpose(1, 2)) / (c * h * w)

    def gram_distance(a: Tensor, b: Tensor) -> Tensor:
        grams_a = [gram(x) for x in maps(a, deep=False)]
        grams_b = [gram(x) for x in maps(b, deep=False)]
        return sum(((x - y) ** 2).sum() for x, y in zip(grams_a[:2], grams_b[:2], strict=True))

    def brightness_distance(a: Tensor, b: Tensor) -> Tensor:
        return (a.mean(1, keepdim=True) - b.mean(1, keepdim=True)).abs().mean()

    def class_brightness(image: Tensor, labels: Tensor) -> Tensor:
        brightness, total = image.mean(1, keepdim=True), 0
        zeros = torch.zeros_like(labels, dtype=image.dtype)
        for class_id in range(CLASS_IDS):
            chosen = torch.where(labels == class_id, brightness, zeros)
            centre = chosen.mean()
            chosen = torch.where(chosen == 0, centre, chosen)
            total = total + ((chosen - centre.detach()) ** 2).mean()
        return total

    def total(low: Tensor, positive: Tensor, negative: Tensor, labels: Tensor) -> Tensor:
        enhanced, curves = enhancer(low)
        n, _, h, w = curves.shape
        smoothness = (
            2
            * (
                (curves[:, :, 1:] - curves[:, :, :-1]).pow(2).sum() / ((h - 1) * w)
                + (curves[..., 1:] - curves[..., :-1]).pow(2).sum() / (h * (w - 1))
            )
            / n
        )
        red, green, blue = enhanced.mean((2, 3)).unbind(1)
        color = ((red - green) ** 4 + (red - blue) ** 4 + (green - blue) ** 4).sqrt().mean()
        retention = nn.functional.mse_loss(maps(low, deep=True)[3], maps(enhanced, deep=True)[3])
        brightness = (
            brightness_distance(enhanced, positive) - brightness_distance(enhanced, negative) + 0.3
        ).clamp(min=0)
        colors = (
            gram_distance(enhanced, positive) - gram_distance(enhanced, negative) + 0.04
        ).clamp(min=0)
        return (
            200 * smoothness
            + 8 * color
            + class_brightness(enhanced, labels)
            + retention
            + 10 * brightness
            + 5 * colors
        )

    return total


def time_step(total: Callable[..., Tensor], enhancer: nn.Module, batch: tuple) -> float:
    """Seconds of one forward and backward pass with gradient clipping and an Adam step."""
    optimizer = torch.optim.Adam(enhancer.parameters(), lr=1e-4, weight_decay=1e-4)
    start = time.perf_counter()
    optimizer.zero_grad()
    total(*batch).backward()
    nn.utils.clip_grad_norm_(enhancer.parameters(), 0.1)
    optimizer.step()
    return time.perf_counter() - start


def main() -> None:
    """Run the benchmark and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', type=int, default=192, help='height and width')
    parser.add_argument('--batch', type=int, default=2, help='images a step')
    parser.add_argument('--steps', type=int, default=20, help='steps that are timed')
    args = parser.parse_args()
    torch.manual_seed(0)
    shape = args.batch, 3, args.size, args.size
    batch = (
        torch.rand(shape) * 0.2,
        torch.rand(shape),
        torch.rand(shape) ** 4,
        torch.randint(0, 19, (args.batch, args.size, args.size)),
    )
    with tempfile.TemporaryDirectory() as folder:
        vgg_weights = str(Path(folder, 'vgg16.pth'))
        torch.save(VGG(16).state_dict(), vgg_weights)
        enhancer = build_enhancer(str(CONFIG))
        ways = {'reference': reference(enhancer, vgg_weights), 'ours': ours(enhancer, vgg_weights)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for step in range(args.steps + 3):
        for name, total in ways.items():
            seconds = time_step(total, enhancer, batch)
            if step >= 3:
                times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(
        f'training step, {args.batch} x 3 x {args.size} x {args.size}, float32, '
        f'{torch.get_num_threads()} threads, torch {torch.__version__}'
    )
    for name, values in times.items():
        quartiles = statistics.quantiles(values, n=4)
        print(
            f'{name:>9}: median {medians[name] * 1e3:6.0f} ms '
            f'(quartiles {quartiles[0] * 1e3:.0f} to {quartiles[2] * 1e3:.0f}), '
            f"{medians['reference'] / medians[name]:.2f} times the reference's speed"
        )


if __name__ == '__main__':
    main()
