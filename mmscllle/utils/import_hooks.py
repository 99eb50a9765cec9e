"""Do something around or right after the import of a module, without importing it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def after_import(module: str, work: Callable[[], object]) -> None:
    """Do something once a module is imported: now if it is, else right after its import.

    Args:
        module: The full name of the module.
        work: What is done, once.
    """

    @contextmanager
    def then_work() -> Iterator[None]:
        yield
        work()

    if module in sys.modules:
        work()
    else:
        around_import(module, then_work)


def around_import(module: str, context: Callable[[], AbstractContextManager]) -> None:
    """Let a module be imported within a context; nothing happens if it has been imported.

    Args:
        module: The full name of the module.
        context: Gives the context, once.
    """
    if module not in sys.modules:
        sys.meta_path.insert(0, _Watcher(module, context))


class _Watcher:
    """Meta-path finder that waits for one module and takes itself out."""

    def __init__(self, module: str, context: Callable[[], AbstractContextManager]) -> None:
        self.module = module
        self.context = context

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        loader: Any = spec and spec.loader
        if loader is None:
            return spec
        run_module = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            with self.context():
                run_module(module)

        loader.exec_module = exec_module
        return spec
