"""What is said of a submission beside its verdicts, and costs nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from . import drift, wording
from .imports import asked_for, forbidden_imports
from .interface import Interface
from .results import Place
from .submission import Submission


def twice(submission: Submission, functions: Sequence[str], interface: Interface) -> Iterator[str]:
    """Yield a note on each name asked for that the submission defines more than once."""
    for name in functions:
        own = interface.names.get(name, name)
        made = submission.definitions.get(own)
        if made is not None and made.earlier and own not in made.bases:  # class X(X) takes both
            places = [*made.earlier, (made.cell, made.line)]
            at = [Place(submission.texts[cell].label, line) for cell, line in places]
            if at[-1].cell != "adapter.py":  # that one stands around the submission's own
                yield wording.defined_twice(own, at)


def of_older_versions(said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a note on each name that NumPy or Python has removed and that was served."""
    for kind, name in said:
        if kind == "drift":
            yield drift.served(name)


def not_allowed(
    submission: Submission, said: Iterable[tuple[str, str]], allowed: Collection[str] | None
) -> dict[str, Place | None]:
    """Return the libraries that a submission imports and must not, with their places.

    Those that were only seen while running have none.
    """
    if allowed is None:
        return {}
    found: dict[str, Place | None] = dict(forbidden_imports(submission, allowed))
    for name in asked_for(said):
        found.setdefault(name, None)
    return found
