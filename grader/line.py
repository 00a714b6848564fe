"""Carries the requests of one check to a worker, each with its time limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import wording
from .interface import Interface
from .origins import Origins
from .replay import Replay
from .results import Failure
from .sandbox.worker import Answer, Worker, WorkerGone
from .student import StudentFault


class Line:
    """Requests to one worker; what a check asks for is asked under the submission's own names.

    Attributes
    ----------
    origins : Origins
        What gave the values that have come back.
    hung : bool
        Whether a request reached its time limit.
    """

    def __init__(
        self, worker: Worker, replay: Replay, interface: Interface, note: Callable[[str], None]
    ) -> None:
        self._worker, self._replay, self._interface, self._note = worker, replay, interface, note
        worker.line = self
        self._printed = ""
        self.origins = Origins()
        self.hung = False

    @property
    def called(self) -> str | None:
        """The function that was called last, by the submission's name for it."""
        return self.origins.called

    def get(self, name: str | None, handle: int | None = None) -> Any:
        """Return a global name or an attribute; without a name, what is behind `handle`."""
        own = None if name is None else self._own(name, handle)
        value = self._value(own, lambda s: self._worker.get(own, handle, s))
        self.origins.got(value, own, handle)
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
        label = self.origins.calling(own, handle)
        given = self._interface.ordered(name, arguments), keywords or {}
        value = self._value(label, lambda s: self._worker.call(own, *given, handle, s, hold))
        if not hold:
            value = self._interface.returned(name, value)
        self.origins.returned(value, own, handle)
        return value

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
