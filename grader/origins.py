"""What gave which value: followed call by call, so that a cause gets the place that made it."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from .student import StudentObject

MAX_PARTS = 100  # of a list or dictionary whose origin is remembered


class Origins:
    """Remembers what came of the requests to one worker.

    An origin is a function, or a class and its method with a dot between them, by the submission's
    own names.

    Attributes
    ----------
    called : str or None
        The function that was called last.
    """

    def __init__(self) -> None:
        self.called: str | None = None
        self._last: str | None = None  # the origin of what it returned
        self._classes: dict[int, str] = {}  # of the objects that have come back, by their handles
        self._methods: dict[int, tuple[int, str]] = {}  # whose method an object is, and which
        self._latest: dict[int, str] = {}  # what was called last of an object
        self._held: dict[int, str] = {}  # what left an object where it is
        self._made: dict[str, str] = {}  # of which class an object was that a function gave
        self._used: dict[str, dict[str, None]] = {}  # methods of a class, in the order of use
        self._gave: dict[int, tuple[Callable[[], object], str]] = {}  # values by their ids

    def got(self, value: object, name: str | None, handle: int | None) -> None:
        """Note a global or an attribute; without a name, what a call has left behind `handle`."""
        if handle is None:
            self._remember(value, self._last or name)
        elif name is None:
            self._remember(value, self._held.get(handle))
        else:
            if isinstance(value, StudentObject):
                self._methods[_handle(value)] = handle, name
            self._remember(value, self._latest.get(handle) or self._classes.get(handle))

    def calling(self, name: str | None, handle: int | None) -> str | None:
        """Note that a function, a method or an object is called; return its name as far as known.

        Parameters
        ----------
        name : str or None
            None where the object behind `handle` itself is called.
        handle : int or None
            The object whose method it is, or which it is.
        """
        self.called = name or self.called
        whose, method = self._methods.get(-1 if handle is None else handle, (None, None))
        whose = handle if name is not None else whose
        label = name or method
        if label is None:
            return None
        kind = self._classes.get(-1 if whose is None else whose)
        self._last = label if kind is None else f"{kind}.{label}"
        if whose is not None:
            self._latest[whose] = self._last
        if kind is not None:
            used = self._used.setdefault(kind, {})
            used.pop(self._last, None)
            used[self._last] = None
        return label

    def returned(self, value: object, name: str | None, handle: int | None) -> None:
        """Note what such a call has returned."""
        self._remember(value, self._last)
        if isinstance(value, StudentObject):
            at = _handle(value)
            if self._last is not None:
                self._held[at] = self._last
            if name is not None and handle is None and at in self._classes:
                self._made[name] = self._classes[at]

    def of(self, value: object) -> tuple[str, ...]:
        """Return what gave a value, if it is that very value, a part of one or a view of it.

        Else what can have: the methods of the class that was made last, the latest first; where
        there is no class, the function that was called last.
        """
        for one in (value, value.base if isinstance(value, np.ndarray) else None):
            found, origin = self._gave.get(id(one), (None, ""))
            if found is not None and one is not None and found() is one:
                return (origin,)
        if self.called is None:
            return () if self._last is None else (self._last,)
        used = self._used.get(self._made.get(self.called, ""), {})
        return tuple(reversed(used)) or (self.called,)

    def _remember(self, value: object, origin: str | None) -> None:
        if origin is None:
            return
        if isinstance(value, StudentObject):
            self._classes[_handle(value)] = object.__getattribute__(value, "_kind").type
        parts: Iterable[object] = value if isinstance(value, (list, tuple)) else ()
        parts = value.values() if isinstance(value, dict) else parts
        for one in (value, *itertools.islice(parts, MAX_PARTS)):
            if isinstance(one, np.ndarray):
                for array in (one, one.base):
                    if isinstance(array, np.ndarray):  # it may be large: not kept alive for this
                        self._gave[id(array)] = weakref.ref(array), origin
            elif isinstance(one, (int, float, StudentObject)):
                self._gave[id(one)] = partial(_itself, one), origin


def _handle(value: StudentObject) -> int:
    handle: int = object.__getattribute__(value, "_handle")
    return handle


def _itself(value: object) -> object:
    return value
