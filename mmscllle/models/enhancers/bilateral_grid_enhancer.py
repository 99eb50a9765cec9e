"""An enhancer that sees the whole picture: tone curves in a bilateral grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mmscllle.registry import MODELS
from mmscllle.utils.marks import keep_own_marks

from .base import Enhancer
from .bilateral_grid import DESCRIPTION, apply_grid, describe_cells, knot_levels
from .noise_head import FIRST_NOISE, MOST_NOISE, NOISE_GAIN, noise_head_of

if TYPE_CHECKING:
    from mmscllle.inference import Engine

# Height and width of a cell in pixels.
CELL = 8
# The curve that an untrained network gives: a mild gamma.
FIRST_GAMMA = 0.45
# How much of the detail is kept: beyond 1, details are made stronger; what is quite smooth looks
# painted.
LEAST_DETAIL, MOST_DETAIL = 0.4, 1.6
# Scales of 5, 13 and 29 pixels; beyond, noise is hardly seen, and blocks are smaller than a pixel.
MOST_SCALES = 3
# Slope of the activations below 0: without one, half of the units died in training.
SLOPE = 0.1


def convolve(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution and leaky ReLU; no frame appears, as all is alike beyond the border."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, padding_mode='replicate'),
        # In place: of large pictures new memory takes longer than the function.
        nn.LeakyReLU(SLOPE, inplace=True),
    )


def darkness(levels: Tensor, ends: Sequence[float]) -> Tensor:
    """A share that falls from 1 to 0 between two mean values of a picture.

    Args:
        levels: (N, C, H, W).
        ends: The mean values, ascending.

    Returns:
        In [0, 1], (N, 1, 1, 1).
    """
    full, none = ends
    mean = levels.mean(dim=(1, 2, 3), keepdim=True)
    return ((none - mean) / (none - full)).clamp(0, 1)


@MODELS.register_module()
class BilateralGridEnhancer(Enhancer):
    """A small U-Net on cells of 8 x 8 pixels that gives each cell its own tone curves.

    The curves are looked up between cells and levels as in a bilateral grid (Gharbi et al., *Deep
    Bilateral Learning for Real-Time Image Enhancement*, SIGGRAPH 2017), and a factor for each
    cell says how much of the fine detail is kept, which is noise in the dark.  The coarsest level
    and the mean and maximum over all cells let the same dark pixel be brightened in a night scene
    and left alone on a black cat.  174,243 parameters with the default arguments; any image size.

    Args:
        channels: Width of the network at cells of 8, 16, 32, 64 ... pixels.
        knots: Knots of a tone curve.
        denoise_scales: On how many scales noise is taken out (:func:`.denoising.denoise`).
            0: the finest detail alone is damped.
        leave_bright: Two mean values of a picture, in [0, 1], the smaller one first. Up to the
            first it is enhanced in full, from the second on it is left as it is, between in part
            (:meth:`share`). A segmentor of the day gains nothing from brighter days. In training
            every picture is enhanced in full, and teaches. None: in use, too.
        init_cfg: MMEngine's initialisation config.

    Raises:
        ValueError: If there are fewer than two levels or knots, a width is not positive, or
            another argument is out of its range.

    Example:
        >>> enhanced, curves = BilateralGridEnhancer()(torch.rand(1, 3, 48, 64))
        >>> enhanced.shape, curves.shape
        (torch.Size([1, 3, 48, 64]), torch.Size([1, 48, 6, 8]))
    """

    modes = ('exact', 'fast')
    fast_is_exact = True
    cell = CELL

    def __init__(
        self,
        channels: Sequence[int] = (20, 32, 48, 64),
        knots: int = 16,
        denoise_scales: int = 0,
        leave_bright: Sequence[float] | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if len(channels) < 2 or min(channels) < 1:
            raise ValueError(f'channels must be two or more positive numbers, got {channels}')
        if knots < 2:
            raise ValueError(f'knots must be at least 2, got {knots}')
        if denoise_scales not in range(MOST_SCALES + 1):
            raise ValueError(
                f'denoise_scales must be from 0 to {MOST_SCALES}, got {denoise_scales}'
            )
        if leave_bright is not None and (
            len(leave_bright) != 2 or not 0 <= leave_bright[0] < leave_bright[1] <= 1
        ):
            raise ValueError(
                f'leave_bright must be two ascending numbers in [0, 1] or None, got {leave_bright}'
            )
        self.knots = knots
        self.denoise_scales = denoise_scales
        self.leave_bright = leave_bright
        if leave_bright is not None:
            # So that weights made for it are told from others (:func:`.known.match_known`).
            self.register_buffer('mark_leave_bright', torch.tensor(leave_bright))
        pairs = list(pairwise(channels))
        self.down = nn.ModuleList(
            [
                nn.Sequential(
                    convolve(DESCRIPTION, channels[0]), convolve(channels[0], channels[0])
                ),
                *(
                    nn.Sequential(convolve(fine, coarse, stride=2), convolve(coarse, coarse))
                    for fine, coarse in pairs
                ),
            ]
        )
        self.whole = nn.Sequential(
            nn.Linear(2 * channels[-1], channels[-1]),
            nn.LeakyReLU(SLOPE),
            nn.Linear(channels[-1], channels[-1]),
        )
        self.narrow = nn.ModuleList([nn.Conv2d(coarse, fine, 1) for fine, coarse in pairs])
        self.up = nn.ModuleList([convolve(fine, fine) for fine, _ in pairs])
        self.curves = nn.Conv2d(channels[0], 3 * knots, 1)
        self.detail = nn.Conv2d(channels[0], 3, 1)
        first = knot_levels(knots).clamp(min=2e-3).pow(FIRST_GAMMA).clamp(max=1 - 2e-3)
        nn.init.normal_(self.curves.weight, std=0.01)
        with torch.no_grad():
            self.curves.get_parameter('bias').copy_(torch.logit(first).repeat(3))
        nn.init.zeros_(self.detail.weight)
        # The middle of the range: all detail is kept.
        nn.init.zeros_(self.detail.get_parameter('bias'))
        if denoise_scales:
            self.added_noise = nn.Conv2d(channels[0], denoise_scales, 1)
            nn.init.zeros_(self.added_noise.weight)
            nn.init.constant_(self.added_noise.get_parameter('bias'), FIRST_NOISE / NOISE_GAIN)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        """Keep the network's own marks, and let weights that leave noise take it out."""
        keep_own_marks(self, state_dict, prefix)
        learned, added = (
            [f'{prefix}{head}.{name}' for name in ('weight', 'bias')]
            for head in ('detail', 'added_noise')
        )
        if self.denoise_scales and learned[0] in state_dict and added[0] not in state_dict:
            weight, bias = (state_dict[name] for name in learned)
            head = noise_head_of(weight, bias, self.denoise_scales)
            state_dict.update(zip(added, head, strict=True))
        super()._load_from_state_dict(state_dict, prefix, *args)

    def estimate_grid(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate the tone curves.

        Args:
            cells: See :func:`describe_cells`, (N, 21, h, w).

        Returns:
            The curves' values at their knots in [0, 1], (N, 3, K, h, w), and how much of the
            detail is kept, in [:data:`LEAST_DETAIL`, :data:`MOST_DETAIL`], then the factors on the
            noise, in [0, :data:`MOST_NOISE`], (N, 3 + J, h, w).
        """
        levels = []
        for down in self.down:
            cells = down(cells)
            levels.append(cells)
        whole = self.whole(torch.cat((cells.mean(dim=(2, 3)), cells.amax(dim=(2, 3))), dim=1))
        cells = cells + whole[:, :, None, None]
        for number in reversed(range(len(self.up))):
            finer = levels[number]
            cells = functional.interpolate(
                self.narrow[number](cells),
                size=finer.shape[2:],
                mode='bilinear',
                align_corners=False,
            )
            cells = self.up[number](cells + finer)
        weight, bias = self._join_heads()
        # Traced, `unflatten` and `len` hold on to the sizes of the example; `shape` does not.
        batch, _, rows, columns = cells.shape
        # A product of matrices has its result knot by knot, as it is read. A convolution of cells
        # in channels_last has not, and to move it took longer than all of this.
        weight = weight.flatten(1).expand(batch, -1, -1)
        values = torch.baddbmm(bias[:, None], weight, cells.flatten(2))
        # In place: of large pictures new memory takes longer than the sigmoid.
        values = values.sigmoid_().reshape(batch, -1, rows, columns)
        own = 3 * self.knots
        grid = values[:, :own].reshape(batch, 3, self.knots, rows, columns)
        detail = LEAST_DETAIL + (MOST_DETAIL - LEAST_DETAIL) * values[:, own : own + 3]
        if self.denoise_scales:
            detail = torch.cat((detail, MOST_NOISE * values[:, own + 3 :]), dim=1)
        return grid, detail

    def _join_heads(self) -> tuple[Tensor, Tensor]:
        """Weights and biases of curves, detail and noise as one convolution with a kernel of 1 x 1.

        One has to read the cells once, where three took a third of the network's time. Hooks on
        the three do not run.
        """
        heads = [self.curves, self.detail]
        weights, biases = ([getattr(head, name) for head in heads] for name in ('weight', 'bias'))
        if self.denoise_scales:
            weights.append(NOISE_GAIN * self.added_noise.weight)
            biases.append(NOISE_GAIN * self.added_noise.get_parameter('bias'))
        return torch.cat(weights), torch.cat(biases)

    def share(self, image: Tensor) -> Tensor:
        r"""How much of its enhancement each picture gets, by ``leave_bright``.

        .. math:: \min(1, \max(0, (b - m) / (b - a)))

        with the mean :math:`m` of the picture and ``leave_bright`` :math:`= (a, b)`.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            In [0, 1], (N, 1, 1, 1); 1 without ``leave_bright``.
        """
        if self.leave_bright is None:
            return image.new_ones(len(image), 1, 1, 1)
        return darkness(image, self.leave_bright)

    def balance(self, image: Tensor) -> Tensor:
        """Take out a cast of the light, ahead of all else; this network does not.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            RGB in [0, 1], (N, 3, H, W); the same tensor where there is nothing to do.
        """
        return image

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance a batch.

        Args:
            image: RGB in [0, 1], (N, 3, H, W).

        Returns:
            The enhanced image, RGB in [0, 1], (N, 3, H, W), and the values of the tone curves at
            their knots, in [0, 1], (N, 3 * knots, ceil(H / 8), ceil(W / 8)).
        """
        balanced = self.balance(image)
        grid, detail = self.estimate_grid(describe_cells(balanced, CELL))
        enhanced = apply_grid(balanced, grid, detail, CELL)
        if self.leave_bright is not None and not self.training:
            enhanced = torch.lerp(image, enhanced, self.share(image))
        return enhanced, grid.flatten(1, 2)

    def forward_fast(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance a batch: the fast mode differs in how it is run, not in what it gives."""
        return self(image)

    def make_engine(self, *options: Any, **more: Any) -> Engine:
        """Make the engine that runs this network; the options are those of ``Enhancer``."""
        # Not at the top: engines use parts of this package.
        from mmscllle.inference.grid_engine import GridEngine

        return GridEngine(self, *options, **more)
