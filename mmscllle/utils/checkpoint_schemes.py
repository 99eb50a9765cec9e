"""Let MMEngine read every checkpoint as weights only, and know those that come with the package.

Importing this module registers its loaders with MMEngine's ``CheckpointLoader``, through which
``load_from``, ``--resume``, ``init_cfg`` and the inferencers read.  Private storage (``s3://``,
``petrel://``, ``pavi://``) stays MMEngine's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmengine.dist import barrier, get_rank
from mmengine.runner.checkpoint import (
    CheckpointLoader,
    get_deprecated_model_names,
    get_external_models,
    get_mmcls_models,
    get_torchvision_models,
)

from mmscllle.utils.cached_download import cached_download, own_place
from mmscllle.utils.checkpoint_loader import load_from_local
from mmscllle.utils.shipped_weights import SCHEME, load_from_package

if TYPE_CHECKING:
    from torch.serialization import MAP_LOCATION

CheckpointLoader.register_scheme('', load_from_local, force=True)
CheckpointLoader.register_scheme(SCHEME, load_from_package, force=True)


@CheckpointLoader.register_scheme(prefixes=('http://', 'https://'), force=True)
def load_from_http(filename: str, map_location: MAP_LOCATION = None) -> object:
    """Read the checkpoint at a URL, which is kept in torch's cache.

    Args:
        filename: The URL.
        map_location: As in :func:`torch.load`.

    Returns:
        What the file holds, usually a dict.

    Raises:
        OSError: If it cannot be fetched.
        ValueError: If its hash is not that in its name, or as by :func:`load_from_local`.
    """
    # First one process, then those of other machines, which have a cache of their own.
    if get_rank() > 0:
        barrier()
    path = cached_download(filename)
    if get_rank() == 0:
        barrier()
    try:
        return load_from_local(str(path), map_location)
    except ValueError as error:
        # A page that asks for a password, for instance: the next run asks anew.
        own_place(filename).unlink(missing_ok=True)
        raise ValueError(
            f'what {filename!r} gives cannot be used and is not kept: {error}'
        ) from error


@CheckpointLoader.register_scheme(
    prefixes=('torchvision://', 'modelzoo://', 'open-mmlab://', 'openmmlab://', 'mmcls://'),
    force=True,
)
def load_from_list(filename: str, map_location: MAP_LOCATION = None) -> object:
    """Read a checkpoint that is in one of MMEngine's lists of public models.

    Args:
        filename: ``torchvision://``, ``open-mmlab://`` or ``mmcls://`` and the model's name.
        map_location: As in :func:`torch.load`.

    Returns:
        What the file holds, usually a dict; of ``mmcls://`` the backbone alone.

    Raises:
        ValueError: If the list has no such model, or as by :func:`load_from_local`.
    """
    scheme, _, name = filename.partition('://')
    if scheme in ('torchvision', 'modelzoo'):
        addresses = get_torchvision_models()
    elif scheme == 'mmcls':
        addresses = get_mmcls_models()
    else:
        addresses = get_external_models()
        name = get_deprecated_model_names().get(name, name)
    if name not in addresses:
        raise ValueError(f'MMEngine knows no model {filename!r}')
    content = CheckpointLoader.load_checkpoint(addresses[name], map_location)
    if scheme == 'mmcls':
        weights = content.get('state_dict', content)
        content = dict(
            state_dict={
                key[len('backbone.') :]: value
                for key, value in weights.items()
                if key.startswith('backbone.')
            }
        )
    return content
