"""Make ``_base_ = ['mmscllle::...']`` and ``_base_ = ['mmseg::...']`` known to MMEngine.

MMEngine looks the prefix of an inherited config up in ``mmengine.config.utils.MODULE2PACKAGE``, a
table from a package's import name to the distribution that brings it. The table lacks ``mmscllle``,
and it does not know that OneDL's forks bring ``mmseg`` as ``onedl-mmsegmentation``.
:func:`extend_table` adds both.

A config's ``_base_`` is read before its ``custom_imports``, so importing ``mmscllle`` there is too
late. An installation therefore puts a copy of this file beside the package, and a ``.pth`` file
that calls :func:`register` at every interpreter start (see ``setup.py``). That is why this file
stands alone, and imports at its top nothing but what the interpreter has loaded anyway.
"""

import sys

TABLE_MODULE = 'mmengine.config.utils'


def register():
    """Extend MMEngine's table: now if it is loaded, else as soon as it is. Idempotent."""
    module = sys.modules.get(TABLE_MODULE)
    if module is not None:
        _extend_table_of(module)
    elif not any(getattr(finder, 'watches', None) == TABLE_MODULE for finder in sys.meta_path):
        sys.meta_path.insert(0, _TableFinder)


def extend_table(table):
    """Point the scopes that MMEngine cannot find by itself at what is installed.

    Entries of distributions that MMEngine finds stay as they are.

    Args:
        table (dict[str, str]): MMEngine's ``MODULE2PACKAGE``, from import name to distribution
            name; changed in place.
    """
    table['mmscllle'] = _findable_name('mmscllle', 'mmscllle')
    # Where both names are the same, MMEngine itself falls back to the importable package.
    for module, distribution in list(table.items()):
        if module != distribution and module != 'mmscllle':
            table[module] = _findable_name(module, distribution)


def _extend_table_of(module):
    # An MMEngine without the table is too old for mmscllle, but must still be importable.
    extend_table(getattr(module, 'MODULE2PACKAGE', {}))


def _findable_name(module, distribution):
    """Name by which MMEngine's ``is_installed`` and ``get_installed_path`` both find ``module``.

    ``get_installed_path`` of MMEngine 0.10.7 takes a distribution's metadata to lie beside its
    package, which an editable installation (PEP 660) breaks. It goes to ``importlib`` instead when
    no distribution has the name, so an editable package is named by itself or by a module in it.
    """
    import os
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import distribution as find_distribution
    from importlib.util import find_spec

    installed = []
    for name in (distribution, f'onedl-{distribution}'):
        try:
            folder = find_distribution(name).locate_file(module)
        except PackageNotFoundError:
            continue
        if os.path.isdir(str(folder)):
            return name
        installed.append(name)
    if find_spec(module) is None:
        return distribution
    return f'{module}.version' if module in installed else module


class _TableFinder:
    """Meta-path finder that waits for MMEngine's table, extends it and takes itself out."""

    watches = TABLE_MODULE

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname != TABLE_MODULE:
            return None
        from importlib.machinery import PathFinder

        sys.meta_path.remove(cls)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None:
            return None
        run_module = spec.loader.exec_module

        def exec_module(module):
            run_module(module)
            _extend_table_of(module)

        spec.loader.exec_module = exec_module
        return spec
