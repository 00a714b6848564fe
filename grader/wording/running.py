"""What running a submission says: errors, limits, what ran all the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..results import Cell, FailureKind, Place
from .values import listed, short


def no_time_left(seconds: float) -> str:
    """Say that the whole submission has used up its time."""
    return f"not tried: the submission has used up its {seconds:g} seconds"


def hung_before(case: str) -> str:
    """Say that a check was not repeated."""
    return f"not tried: it was still running at its time limit on case {case}"


def needs_unmet(check: str) -> str:
    """Say that an earlier check got nothing."""
    return f"not tried: it needs what the check {check} looks at, and that did not work"


def gone(called: str | None, kind: FailureKind, detail: str, seconds: float) -> str:
    """Say how a worker ended."""
    what = f"{short(called, 60)}" if called else "the cell"
    if kind == "timeout":
        return f"{what} was still running after {seconds:.3g} seconds and was stopped"
    return f"{what} ended the whole Python process ({detail})"


def missing(
    name: str, places: Sequence[Place], cell: Cell | None, candidates: Sequence[str] = ()
) -> str:
    """Say that a function is not there, and why, where the text shows it."""
    text = f"{name} is not defined"
    if candidates:
        return f"{text}; {listed(candidates)} could be meant, and nothing was chosen: rename one"
    if cell is not None and cell.state != "ran" and places:
        return f"{text}: {places[0].cell}, which should define it, did not run ({cell.message})"
    if places:
        return f"{text} when the submission has run, though {places[0].cell} names it"
    return f"{text} anywhere in the submission"


def not_callable(name: str, kind: str) -> str:
    """Say that a name is something else than a function."""
    return f"{name} should be a function and is a value of type {short(kind, 60)}"


def raised(
    called: str | None, kind: str, type_name: str, message: str, seconds: float, own_words: bool
) -> tuple[str, str]:
    """Say what an exception says; the second text is the one for hidden cases.

    On a hidden case an exception made by the submission may quote the inputs, so its words
    (`own_words`) are left out there.
    """
    who = f"{short(called, 60)} " if called else ""
    if kind == "timeout":
        text = f"{who or 'the cell '}was still running after {seconds:.3g} seconds and was stopped"
        return text, text
    if kind == "memory":
        text = f"{who or 'the cell '}needs more memory than a submission may use"
        return text, text
    name = short(type_name, 60)
    head = f"{who}raised {name}" if called else name
    if type_name == "SystemExit":
        head = f"{who}called sys.exit()" if called else "sys.exit() ended the cell"
    if type_name == "SystemExit" and message == "None":
        message = ""
    text, hidden = short(message), short(without_values(message))
    whole = f"{head}: {text}" if text else head
    if own_words:
        return whole, f"{who}raised an exception of its own" if called else "an exception"
    return whole, f"{head}: {hidden}" if hidden else head


def without_values(message: str) -> str:
    """Return an exception's message without decimal numbers and without long words.

    On a hidden case a message may quote the inputs; shapes and names are what helps.
    """
    if len(message) > 300:
        return ""
    message = re.sub(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\d{6,}", "…", message)
    return re.sub(r"\S{60,}", "…", message)


def hoisted(name: str, cell: str) -> str:
    """Say that a definition was taken from a later cell."""
    return f"{short(name, 60)} is used here and defined in {cell}: taken from there; move it up"


def over_budget(seconds: float) -> str:
    """Say that running the cells took all the time that is meant for it."""
    return (
        f"Running all cells took more than {seconds:g} seconds; those that came after had one "
        "second each. The checks call what they need themselves"
    )


def salvaged(lines: Sequence[int]) -> str:
    """Say which statements of a failed cell ran all the same."""
    where = listed([str(line) for line in dict.fromkeys(lines)], 12)
    word = "statement on line" if len(set(lines)) == 1 else "statements on lines"
    return f"the {word} {where} ran all the same"


def failed_too(failures: Sequence[tuple[int, str]]) -> list[str]:
    """Say which other statements of a cell failed by themselves: their lines, and what it was."""
    more = [f"and {len(failures) - 3} more statements failed"] if len(failures) > 3 else []
    return [f"line {line} failed too: {short(text)}" for line, text in failures[:3]] + more


def shared_worker() -> str:
    """Say that checks were not kept apart from one another."""
    return (
        "The cells take more than a few seconds, so they ran once, and the checks followed one "
        "another in the same process"
    )


def partly() -> str:
    """Say that something could not be judged through no fault of the student's."""
    return "The grader failed on a part of this, not you. Those points are open: see below."


def out_of_time(seconds: float) -> str:
    """Say that grading was cut short."""
    return f"Grading was cut short: the submission used up its {seconds:g} seconds."


def public_only() -> str:
    """Say that the hidden cases were not there."""
    return "Graded on the public cases only: this copy of the course has no hidden ones."
