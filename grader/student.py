"""The stand-in for a student's module: what a check talks to instead of the student's code.

``student.forward_propagation(X, weights)`` is a call in the worker; plain values come back as
plain values, anything else as a `StudentObject` whose attributes and methods are calls again.
Whatever goes wrong in there arrives as a `StudentFault`, which ends the check on this case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .results import Failure, Opaque


class StudentFault(Exception):
    """Something in the student's code went wrong; carries what, as a `Failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


class Line(Protocol):
    """What a stand-in needs: requests to the worker that holds the student's module."""

    def get(self, name: str | None, handle: int | None = None) -> Any:
        """Return a global name, an attribute of the object behind `handle`, or that object."""

    def set(self, name: str, value: object, handle: int | None = None) -> None:
        """Set a global name, or an attribute."""

    def call(
        self,
        name: str | None,
        arguments: Sequence[object],
        handle: int | None = None,
        keywords: Mapping[str, object] | None = None,
        hold: bool = False,
    ) -> Any:
        """Call a global name, a method, or (without a name) the object itself."""

    def file(self, name: str) -> Any:
        """Return what a file holds that the submission has written."""

    @property
    def output(self) -> str:
        """What the submission has printed."""

    @property
    def figures(self) -> Any:
        """Descriptions of the figures that the submission has drawn."""


class _Call:
    """A function that is looked up in the worker when it is called."""

    __slots__ = ("_handle", "_line", "_name")

    def __init__(self, line: Line, name: str, handle: int | None) -> None:
        self._line, self._name, self._handle = line, name, handle

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        return self._line.call(self._name, arguments, self._handle, keywords)


class StudentObject:
    """An object that stayed in the worker. Attributes are read, set and called over there."""

    __slots__ = ("_callable", "_handle", "_kind", "_line")

    def __init__(self, line: Line, kind: Opaque, handle: int, is_callable: bool) -> None:
        for name, value in zip(
            ("_line", "_kind", "_handle", "_callable"),
            (line, kind, handle, is_callable),
            strict=True,
        ):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own protocols (copying, printing) ask for these
            raise AttributeError(name)
        return self._line.get(name, self._handle)

    def __setattr__(self, name: str, value: object) -> None:
        self._line.set(name, value, self._handle)

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        """Call the object where it is."""
        return self._line.call(None, arguments, self._handle, keywords)

    def __repr__(self) -> str:
        return f"<the student's {self._kind.type}>"


def description_of(value: object) -> Opaque | None:
    """Return what is known of a value that stayed in the worker, None for any other value."""
    if isinstance(value, StudentObject):
        kind = object.__getattribute__(value, "_kind")
        assert isinstance(kind, Opaque)
        return kind
    return None


def hold(function: Any, *arguments: object) -> Any:
    """Call a function or method of the student's, and leave what it returns where it is.

    For arrays that later calls may change: they come back as `now` finds them.
    """
    if isinstance(function, _Call):
        return function._line.call(function._name, arguments, function._handle, hold=True)
    if isinstance(function, StudentObject):
        line, handle = (object.__getattribute__(function, name) for name in ("_line", "_handle"))
        return line.call(None, arguments, handle, hold=True)
    return function(*arguments)


def now(held: Any) -> Any:
    """Return what `hold` has left in the worker, as it is now."""
    if not isinstance(held, StudentObject):
        return held
    line, handle = (object.__getattribute__(held, name) for name in ("_line", "_handle"))
    return line.get(None, handle)


class Student:
    """The student's module: its functions are called, its other globals read and set.

    `output`, `figures` and `file` are the stand-in's own; all other attributes are the student's.

    Parameters
    ----------
    line : Line
        Requests to the worker.
    functions : collection of str
        The names that the assignment asks for as functions; these are looked up when called, so
        that a missing one, or a number in its place, is the student's fault and says so.
    """

    __slots__ = ("_functions", "_line")

    def __init__(self, line: Line, functions: Sequence[str]) -> None:
        object.__setattr__(self, "_line", line)
        object.__setattr__(self, "_functions", frozenset(functions))

    @property
    def output(self) -> str:
        """What the cells have printed, and then the calls of this check."""
        text: str = self._line.output
        return text

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The figures that the cells have drawn.

        Each is a dictionary with ``title`` and ``axes``; each of these one with ``title``,
        ``xlabel``, ``ylabel``, ``lines`` (label and number of points of each) and ``images``.
        """
        found: list[dict[str, Any]] = self._line.figures
        return found

    def file(self, name: str) -> Any:
        """Return what a file holds that the submission has written, by its path.

        ``.npz`` and ``.h5``: a dictionary of arrays; ``.npy``: an array; ``.pkl``: what was
        pickled; ``.csv``, ``.txt``, ``.json``: text; others: their bytes as an array of uint8.

        Raises
        ------
        StudentFault
            If there is no such file, or it cannot be read.
        """
        return self._line.file(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._functions:
            return _Call(self._line, name, None)
        return self._line.get(name)

    def __setattr__(self, name: str, value: object) -> None:
        self._line.set(name, value)
