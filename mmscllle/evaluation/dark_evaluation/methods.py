"""What is compared: the segmentor alone, and behind each enhancer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmseg.models import BaseSegmentor
from torch import Tensor, nn

from mmscllle.models.enhanced_segmentor import EnhancedSegmentor
from mmscllle.models.enhancers import EnhancerSource, find_enhancer, load_enhancer
from mmscllle.models.enhancers.known import match_known, read_source
from mmscllle.models.segmentor_config import build_segmentor, read_segmentor_config
from mmscllle.utils.weights import load_weights, read_checkpoint

from .dataset import digest
from .inputs import InputError, blame

BASELINES = {
    'none': 'mmscllle.IdentityEnhancer',
    'gamma': 'mmscllle.GammaEnhancer',
    'clahe': 'mmscllle.CLAHEEnhancer',
}


def digest_weights(network: nn.Module) -> str:
    """A fingerprint of a network's weights."""
    total = hashlib.sha256()
    for name, value in network.state_dict().items():
        total.update(f'{name} {value.dtype} {tuple(value.shape)}'.encode())
        flat = value.detach().cpu().contiguous().reshape(-1)
        total.update(flat.view(torch.uint8).numpy().tobytes())
    return total.hexdigest()[:16]


@dataclass
class Method:
    """One row of the comparison.

    Attributes:
        name: Its name in the table.
        model: The segmentor, or the chain.
        fingerprint: Digests of ``weights`` and ``config``.
    """

    name: str
    model: BaseSegmentor
    fingerprint: dict[str, str]


class InFastMode(nn.Module):
    """An enhancer whose ``forward`` is its fast mode."""

    def __init__(self, enhancer: nn.Module) -> None:
        super().__init__()
        self.enhancer: Any = enhancer

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Enhance ``image``, RGB in [0, 1], (N, 3, H, W): the enhanced one, and the curves."""
        return self.enhancer.forward_fast(image)


class MethodBuilder:
    """Makes the methods of one segmentor, which they share.

    Args:
        cfg: Config of an mmseg segmentor or of an :class:`EnhancedSegmentor`.
        checkpoint: The segmentor's weights, alone or in those of a chain.
        config_argument: The command-line argument that gives the config, for error messages.
        checkpoint_argument: The one that gives the weights.

    Attributes:
        meta: ``meta`` of the checkpoint.
        num_classes: Number of the segmentor's classes.

    Raises:
        InputError: If the config or the checkpoint is not right.
    """

    def __init__(
        self,
        cfg: Config,
        checkpoint: str,
        config_argument: str = 'SEGMENTOR_CONFIG',
        checkpoint_argument: str = 'SEGMENTOR_CHECKPOINT',
    ) -> None:
        self.enhancer_config: dict | None = None
        self.config_argument = config_argument
        with blame(config_argument):
            self.config = read_segmentor_config(cfg.get('model') or {}, config_argument)
            if self.config.type in ('EnhancedSegmentor', 'mmscllle.EnhancedSegmentor'):
                self.enhancer_config = find_enhancer(self.config).config
                self.config = read_segmentor_config(self.config.segmentor, config_argument)
        self.segmentor, self.meta = self._load_segmentor(checkpoint, checkpoint_argument)
        self.num_classes = self.segmentor.num_classes

    def baseline(self, name: str) -> Method:
        """The segmentor alone (``none``), or behind an enhancer without weights.

        Raises:
            InputError: If there is no such baseline.
        """
        if name not in BASELINES:
            raise InputError(
                f'--baselines: there is no {name!r}; choose from {", ".join(BASELINES)}'
            )
        config = dict(type=BASELINES[name])
        if name == 'none':
            return self._method(name, self.segmentor, config)
        return self._chain(name, EnhancerSource(config), self.segmentor, '--baselines')

    def enhancer(self, name: str, source: str) -> Method:
        """The segmentor behind an enhancer.

        Args:
            name: Name of the row.
            source: A config whose model has an enhancer and says where its weights are; the name
                of a model whose weights are known; or a checkpoint of the enhancer, alone or in
                a larger model: of the one in SEGMENTOR_CONFIG if that has one, else of one whose
                weights come with the package.

        Raises:
            InputError: If the source is not right.
        """
        argument = f'--enhancer {name}={source}'
        with blame(argument):
            return self._chain(
                name, read_source(source, argument, self.enhancer_config), self.segmentor, argument
            )

    def joint(self, name: str, checkpoint: str) -> Method:
        """A chain with both parts from one checkpoint.

        Raises:
            InputError: If a part is not in the checkpoint.
        """
        argument = f'--joint {name}={checkpoint}'
        with blame(argument):
            weights, _ = read_checkpoint(checkpoint, argument)
            if not any(key.startswith('segmentor.') for key in weights):
                raise ValueError(
                    'it is no checkpoint of an EnhancedSegmentor; give that of an '
                    'enhancer alone with --enhancer'
                )
            source = EnhancerSource(
                self.enhancer_config or match_known(checkpoint, argument), checkpoint
            )
            segmentor, _ = self._load_segmentor(checkpoint, argument)
            return self._chain(name, source, segmentor, argument)

    @staticmethod
    def has_fast_mode(method: Method) -> bool:
        """Whether the method's enhancer has one."""
        return 'fast' in getattr(getattr(method.model, 'enhancer', None), 'modes', ())

    def fast(self, method: Method, name: str) -> Method:
        """The same chain with its enhancer in fast mode."""
        chain = EnhancedSegmentor(dict(type=BASELINES['none']), self.config)
        chain.enhancer = InFastMode(method.model.enhancer)
        chain.segmentor = method.model.segmentor
        return Method(
            name,
            chain.requires_grad_(False).eval(),
            dict(method.fingerprint, config=digest([method.fingerprint, 'fast'])),
        )

    def _load_segmentor(self, checkpoint: str, argument: str) -> tuple[BaseSegmentor, dict]:
        with blame(self.config_argument):
            network = revert_sync_batchnorm(build_segmentor(self.config, self.config_argument))
        with blame(argument):
            meta = load_weights(
                network,
                checkpoint,
                argument,
                f'Does it belong to {self.config_argument}?',
                'segmentor',
            )
        return network.requires_grad_(False).eval(), meta

    def _chain(
        self, name: str, source: EnhancerSource, segmentor: BaseSegmentor, argument: str
    ) -> Method:
        chain = EnhancedSegmentor(dict(type=BASELINES['none']), self.config)
        chain.enhancer, chain.segmentor = load_enhancer(source, argument), segmentor
        return self._method(name, chain.requires_grad_(False).eval(), source.config)

    def _method(self, name: str, model: BaseSegmentor, config: dict) -> Method:
        return Method(
            name, model, dict(weights=digest_weights(model), config=digest([config, self.config]))
        )
