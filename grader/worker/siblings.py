"""Modules that a submission brings along: found in its folder, run with what can be salvaged."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType


def install(
    root: Path, folders: list[str], package: bool, run: Callable[[ModuleType, str], None]
) -> None:
    """Make the modules below `root` importable.

    Parameters
    ----------
    folders : list of str
        Folders below `root` to search, the first ones before everything else, as Python searches
        a script's own folder.
    package : bool
        Whether `root` itself is a package, so that relative imports in it work.
    run : callable
        Runs a module, given the path of its file below `root`.
    """
    top = str(root)

    class Loader(importlib.abc.Loader):
        """Runs a module of the submission from its text: a stale .pyc beside it is nothing."""

        def __init__(self, _name: str, path: str) -> None:
            self.path = path

        def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
            """Leave it to Python to make the module."""

        def exec_module(self, module: ModuleType) -> None:
            """Run it."""
            run(module, Path(self.path).relative_to(root).as_posix())

        def get_source(self, _name: str) -> str:
            """Return its text, for tracebacks and `inspect`."""
            return Path(self.path).read_text("utf-8", "replace")

        def is_package(self, _name: str) -> bool:
            """Whether it is a package's ``__init__``."""
            return Path(self.path).stem == "__init__"

    def hook(path: str) -> importlib.machinery.FileFinder:
        if path != top and not path.startswith(top + "/"):
            raise ImportError(path)
        return importlib.machinery.FileFinder(path, (Loader, [".py"]))

    sys.path_hooks.insert(0, hook)
    sys.path[:0] = [str(root / folder) if folder else top for folder in folders]
    if package:
        sys.path.append(str(root.parent))
    sys.path_importer_cache.clear()
