"""Two networks, one for dusk and one for the night: a picture gets a mixture by its brightness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mmscllle.registry import MODELS
from mmscllle.utils.weights import load_weights

from .bilateral_grid import expand
from .bilateral_grid_enhancer import BilateralGridEnhancer, darkness
from .white_balance import grey_world_gains


@MODELS.register_module()
class DuskNightEnhancer(BilateralGridEnhancer):
    r"""A :class:`BilateralGridEnhancer` for the night, and a trained one for what is brighter.

    .. math:: T = s \, T_{night} + (1 - s) \, T_{dusk}, \qquad
              s = \min\left(1, \max\left(0, \frac{b - m}{b - a}\right)\right)

    for the values of the tone curves, what is kept of the detail and the factors on the noise, with
    a mean :math:`m` of the picture and ``night`` :math:`= (a, b)`: two experts and a fixed gate
    (Jacobs et al., *Adaptive Mixtures of Local Experts*, Neural Computation 1991). The network sees
    cells, so that quarters of cells are averaged in :func:`.bilateral_grid.compress`, and their
    means in light: of real nights :math:`s` differs from that by the plain mean by some 0.03. One
    network that learned both gave up at dusk what it won at night (docs/results.md).

    Lamps colour a night: with ``white_balance`` its colours are balanced first, by the amount
    :math:`s \, w` of the picture as it comes (:func:`.white_balance.grey_world_gains`).  The
    balanced picture's mean then decides between the networks.

    In a training of the enhancer alone the network for dusk stays as it is; it learns where a
    segmentor does, too (``learn='both'`` of :class:`EnhancedSegmentor`).

    Args:
        dusk_weights: Checkpoint of the network for dusk, of the same size: a path, a URL or
            ``'mmscllle://NAME'``. A checkpoint of both networks replaces them.
        night: Two mean values of a picture, in [0, 1], the smaller one first: up to the first the
            network for the night works alone, from the second on the other one.
        leave_bright: See :class:`BilateralGridEnhancer`.
        white_balance: w, from 0 for none to 1.
        **options: Of both networks, see :class:`BilateralGridEnhancer`.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the weights do not fit, or another argument is out of its range.
    """

    def __init__(
        self,
        dusk_weights: str,
        night: Sequence[float] = (0.12, 0.18),
        leave_bright: Sequence[float] = (0.25, 0.31),
        white_balance: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(leave_bright=leave_bright, **options)
        if len(night) != 2 or not 0 <= night[0] < night[1] <= 1:
            raise ValueError(f'night must be two ascending numbers in [0, 1], got {night}')
        if not 0 <= white_balance <= 1:
            raise ValueError(f'white_balance must be from 0 to 1, got {white_balance}')
        self.night = night
        self.white_balance = white_balance
        # So that weights made for other values are told from these (:func:`.known.match_known`).
        self.register_buffer('mark_dusk', torch.tensor(night, dtype=torch.float32))
        if white_balance:
            self.register_buffer('mark_white_balance', torch.tensor(float(white_balance)))
        # Checkpoints of one network may lack it, and start the one for the night.
        self.added_dusk = BilateralGridEnhancer(**options)
        load_weights(
            self.added_dusk,
            dusk_weights,
            'dusk_weights',
            'Both networks are of one size.',
            'enhancer',
        )
        self.added_dusk.requires_grad_(False)

    def balance(self, image: Tensor) -> Tensor:
        """Take out a cast of the light of a night; see :meth:`BilateralGridEnhancer.balance`."""
        if not self.white_balance:
            return image
        # Both take means alone, which are of the whole picture once.
        means = image.mean(dim=(2, 3), keepdim=True)
        amount = self.white_balance * darkness(means, self.night)
        # Traced, what holds of the example would hold of all.
        if not self.training and not torch.jit.is_tracing() and not amount.any():
            return image
        return (image * grey_world_gains(means, amount)).clamp_(0, 1)

    def estimate_grid(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate the tone curves; see :meth:`BilateralGridEnhancer.estimate_grid`."""
        # The first channels are the means of quarters of cells.
        share = darkness(expand(cells[:, :12].float()), self.night)
        grid, detail = super().estimate_grid(cells)
        dusk_grid, dusk_detail = self.added_dusk.estimate_grid(cells)
        return (
            torch.lerp(dusk_grid, grid, share[..., None].to(grid)),
            torch.lerp(dusk_detail, detail, share.to(detail)),
        )
