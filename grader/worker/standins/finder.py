"""The finder that makes stand-in modules when they are imported, and none before."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from types import ModuleType
from typing import Any

from ..paths import there
from .library import Context, Library, Names

Spec = importlib.machinery.ModuleSpec


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of `libraries`, and calls hooks when certain real ones are loaded.

    Parameters
    ----------
    libraries : mapping of str to Library
        By the name of the top-level package.
    context : Context
    real : collection of str
        Top-level packages that are left alone where they are installed.
    hooks : mapping of str to callable
        Called with the module of that name when it has been loaded.
    """

    def __init__(
        self,
        libraries: Mapping[str, Library],
        context: Context,
        real: Collection[str],
        hooks: Mapping[str, Callable[[ModuleType], None]],
    ) -> None:
        self._libraries = libraries
        self._context = context
        self._real = frozenset(real)
        self._hooks = hooks
        self._modules: dict[Library, dict[str, Names]] = {}
        self._left_alone: dict[str, bool] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> Spec | None:
        """Return the spec of a stand-in, or of a real module with a hook on its loader."""
        if name in self._hooks:
            return self._hooked(name, path)
        top = name.partition(".")[0]
        library = self._libraries.get(top)
        if library is None or self._leaves_alone(top, name, library):
            return None
        if name not in self._modules_of(library):
            raise ImportError(self._refusal(name, library), name=name)
        return Spec(name, self, origin="a stand-in while grading", is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        """Fill a stand-in module."""
        name = module.__name__
        library = self._libraries[name.partition(".")[0]]
        modules = self._modules_of(library)

        def find(attribute: str) -> Any:
            inner = f"{name}.{attribute}"
            if inner in modules:
                return importlib.import_module(inner)
            if attribute.startswith("__"):
                raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
            raise AttributeError(self._refusal(inner, library))

        vars(module)["__getattr__"] = find
        vars(module).update(modules[name]())

    def _modules_of(self, library: Library) -> dict[str, Names]:
        if library not in self._modules:
            self._modules[library] = library.modules(self._context)
        return self._modules[library]

    def _refusal(self, name: str, library: Library) -> str:
        return f"{name} is not served while grading: only {library.serves} are"

    def _leaves_alone(self, top: str, name: str, library: Library) -> bool:
        if library.when == "data" and not self._context.sets:
            return True
        if top == "google":  # a namespace package that others share
            return name == "google" and self._installed(top)
        if top not in self._left_alone:
            yields = library.when == "absent" or top in self._real
            yields = yields or (library.when == "tools" and not self._context.sets)
            self._left_alone[top] = self._brought_along(top) or (yields and self._installed(top))
        return self._left_alone[top]

    def _brought_along(self, top: str) -> bool:
        """Whether the submission has a module of this name itself."""
        base = f"{self._context.paths.folder}/{top}"
        return there(f"{base}.py") or there(f"{base}/__init__.py")

    def _installed(self, name: str) -> bool:
        try:
            return self._found_elsewhere(name, None) is not None
        except ImportError:
            return False

    def _found_elsewhere(self, name: str, path: Sequence[str] | None) -> Spec | None:
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path)) is not None:
                return spec
        return None

    def _hooked(self, name: str, path: Sequence[str] | None) -> Spec | None:
        spec = self._found_elsewhere(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Hooked(spec.loader, self._hooks[name])
        return spec


class _Hooked(importlib.abc.Loader):
    """Loads a real module as its own loader does, then calls a hook."""

    def __init__(self, loader: importlib.abc.Loader, hook: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._hook = hook

    def create_module(self, spec: Spec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader  # from here on it looks as if nobody had been there
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._hook(module)
