"""What is compared: the segmentor alone, and behind each enhancer."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmseg.models import BaseSegmentor
from torch import nn

from mmscllle.models.enhanced_segmentor import EnhancedSegmentor, build_enhancer
from mmscllle.models.enhancers.curve_enhancer import OWNER_PREFIXES
from mmscllle.models.frozen_segmentor import build_segmentor, read_segmentor_config
from mmscllle.utils.weights import load_weights, read_checkpoint

from .dataset import digest
from .inputs import InputError, blame, read_config

BASELINES = {
    'none': 'mmscllle.IdentityEnhancer',
    'gamma': 'mmscllle.GammaEnhancer',
    'clahe': 'mmscllle.CLAHEEnhancer',
}
CONFIG_SUFFIXES = ('.py', '.json', '.yaml', '.yml')
# Under this prefix the larger models save the part.
SEGMENTOR_OWNERS = ('segmentor.', )


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


class MethodBuilder:
    """Makes the methods of one segmentor, which they share.

    Args:
        cfg: Config of an mmseg segmentor or of an :class:`EnhancedSegmentor`.
        checkpoint: The segmentor's weights, alone or in those of a chain.

    Attributes:
        meta: ``meta`` of the checkpoint.
        num_classes: Number of the segmentor's classes.

    Raises:
        InputError: If the config or the checkpoint is not right.
    """

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        self.enhancer_config: dict | None = None
        with blame('SEGMENTOR_CONFIG'):
            self.config = read_segmentor_config(cfg.get('model') or {}, 'SEGMENTOR_CONFIG')
            if self.config.type in ('EnhancedSegmentor', 'mmscllle.EnhancedSegmentor'):
                self.enhancer_config = _resolve_enhancer(self.config, 'SEGMENTOR_CONFIG')
                self.config = read_segmentor_config(self.config.segmentor, 'SEGMENTOR_CONFIG')
        self.segmentor, self.meta = self._load_segmentor(checkpoint, 'SEGMENTOR_CHECKPOINT')
        self.num_classes = self.segmentor.num_classes

    def baseline(self, name: str) -> Method:
        """The segmentor alone (``none``), or behind an enhancer without weights.

        Raises:
            InputError: If there is no such baseline.
        """
        if name not in BASELINES:
            raise InputError(f'--baselines: there is no {name!r}; choose from '
                             f'{", ".join(BASELINES)}')
        config = dict(type=BASELINES[name])
        if name == 'none':
            return self._method(name, self.segmentor, config)
        return self._chain(name, build_enhancer(config), self.segmentor, config)

    def enhancer(self, name: str, source: str) -> Method:
        """The segmentor behind an enhancer.

        Args:
            name: Name of the row.
            source: A checkpoint of the enhancer, alone or in a larger model, or a config whose
                model has an enhancer and says where its weights are.

        Raises:
            InputError: If the source is not right.
        """
        argument = f'--enhancer {name}={source}'
        with blame(argument):
            if source.endswith(CONFIG_SUFFIXES) or '::' in source:
                return self._chain(name, *self._read_enhancer_config(source, argument))
            return self._chain(name, *self._load_enhancer(source, argument))

    def joint(self, name: str, checkpoint: str) -> Method:
        """A chain with both parts from one checkpoint.

        Raises:
            InputError: If a part is not in the checkpoint.
        """
        argument = f'--joint {name}={checkpoint}'
        with blame(argument):
            weights, _ = read_checkpoint(checkpoint, argument)
            if not any(key.startswith('segmentor.') for key in weights):
                raise ValueError('it is no checkpoint of an EnhancedSegmentor; give that of an '
                                 'enhancer alone with --enhancer')
            enhancer, _, config = self._load_enhancer(checkpoint, argument)
            segmentor, _ = self._load_segmentor(checkpoint, argument)
            return self._chain(name, enhancer, segmentor, config)

    def _load_segmentor(self, checkpoint: str, argument: str) -> tuple[BaseSegmentor, dict]:
        with blame('SEGMENTOR_CONFIG'):
            network = revert_sync_batchnorm(build_segmentor(self.config, 'SEGMENTOR_CONFIG'))
        with blame(argument):
            prefix = _find_prefix(read_checkpoint(checkpoint, argument)[0], SEGMENTOR_OWNERS)
            meta = load_weights(network, checkpoint, argument,
                                'Does it belong to SEGMENTOR_CONFIG?', prefix)
        return network.requires_grad_(False).eval(), meta

    def _load_enhancer(self, checkpoint: str, argument: str,
                       ) -> tuple[nn.Module, BaseSegmentor, dict]:
        weights, _ = read_checkpoint(checkpoint, argument)
        prefix = _find_prefix(weights, OWNER_PREFIXES)
        first, last = (weights.get(f'{prefix}e_conv{i}.weight') for i in (1, 7))
        if first is not None and last is not None:
            config = dict(type='mmscllle.CurveEnhancer', channels=len(first),
                                      iterations=len(last) // 3)
        elif self.enhancer_config is not None:
            config = self.enhancer_config
        else:
            raise ValueError('it holds no CurveEnhancer (e_conv1 to e_conv7); for another '
                             'enhancer give a config with model.enhancer and load_from')
        network = build_enhancer(config)
        load_weights(network, checkpoint, argument, prefix=prefix)
        return network, self.segmentor, config

    def _read_enhancer_config(self, source: str, argument: str,
                              ) -> tuple[nn.Module, BaseSegmentor, dict]:
        cfg = read_config(source, argument)
        model = cfg.get('model') or {}
        config = _resolve_enhancer(model, argument)
        network = build_enhancer(config)
        checkpoint = (cfg.get('load_from') or model.get('enhancer_checkpoint')
                      or (config.get('init_cfg') or {}).get('checkpoint'))
        if checkpoint:
            prefix = _find_prefix(read_checkpoint(checkpoint, argument)[0], OWNER_PREFIXES)
            load_weights(network, checkpoint, argument, prefix=prefix)
        elif network.state_dict():
            raise ValueError('the config names no weights of its enhancer; set load_from, or give '
                             'the checkpoint itself')
        return network, self.segmentor, config

    def _chain(self, name: str, enhancer: nn.Module, segmentor: BaseSegmentor,
               config: dict) -> Method:
        chain = EnhancedSegmentor(dict(type=BASELINES['none']), self.config)
        chain.enhancer, chain.segmentor = enhancer, segmentor
        return self._method(name, chain.requires_grad_(False).eval(), config)

    def _method(self, name: str, model: BaseSegmentor, config: dict) -> Method:
        return Method(name, model, dict(weights=digest_weights(model),
                                        config=digest([config, self.config])))


def _resolve_enhancer(model: dict, argument: str) -> dict:
    """The config of a model's enhancer, which may be that of another config file."""
    if 'enhancer' not in model:
        raise ValueError('the model of the config has no enhancer')
    if isinstance(model['enhancer'], str):
        return _resolve_enhancer(read_config(model['enhancer'], argument).get('model') or {},
                                 argument)
    return model['enhancer']


def _find_prefix(weights: dict, owners: tuple[str, ...]) -> str:
    return next((owner for owner in owners if any(key.startswith(owner) for key in weights)), '')
