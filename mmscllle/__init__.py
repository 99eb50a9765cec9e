"""SCL-LLE: semantically contrastive low-light image enhancement for OpenMMLab's runner.

Importing the package checks the versions of the host libraries and imports none of them, nor torch.
Two messages that they print at import are left out from then on (:mod:`.utils.quiet_hosts`).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as distribution_version
from importlib.util import find_spec
from pathlib import Path

from packaging.specifiers import SpecifierSet

from mmscllle.config_scope import register
from mmscllle.utils.quiet_hosts import quiet_hosts
from mmscllle.version import __version__

__all__ = ['__version__']

_GET_TORCH = (
    'Install torch: `pip install torch`, or with the command for your machine of '
    'https://pytorch.org/get-started/locally.'
)
_GET_OPENMMLAB = (
    "Install OneDL's releases with `pip install onedl-mmengine onedl-mmcv onedl-mmsegmentation`, "
    "or OpenMMLab's with `pip install openmim` and `mim install 'mmengine>=0.10.7' "
    "'mmcv>=2.1,<2.2' 'mmsegmentation>=1.2.2'`."
)
# Import name: (supported versions, names of the distributions that bring it, how to install it).
_HOSTS = {
    # Debian's torch 1.13 calls itself 1.13.0a0.
    'torch': ('>=1.13.0a0,<3', ('torch',), _GET_TORCH),
    'mmengine': ('>=0.10.7,<1', ('mmengine', 'onedl-mmengine'), _GET_OPENMMLAB),
    'mmcv': ('>=2.1,<3', ('mmcv', 'onedl-mmcv', 'mmcv-lite'), _GET_OPENMMLAB),
    'mmseg': ('>=1.2.2,<2', ('mmsegmentation', 'onedl-mmsegmentation'), _GET_OPENMMLAB),
}


def _installed_version(module: str, distributions: tuple[str, ...]) -> str:
    for distribution in distributions:
        try:
            return distribution_version(distribution)
        except PackageNotFoundError:
            continue
    # A checkout on PYTHONPATH has no metadata.
    return import_module(module).__version__


def _check_hosts() -> None:
    """Check that the host libraries are there in supported versions.

    Raises:
        ImportError: If some are missing or of another version; names all of them, with the
            versions and the commands that install them.
    """
    problems, commands = [], []
    for module, (supported, distributions, how_to_install) in _HOSTS.items():
        if find_spec(module) is None:
            problem = f'{module} {supported}, which is not installed'
        else:
            installed = _installed_version(module, distributions)
            if SpecifierSet(supported).contains(installed, prereleases=True):
                continue
            problem = f'{module} {supported}, but {module} {installed} is installed'
        problems.append(problem)
        if how_to_install not in commands:
            commands.append(how_to_install)
    if problems:
        raise ImportError(
            f'mmscllle {__version__} needs {"; ".join(problems)}. {" ".join(commands)}'
        )


try:
    _check_hosts()
except ImportError as error:
    # Who runs the command has no use for a traceback.
    if Path(sys.argv[0]).stem != 'mmscllle-enhance':
        raise
    print(f'mmscllle-enhance: error: {error}', file=sys.stderr)
    sys.exit(2)
register()
quiet_hosts()
