"""Watches which libraries a submission imports while it runs, by whatever way."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Collection, Sequence
from types import ModuleType


class Watch(importlib.abc.MetaPathFinder):
    """Tells of modules that student code asks for and that are not allowed.

    Parameters
    ----------
    allowed : collection of str
        Top-level modules; the standard library always is.
    refuse : bool
        Whether the import fails.
    is_theirs : callable
        Whether a file name is one of the submission's. What a library imports is its own affair.
    say : callable
        Told ``("import", name)``.
    """

    def __init__(
        self,
        allowed: Collection[str],
        refuse: bool,
        is_theirs: Callable[[str], bool],
        say: Callable[[str, str], None],
    ) -> None:
        self._allowed = {*allowed, *sys.stdlib_module_names}
        self._refuse, self._is_theirs, self._say = refuse, is_theirs, say

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find nothing; tell of a forbidden module, or refuse it."""
        if "." in name or name in self._allowed or not self._is_theirs(_asking()):
            return None
        self._say("import", name)
        if self._refuse:
            raise ImportError(f"{name} is not allowed in this assignment", name=name)
        return None


def _asking() -> str:
    """Return the file of the code whose import this is."""
    frame = sys._getframe(2)
    while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_filename
