"""The site describes every public name: what is exported or registered, and is on no page, warns.

With ``--strict`` a warning fails the build.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import griffe
from mkdocs.config.defaults import MkDocsConfig

PACKAGE = 'mmscllle'
log = logging.getLogger('mkdocs.hooks.public_names')


def on_env(env: object, config: MkDocsConfig, **_: object) -> None:
    """Compare the package's public names with those that the pages describe."""
    described = config.plugins['autorefs']
    for path in sorted(public_names(griffe.load(PACKAGE))):
        try:
            described.get_item_url(path)
        except KeyError:
            log.warning('%s is public, and no page of docs/api describes it', path)


def public_names(module: griffe.Module) -> Iterator[str]:
    """Paths of the classes and functions that a package exports or registers.

    Args:
        module: The package, as griffe reads it.

    Yields:
        The path where each is defined.
    """
    for name, member in module.members.items():
        if member.is_alias:
            try:
                target = member.final_target
            except griffe.AliasResolutionError:
                continue
            # A module names what it takes from another one for its own package alone.
            exported = module.is_init_module and name in (module.exports or ())
            if exported and (target.is_class or target.is_function):
                yield target.path
        elif member.is_module:
            yield from public_names(member)
        elif member.is_class and any(
            'register_module' in str(decorator.value) for decorator in member.decorators
        ):
            yield member.path
