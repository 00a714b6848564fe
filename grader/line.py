"""Carries the requests of one check to a worker, each with its time limit."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from . import wording
from .interface import Interface
from .replay import Replay
from .results import Failure
from .sandbox.worker import Answer, Worker, WorkerGone
from .student import StudentFault, StudentObject

MAX_PARTS = 100  # of a list or dictionary whose origin is remembered


class Line:
    """Requests to one worker; what a check asks for is asked under the submission's own names.

    Attributes
    ----------
    called : str or None
        The function that was called last, by the submission's name for it.
    origin : str or None
        The same with a method's class: ``"Layer.backward"``.
    hung : bool
        Whether a request reached its time limit.
    """

    def __init__(
        self, worker: Worker, replay: Replay, interface: Interface, note: Callable[[str], None]
    ) -> None:
        self._worker, self._replay, self._interface, self._note = worker, replay, interface, note
        worker.line = self
        self._printed = ""
        self._classes: dict[int, str] = {}  # of the objects that have come back
        self._methods: dict[int, tuple[int, str]] = {}  # whose method an object is, and which
        self._latest: dict[int, str] = {}  # what was called last of an object
        self._held: dict[int, str] = {}  # what left an object where it is
        self._made: dict[str, str] = {}  # of which class an object was that a function gave
        self._used: dict[str, dict[str, None]] = {}  # methods of a class, in the order of use
        self._gave: dict[int, tuple[Callable[[], object], str]] = {}  # values by their ids
        self.called: str | None = None
        self.origin: str | None = None
        self.hung = False

    def get(self, name: str | None, handle: int | None = None) -> Any:
        """Return a global name or an attribute; without a name, what is behind `handle`."""
        own = None if name is None else self._own(name, handle)
        value = self._value(own, lambda s: self._worker.get(own, handle, s))
        if handle is None:
            self._remember(value, self.origin or own)
        elif own is None:  # what a call has left there
            self._remember(value, self._held.get(handle))
        else:
            if isinstance(value, StudentObject):
                self._methods[object.__getattribute__(value, "_handle")] = handle, own
            self._remember(value, self._latest.get(handle) or self._classes.get(handle))
        return value

    def set(self, name: str, value: object, handle: int | None = None) -> None:
        """Set a global name or an attribute."""
        own = self._own(name, handle)
        self._value(own, lambda s: self._worker.set(own, value, handle, s))

    def call(
        self,
        name: str | None,
        arguments: Sequence[object],
        handle: int | None = None,
        keywords: Mapping[str, object] | None = None,
        hold: bool = False,
    ) -> Any:
        """Call a function, a method, or an object; `hold` leaves what it returns in the worker."""
        own = None if name is None else self._own(name, handle)
        self.called = own or self.called
        given = self._interface.ordered(name, arguments), keywords or {}
        whose, method = self._methods.get(-1 if handle is None else handle, (None, None))
        whose = handle if own is not None else whose
        label = own or method
        if label is not None:
            kind = self._classes.get(-1 if whose is None else whose)
            self.origin = label if kind is None else f"{kind}.{label}"
            if whose is not None:
                self._latest[whose] = self.origin
            if kind is not None:
                used = self._used.setdefault(kind, {})
                used.pop(self.origin, None)
                used[self.origin] = None
        value = self._value(label, lambda s: self._worker.call(own, *given, handle, s, hold))
        if not hold:
            value = self._interface.returned(name, value)
        self._remember(value, self.origin)
        if isinstance(value, StudentObject):
            at = object.__getattribute__(value, "_handle")
            if self.origin is not None:
                self._held[at] = self.origin
            if own is not None and handle is None and at in self._classes:
                self._made[own] = self._classes[at]
        return value

    def origins_of(self, value: object) -> tuple[str, ...]:
        """Return what gave a value, if it is that very value, a part of one or a view of it.

        Else what can have: the methods of the class that was made last, the latest first; where
        there is no class, the function that was called last.
        """
        for one in (value, value.base if isinstance(value, np.ndarray) else None):
            found, origin = self._gave.get(id(one), (None, ""))
            if found is not None and one is not None and found() is one:
                return (origin,)
        if self.called is None:
            return () if self.origin is None else (self.origin,)
        used = self._used.get(self._made.get(self.called, ""), {})
        return tuple(reversed(used)) or (self.called,)

    def _remember(self, value: object, origin: str | None) -> None:
        if origin is None:
            return
        if isinstance(value, StudentObject):
            handle, kind = (object.__getattribute__(value, name) for name in ("_handle", "_kind"))
            self._classes[handle] = kind.type
        parts: Iterable[object] = value if isinstance(value, (list, tuple)) else ()
        parts = value.values() if isinstance(value, dict) else parts
        for one in (value, *itertools.islice(parts, MAX_PARTS)):
            if isinstance(one, np.ndarray):
                for array in (one, one.base):
                    if isinstance(array, np.ndarray):  # it may be large: not kept alive for this
                        self._gave[id(array)] = weakref.ref(array), origin
            elif isinstance(one, (int, float, StudentObject)):
                self._gave[id(one)] = partial(_itself, one), origin

    def file(self, name: str) -> Any:
        """Return what a file holds that the submission has written."""
        return self._value(name, lambda s: self._worker.file(name, s))

    @property
    def output(self) -> str:
        """What the cells have printed, and then the calls of this line."""
        return self._replay.output + self._printed

    @property
    def figures(self) -> Any:
        """The descriptions of the figures that the cells have drawn."""
        return self._value("figures", self._worker.figures)

    def blame(self, failure: Failure) -> Failure:
        """Return `failure` with the function that was called last, and where it is defined."""
        places = failure.places or tuple(self._replay.traced.defined_at(self.called))
        text, casual = (
            wording.of_function(self.called, said) if self.called and said else said
            for said in (failure.text, failure.casual)
        )
        return Failure(failure.kind, text or "", failure.type, places, self.called, casual)

    def _own(self, name: str, handle: int | None) -> str:
        names = self._interface.names if handle is None else self._interface.attributes
        return names.get(name, name)

    def _value(self, name: str | None, ask: Callable[[float], Answer]) -> Any:
        label = name or self.called
        traced = self._replay.traced
        seconds = min(self._replay.limits.call, self._replay.seconds_left)
        if seconds <= 0 or not self._worker.alive:
            text = wording.no_time_left(self._replay.limits.submission)
            raise StudentFault(Failure("blocked", text, called=label))
        try:
            answer = ask(seconds)
        except WorkerGone as gone:
            self.hung = gone.kind == "timeout"
            text = wording.gone(label, gone.kind, gone.detail, seconds)
            places = tuple(traced.defined_at(label))
            raise StudentFault(Failure(gone.kind, text, places=places, called=label)) from gone
        self._printed += answer.output
        self._replay.hear(answer)
        for path in () if label in self._interface.in_place else answer.changed:
            self._note(wording.changed_argument(label, path, traced.parameters_of(label)))
        if answer.error is not None:
            self.hung = answer.error.kind == "timeout"
            raise StudentFault(traced.failure(answer.error, label, seconds))
        return answer.value


def _itself(value: object) -> object:
    return value
