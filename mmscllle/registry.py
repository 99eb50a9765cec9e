"""Registries of the package, children of MMEngine's root registries.

Each has the scope ``mmscllle``, so a config names a part as ``type='mmscllle.SCLLLE'``
whatever its own default scope is. MMEngine imports this module when it first meets the scope, and
the package that a registry is filled from when it looks the first name up: nothing needs to be
imported before. The registries that hold nothing of ours let ``default_scope='mmscllle'`` find
MMEngine's own parts without a warning.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mmengine import registry as root
from mmengine.config import ConfigDict
from mmengine.registry import Registry, build_from_cfg

from mmscllle.models import PLACES
from mmscllle.utils.import_hooks import after_import

# Whatever uses a part of this package reads checkpoints as weights only, and knows those that come
# with the package.
after_import(
    'mmengine.runner.checkpoint', lambda: import_module('mmscllle.utils.checkpoint_schemes')
)


def _child(parent: Registry, package: str) -> Registry:
    # Without locations MMEngine would look for a function `register_all_modules`.
    return Registry(parent.name, parent=parent, scope='mmscllle', locations=[f'mmscllle.{package}'])


class ModelRegistry(Registry):
    """Registry that imports the module of one of our parts alone when its name is looked up.

    For any other name MMEngine imports all of them.
    """

    def get(self, key: str) -> type | None:
        """Give the class of a name; see :meth:`mmengine.registry.Registry.get`."""
        scope, name = self.split_scope_key(key)
        if name in PLACES and scope in (None, self.scope):
            import_module(f'mmscllle.models.{PLACES[name]}')
            return self.module_dict[name]
        return super().get(key)


MODELS = ModelRegistry(
    root.MODELS.name, parent=root.MODELS, scope='mmscllle', locations=['mmscllle.models.registered']
)
MODEL_WRAPPERS = _child(root.MODEL_WRAPPERS, 'models')
WEIGHT_INITIALIZERS = _child(root.WEIGHT_INITIALIZERS, 'models')
TASK_UTILS = _child(root.TASK_UTILS, 'models')

DATASETS = _child(root.DATASETS, 'datasets')
DATA_SAMPLERS = _child(root.DATA_SAMPLERS, 'datasets')
TRANSFORMS = _child(root.TRANSFORMS, 'datasets')

METRICS = _child(root.METRICS, 'evaluation')
EVALUATOR = _child(root.EVALUATOR, 'evaluation')

VISUALIZERS = _child(root.VISUALIZERS, 'visualization')
VISBACKENDS = _child(root.VISBACKENDS, 'visualization')

HOOKS = _child(root.HOOKS, 'engine')
LOOPS = _child(root.LOOPS, 'engine')
RUNNERS = _child(root.RUNNERS, 'engine')
RUNNER_CONSTRUCTORS = _child(root.RUNNER_CONSTRUCTORS, 'engine')
LOG_PROCESSORS = _child(root.LOG_PROCESSORS, 'engine')
OPTIMIZERS = _child(root.OPTIMIZERS, 'engine')
OPTIM_WRAPPERS = _child(root.OPTIM_WRAPPERS, 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child(root.OPTIM_WRAPPER_CONSTRUCTORS, 'engine')
PARAM_SCHEDULERS = _child(root.PARAM_SCHEDULERS, 'engine')
INFERENCERS = _child(root.INFERENCERS, 'engine')


def build_part(config: dict | None) -> Any:
    """Build a part of a model: ours by its bare name, too, where a host's scope is the default.

    Args:
        config: Its config; None: no part.

    Returns:
        The part, or None.
    """
    if config is None:
        return None
    config = ConfigDict(config)
    if config.get('type') in PLACES or config.get('type') in MODELS.module_dict:
        config['type'] = f'mmscllle.{config["type"]}'
    # Not MODELS.build, which imports all of MMEngine's models for the sake of lists.
    return build_from_cfg(config, MODELS)
