"""Exceptions that left a submission's code -> `Failure`, with the submission's own lines."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from . import wording
from .drift import drifted
from .results import Cell, Failure, Place
from .sandbox import wire
from .submission import Submission


class Traced:
    """What the text of a submission tells about its failures.

    Parameters
    ----------
    submission : Submission
    candidates : mapping of str to sequence of str
        Names asked for and not there -> names that could be meant.
    cell_of : callable
        Returns how a cell ran, by its index; None where that is not known.
    """

    def __init__(
        self,
        submission: Submission,
        candidates: Mapping[str, Sequence[str]],
        cell_of: Callable[[int], Cell | None],
    ) -> None:
        self._texts = submission.texts
        self._sources = {cell.label: cell.source for cell in self._texts}
        self._text = "\n".join(cell.source for cell in self._texts)
        self._definitions = submission.definitions
        self._candidates, self._cell_of = candidates, cell_of

    def failure(self, error: wire.Error, called: str | None, seconds: float) -> Failure:
        """Word an exception that left the student's code."""
        places = tuple(self._places(error.frames))
        if error.kind == "missing" and called is not None:
            places = tuple(self.defined_at(called))
            text = wording.missing(
                called, places, self._state_of(called), self._candidates.get(called, ())
            )
            return Failure("missing", text, called=called, places=places)
        if error.kind == "not callable" and called is not None:
            places = tuple(self.defined_at(called))
            text = wording.not_callable(called, error.message)
            return Failure("error", text, None, places, called)
        text, casual = wording.raised(
            called, error.kind, error.type, error.message, seconds, self._own_words(error, places)
        )
        why = drifted(error.type, error.message, self._text)
        if why is not None:
            text, casual = f"{text}. {why}", f"{casual}. {why}"
        # The name of a class may be made while running, as that of a function may.
        own = not hasattr(builtins, error.type) and error.type not in self._text
        return Failure(error.failure, text, None if own else error.type, places, called, casual)

    def _own_words(self, error: wire.Error, places: Sequence[Place]) -> bool:
        """Whether an exception's type or text was made by the submission, not by a library."""
        if not hasattr(builtins, error.type) and error.type not in ("AxisError", "LinAlgError"):
            return True
        if not places:
            return False
        line = self._sources[places[-1].cell].split("\n")[places[-1].line - 1]
        return bool(re.search(r"\b(raise|assert)\b", line))

    def _places(self, frames: Iterable[wire.Frame]) -> Iterable[Place]:
        for frame in frames:
            if 0 <= frame.cell < len(self._texts):
                cell = self._texts[frame.cell]
                line = min(max(frame.line, 1), cell.source.count("\n") + 1)
                # A function's name is text of the submission, or it was made while running.
                named = frame.function is not None and frame.function in self._text
                yield Place(cell.label, line, frame.function if named else None)

    def defined_at(self, name: str | None) -> Iterable[Place]:
        """Yield where the text defines a name."""
        definition = self._definitions.get(name or "")
        if definition is not None:
            yield Place(self._texts[definition.cell].label, definition.line, name)

    def parameters_of(self, name: str | None) -> tuple[str, ...]:
        """Return the parameter names of a function, as far as the text shows them."""
        definition = self._definitions.get(name or "")
        return () if definition is None else definition.parameters

    def _state_of(self, name: str) -> Cell | None:
        definition = self._definitions.get(name)
        return None if definition is None else self._cell_of(definition.cell)
