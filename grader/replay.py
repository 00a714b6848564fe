"""Runs a submission's cells in fresh workers, and carries a check's requests to one of them."""

from __future__ import annotations

import builtins
import contextlib
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import wording
from .results import Cell, CellState, Failure, FailureKind, Place
from .sandbox import wire
from .sandbox.limits import Limits
from .sandbox.parent import WarmParent
from .sandbox.worker import Answer, Worker, WorkerGone
from .statements import parses, statements
from .student import StudentFault
from .submission import Submission


def _state(kind: FailureKind) -> CellState:
    return kind if kind in ("timeout", "memory", "crash") else "error"


class Line:
    """Requests to one worker, each with its time limit; failures are worded here."""

    def __init__(self, worker: Worker, replay: Replay, note: Callable[[str], None]) -> None:
        self._worker, self._replay, self._note = worker, replay, note
        worker.line = self
        self.called: str | None = None
        self.hung = False

    def get(self, name: str, handle: int | None = None) -> Any:
        """Return a global name or an attribute."""
        return self._value(name, lambda s: self._worker.get(name, handle, s))

    def set(self, name: str, value: object, handle: int | None = None) -> None:
        """Set a global name or an attribute."""
        self._value(name, lambda s: self._worker.set(name, value, handle, s))

    def call(self, name: str | None, arguments: Sequence[object], handle: int | None = None) -> Any:
        """Call a function, a method, or an object."""
        self.called = name or self.called
        return self._value(name, lambda s: self._worker.call(name, arguments, handle, s))

    def blame(self, failure: Failure) -> Failure:
        """Return `failure` with the function that was called last, and where it is defined."""
        places = failure.places or tuple(self._replay.defined_at(self.called))
        text, casual = (
            wording.of_function(self.called, said) if self.called and said else said
            for said in (failure.text, failure.casual)
        )
        return Failure(failure.kind, text or "", failure.type, places, self.called, casual)

    def _value(self, name: str | None, ask: Any) -> Any:
        label = name or self.called
        seconds = min(self._replay.limits.call, self._replay.seconds_left)
        if seconds <= 0 or not self._worker.alive:
            text = wording.no_time_left(self._replay.limits.submission)
            raise StudentFault(Failure("blocked", text, called=label))
        try:
            answer: Answer = ask(seconds)
        except WorkerGone as gone:
            self.hung = gone.kind == "timeout"
            text = wording.gone(label, gone.kind, gone.detail, seconds)
            places = tuple(self._replay.defined_at(label))
            raise StudentFault(Failure(gone.kind, text, places=places, called=label)) from gone
        for path in answer.changed:
            parameters = self._replay.parameters_of(label)
            self._note(wording.changed_argument(label, path, parameters))
        if answer.error is not None:
            self.hung = answer.error.kind == "timeout"
            raise StudentFault(self._replay.failure(answer.error, label, seconds))
        return answer.value


SLOW = 2.0
"""Cells that take more seconds than this together are not run again for every check."""


class Replay:
    """Runs a submission's cells in fresh workers, always the same way.

    Attributes
    ----------
    slow : bool
        Whether running the cells again costs so much that checks share a worker.
    """

    def __init__(
        self, submission: Submission, parent: WarmParent, limits: Limits, salvage: bool = True
    ) -> None:
        self._submission, self._parent, self.limits = submission, parent, limits
        self._salvages = salvage
        self._deadline = time.monotonic() + limits.submission
        self._again_left = limits.submission  # seconds that may go into running cells again
        self._skip: set[int] = set()  # cells that took their worker with them
        self._text = "\n".join(cell.source for cell in submission.cells)
        self.cells: list[Cell] = []
        self.active: tuple[str, ...] = ()
        self.slow = False

    @property
    def seconds_left(self) -> float:
        """What is left of the submission's time."""
        return self._deadline - time.monotonic()

    def first(self) -> Worker | None:
        """Run all cells, keep how each went, and return the worker in which they ran."""
        worker: Worker | None = self._fork()
        started = time.monotonic()
        for index, cell in enumerate(self._submission.cells):
            if worker is not None and not worker.alive:
                worker = self.again(up_to=index)
            if worker is None or self.seconds_left <= 0:
                text = wording.no_time_left(self.limits.submission)
                self.cells.append(Cell(cell.label, cell.source, "skipped", text))
                continue
            self.cells.append(self._run(worker, index))
        self.slow = time.monotonic() - started > SLOW
        return worker

    def again(self, up_to: int | None = None) -> Worker | None:
        """Return a fresh worker in which the cells (before `up_to`) have run; None: no time left.

        A cell that takes its worker with it only now is left out from here on.
        """
        while self.seconds_left > 0:
            started = time.monotonic()
            worker = self._fork()
            for index in range(len(self._submission.cells) if up_to is None else up_to):
                if worker.alive and index not in self._skip:
                    self._run(worker, index)
                elif worker.alive and self._salvages:
                    self._define(worker, index)
            # Running cells again is our way of working: up to a limit, the submission's own time
            # does not pay for it.
            free = min(time.monotonic() - started, self._again_left)
            self._deadline += free
            self._again_left -= free
            if worker.alive:
                return worker
        return None

    def _fork(self) -> Worker:
        worker = Worker(self._parent, self.limits, self._submission.module)
        self.active = worker.active
        return worker

    def _run(self, worker: Worker, index: int) -> Cell:
        cell = self._submission.cells[index]
        seconds = max(min(self.limits.cell, self.seconds_left), 0.1)
        try:
            answer = worker.run(index, cell.label, cell.python, seconds)
        except WorkerGone as gone:
            self._skip.add(index)
            text = wording.gone(None, gone.kind, gone.detail, seconds)
            return Cell(cell.label, cell.source, _state(gone.kind), text, notes=cell.notes)
        if answer.error is None:
            return Cell(cell.label, cell.source, "ran", output=answer.output, notes=cell.notes)
        failure = self.failure(answer.error, None, seconds)
        line = next((p.line for p in reversed(failure.places) if p.cell == cell.label), None)
        output, notes = self._salvage(worker, index, answer.error, seconds)
        return Cell(
            cell.label,
            cell.source,
            _state(failure.kind),
            failure.text,
            line,
            answer.output + output,
            (*cell.notes, *notes),
        )

    def _salvage(
        self, worker: Worker, index: int, error: wire.Error, seconds: float
    ) -> tuple[str, tuple[str, ...]]:
        """Run the statements of a failed cell that have not run; return their output and a note."""
        cell = self._submission.cells[index]
        parts = statements(cell.python) if self._salvages else []
        if parses(cell.python):
            at = [f.line for f in error.frames if f.cell == index and f.function is None]
            stopped = at[0] if at else cell.python.count("\n") + 1
            # Of an import of several names each is tried again by itself.
            parts = [p for p in parts if p.first > stopped or p.first <= stopped <= p.last]
            parts = [p for p in parts if p.first > stopped or p.defines]
        output, ran = "", []
        until = time.monotonic() + seconds
        for part in parts:
            left = min(until - time.monotonic(), self.seconds_left)
            if left <= 0 or not worker.alive:
                break
            try:
                answer = worker.run(index, cell.label, part.source, left)
            except WorkerGone:
                self._skip.add(index)
                break
            output += answer.output
            if answer.error is None:
                ran.append(part.first)
        return output, (wording.salvaged(ran),) if ran else ()

    def _define(self, worker: Worker, index: int) -> None:
        """Run only the imports and definitions of a cell that ends its worker."""
        cell = self._submission.cells[index]
        for part in statements(cell.python):
            if part.defines and worker.alive:
                with contextlib.suppress(WorkerGone):
                    worker.run(index, cell.label, part.source, self.limits.call)

    def failure(self, error: wire.Error, called: str | None, seconds: float) -> Failure:
        """Word an exception that left the student's code."""
        places = tuple(self._places(error.frames))
        if error.kind == "missing" and called is not None:
            places = tuple(self.defined_at(called))
            text = wording.missing(called, places, self._state_of(called))
            return Failure("missing", text, called=called, places=places)
        if error.kind == "not callable" and called is not None:
            places = tuple(self.defined_at(called))
            text = wording.not_callable(called, error.message)
            return Failure("error", text, None, places, called)
        text, casual = wording.raised(
            called, error.kind, error.type, error.message, seconds, self._own_words(error, places)
        )
        # The name of a class may be made while running, as that of a function may.
        own = not hasattr(builtins, error.type) and error.type not in self._text
        return Failure(error.failure, text, None if own else error.type, places, called, casual)

    def _own_words(self, error: wire.Error, places: Sequence[Place]) -> bool:
        """Whether an exception's type or text was made by the submission, not by a library."""
        if not hasattr(builtins, error.type) and error.type not in ("AxisError", "LinAlgError"):
            return True
        if not places:
            return False
        cells = {cell.label: cell.source for cell in self._submission.cells}
        line = cells[places[-1].cell].split("\n")[places[-1].line - 1]
        return bool(re.search(r"\b(raise|assert)\b", line))

    def _places(self, frames: Iterable[wire.Frame]) -> Iterable[Place]:
        for frame in frames:
            if 0 <= frame.cell < len(self._submission.cells):
                cell = self._submission.cells[frame.cell]
                line = min(max(frame.line, 1), cell.source.count("\n") + 1)
                # A function's name is text of the submission, or it was made while running.
                named = frame.function is not None and frame.function in self._text
                yield Place(cell.label, line, frame.function if named else None)

    def defined_at(self, name: str | None) -> Iterable[Place]:
        """Yield where the text defines a name."""
        definition = self._submission.definitions.get(name or "")
        if definition is not None:
            label = self._submission.cells[definition.cell].label
            yield Place(label, definition.line, name)

    def parameters_of(self, name: str | None) -> tuple[str, ...]:
        """Return the parameter names of a function, as far as the text shows them."""
        definition = self._submission.definitions.get(name or "")
        return () if definition is None else definition.parameters

    def _state_of(self, name: str) -> Cell | None:
        definition = self._submission.definitions.get(name)
        if definition is None or definition.cell >= len(self.cells):
            return None
        return self.cells[definition.cell]
