"""The contract that every enhancer keeps to with what trains it or runs it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mmscllle.utils.weights import claim_part

if TYPE_CHECKING:
    from mmscllle.inference import Engine

CONTRACT = (
    'an enhancer takes RGB images in [0, 1], (N, 3, H, W), and returns the enhanced images '
    'of the same shape, or the pair (enhanced images, curves), where curves are '
    '(N, C, h, w), with C = 0 if there are none'
)


class Enhancer(nn.Module):
    """Base class of the networks that brighten an image.

    It is initialised as MMEngine's ``BaseModule`` is.

    A subclass has a ``forward(image)`` as :data:`CONTRACT` says, which is checked at each call,
    and the attributes below where they differ.  Any other ``nn.Module`` with such a ``forward``
    serves as well, through :func:`adapt_enhancer`.

    Attributes:
        receptive_field: How many pixels to each side a result depends on, the same wherever the
            image begins: it can then be worked on in tiles.  None: on the whole picture.
        modes: ``('exact', )``, or ``('exact', 'fast')`` with a :meth:`forward_fast`.
        fast_is_exact: Whether the fast mode gives the same to rounding errors.
    """

    receptive_field: int | None = None
    modes: tuple[str, ...] = ('exact',)
    fast_is_exact: bool = False

    def __init__(self, init_cfg: dict | list | None = None) -> None:
        super().__init__()
        self.init_cfg = copy.deepcopy(init_cfg)
        self._is_init = False
        adapt_enhancer(self)

    def init_weights(self) -> None:
        """Initialise the weights as ``init_cfg`` says."""
        # Imported here: MMEngine's models bring half of torch.distributed, which takes longer than
        # a photograph, and an enhancer with weights from a file does without.
        from mmengine.model import BaseModule

        BaseModule.init_weights(self)

    @property
    def is_init(self) -> bool:
        """Whether :meth:`init_weights` has been called."""
        return self._is_init

    def _dump_init_info(self) -> None:
        from mmengine.model import BaseModule

        BaseModule._dump_init_info(self)

    def forward_fast(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance a batch in the fast mode, close to the exact one; see ``forward``.

        Raises:
            ValueError: If there is no fast mode.
        """
        raise ValueError(f'{type(self).__name__} has no fast mode, only {", ".join(self.modes)}')

    def make_engine(
        self,
        device: str | torch.device = 'cpu',
        precision: str = 'float32',
        fast: bool = False,
        tile: int | None = None,
        compile: bool = False,
    ) -> Engine:
        """Make what runs the enhancer on images; its weights are copied.

        Args:
            device: Where it runs: ``'cpu'``, ``'cuda'``, ``'cuda:1'``.
            precision: Of the network: ``'float32'``, ``'bfloat16'``, or on a GPU ``'float16'``.
            fast: Take the fast mode.
            tile: Height and width of the tiles that bound the memory, in pixels; None:
                chosen by the device.
            compile: Let ``torch.compile`` compile the network.

        Returns:
            The engine.

        Raises:
            ValueError: If the enhancer, the device or torch cannot do it.
        """
        return make_plain_engine(self, device, precision, fast, tile, compile)

    def as_released(self) -> nn.Module:
        """The network as its authors' code runs it, which times are compared with; here itself."""
        return self


def make_plain_engine(enhancer: nn.Module, *options: Any, **more: Any) -> Engine:
    """Make the engine that runs any enhancer; the options are those of ``make_engine``."""
    # Not at the top: engines use parts of this package.
    from mmscllle.inference.plain_engine import PlainEngine

    return PlainEngine(enhancer, *options, **more)


def make_engine(enhancer: nn.Module, *options: Any, **more: Any) -> Engine:
    """Make the engine of any enhancer, an :class:`Enhancer` or not."""
    make = getattr(enhancer, 'make_engine', None)
    if make is None:
        return make_plain_engine(enhancer, *options, **more)
    return make(*options, **more)


def adapt_enhancer(network: nn.Module) -> nn.Module:
    """Let a network keep to the :data:`CONTRACT`; its weights keep their names.

    Args:
        network: Any module with the ``forward`` of an enhancer.  From now on it returns pairs
            (enhanced images, curves), or raises what :func:`check_images` and
            :func:`check_enhancement` raise; and it loads checkpoints of models that hold it, by
            :func:`find_own_weights`.

    Returns:
        The network itself.
    """
    if check_enhancement not in network._forward_hooks.values():
        network.register_forward_pre_hook(check_images)
        network.register_forward_hook(check_enhancement)
        network._register_load_state_dict_pre_hook(find_own_weights, with_module=True)
    return network


def check_images(network: nn.Module, inputs: tuple) -> None:
    """Check what an enhancer is called with; a hook of its ``forward``.

    Args:
        network: The enhancer.
        inputs: What its ``forward`` is called with.

    Raises:
        ValueError: If the first of it is no batch of three-channel images.
    """
    image, *_ = inputs
    if image.dim() != 4 or image.shape[1] != 3:
        raise ValueError(
            f'{type(network).__name__} takes RGB images of shape (N, 3, H, W), '
            f'got {tuple(image.shape)}'
        )


def find_own_weights(
    network: nn.Module, state_dict: dict[str, Tensor], prefix: str, *_: object
) -> None:
    """Let an enhancer load checkpoints of models that hold it; a hook of ``load_state_dict``.

    Args:
        network: The enhancer.
        state_dict: The checkpoint's weights, changed in place.
        prefix: Of the enhancer's names; if it is not empty, a larger model is being loaded.

    Raises:
        ValueError: If weights of the enhancer are missing or have another shape.
    """
    own = network.state_dict()
    if prefix or not own:
        return
    claim_part(state_dict, own, 'enhancer', '')


def check_enhancement(network: nn.Module, inputs: tuple, output: object) -> tuple[Tensor, Tensor]:
    """Check what an enhancer returned; a hook of its ``forward``.

    Args:
        network: The enhancer.
        inputs: What its ``forward`` was called with.
        output: What it returned.

    Returns:
        The enhanced images and the curves, (N, 0, H, W) if it returned a single tensor.

    Raises:
        ValueError: If it returned anything else than the :data:`CONTRACT` allows.
    """
    image, *_ = inputs
    pair = (output, image[:, :0]) if isinstance(output, Tensor) else output
    if (
        isinstance(pair, (tuple, list))
        and len(pair) == 2
        and all(isinstance(value, Tensor) for value in pair)
    ):
        enhanced, curves = pair
        if (
            enhanced.shape == image.shape
            and enhanced.is_floating_point()
            and curves.dim() == 4
            and len(curves) == len(image)
        ):
            return enhanced, curves
    raise ValueError(
        f'{type(network).__name__} returned {_name_shapes(output)} for images of '
        f'shape {tuple(image.shape)}: {CONTRACT}'
    )


def _name_shapes(value: object) -> str:
    if isinstance(value, Tensor):
        return f'{str(value.dtype)[6:]} {tuple(value.shape)}'
    if isinstance(value, (tuple, list)):
        return f'({", ".join(map(_name_shapes, value))})'
    return type(value).__name__
