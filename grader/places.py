"""Where in a submission something was made: the line, the function or method, the class."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from .definitions import Definition, line_of, method_of
from .interface import Interface
from .results import Place
from .submission import Submission

Origins = Mapping[str, Mapping[str, Sequence[str]]]
"""check -> quantity -> what gave it, as `grader.observe.Observations` has it."""


def place_of(
    submission: Submission,
    given_by: Origins,
    interface: Interface,
    wanted: Collection[str],
    check: str,
    quantity: str,
    step: str,
) -> Place | None:
    """Return the line that computes a step, else the function or method that gave the quantity.

    A step with the name of a function that is asked for is what that function returned.

    Parameters
    ----------
    submission : Submission
    given_by : mapping
    interface : Interface
        The submission's names.
    wanted : collection of str
        The functions that are asked for.
    check, quantity, step : str
        The quantity, the check that observed it, and the step of the worked solution in question.
    """
    name = interface.names.get(step, step)
    named = submission.definitions.get(name)
    asked = step in wanted and named is not None and named.kind == "function"
    origins = (name,) if asked else given_by.get(check, {}).get(quantity, ())
    owner = origins[0].partition(".")[0] if origins else ""
    definition = submission.definitions.get(owner)
    if definition is None or definition.kind == "import":
        return None
    if submission.texts[definition.cell].label == "adapter.py" and definition.earlier:
        cell, line = definition.earlier[-1]  # the adapter only stands around it
        return Place(submission.texts[cell].label, line, owner)
    if definition.kind == "value":
        return Place(submission.texts[definition.cell].label, definition.line, None)
    own = _method(submission, owner, quantity)  # an attribute that is a method is a property
    full = [origin.partition(".")[::2] for origin in origins]
    found = [own] if own is not None else [_method(submission, *names) for names in full]
    for method in found:
        if method is not None:
            at = line_of(method[1], step) or line_of(method[1], quantity)
            if at is not None:
                return Place(submission.texts[method[1].cell].label, at, method[0])
    if len(found) == 1 and found[0] is not None:
        function, inner = found[0]
        return Place(submission.texts[inner.cell].label, inner.line, function)
    line = line_of(definition, step) or line_of(definition, quantity) or definition.line
    return Place(submission.texts[definition.cell].label, line, owner)


NO_FUNCTION = Definition(0, 0)


def _method(submission: Submission, owner: str, name: str) -> tuple[str, Definition] | None:
    """Return a method with its full name, where the text leaves no doubt which one it is."""
    found = method_of(submission.definitions, owner, name)
    if found is None or found[1].perhaps or submission.definitions[found[0]].perhaps:
        return None
    if submission.definitions.get(name, NO_FUNCTION).parameters[:1] == ("self",):
        return None  # a function that is made a method afterwards
    if any(is_replaced(name, cell.python) for cell in submission.texts):
        return None
    return f"{found[0]}.{name}", found[1]


def is_replaced(name: str, python: str) -> bool:
    """Whether a text may put something else in the place of a method.

    By ``obj.name = another``, also beside others or with an annotation, or by ``setattr``. In time
    proportional to the text.
    """
    if name not in python:
        return False
    attribute = re.compile(rf"\.{re.escape(name)}\b")
    text = re.compile(rf"['\"]{re.escape(name)}['\"]")
    for line in python.split("\n"):
        target, equals, value = line.partition("=")
        if equals and value[:1] != "=" and "(" not in target and attribute.search(target):
            return True
        if "setattr" in line and text.search(line):
            return True
    return False
