"""Quantities as a graph: what a function needs is read from the names of its parameters.

A graph is a mapping from each quantity to the names that it needs. A name that is no key of the
mapping is an input: it needs nothing.
"""

from __future__ import annotations

import difflib
import inspect
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from inspect import Parameter
from typing import Any

Graph = Mapping[str, tuple[str, ...]]

# Functions are called by position, so that only parameters with a place of their own will do.
_PLAIN = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


class WorkedSolutionError(Exception):
    """A worked solution or a call of it is wrong; the text names the step and what to do."""


def name_of(function: Callable[..., Any], what: str) -> str:
    """Return the name that a function was defined with; a lambda raises `WorkedSolutionError`."""
    name = getattr(function, "__name__", f"<{type(function).__name__}>")
    if not name.isidentifier():
        raise WorkedSolutionError(f"{what} {name}: this is no name. Write the function with def.")
    return str(name)


def parameters_of(function: Callable[..., Any], what: str) -> tuple[str, ...]:
    """Return the names that a function needs.

    Parameters
    ----------
    function : callable
        A step, a mistake, a convention or the function of a size.
    what : str
        What to call it in an error: ``"step Z1"``.

    Returns
    -------
    tuple of str
        The names of its parameters, in order.

    Raises
    ------
    WorkedSolutionError
        If it has ``*args``, ``**kwargs``, a keyword-only parameter or a default: none of these
        tells which quantity is meant.
    """
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind not in _PLAIN:
            raise WorkedSolutionError(
                f"{what}: the parameter {parameter} does not stand for one quantity. "
                "Write plain parameters, one for each quantity or input it needs."
            )
        if parameter.default is not Parameter.empty:
            raise WorkedSolutionError(
                f"{what}: the parameter {parameter.name} has a default value, which would never "
                "be used. Remove it, and make the value an input if it can change."
            )
    return tuple(parameter.name for parameter in parameters)


def require_known(what: str, names: Iterable[str], known: Collection[str]) -> None:
    """Raise a `WorkedSolutionError` for the first of `names` that is not `known`.

    Parameters
    ----------
    what : str
        Where the names stand: ``"step Z1"``.
    names : iterable of str
        What was written.
    known : collection of str
        What could have been meant.
    """
    for name in names:
        if name not in known:
            raise WorkedSolutionError(
                f"{what}: there is no {name!r}.{_did_you_mean(name, known)} "
                f"Known are {', '.join(known)}."
            )


def require_same(inputs: Collection[str], expected: Collection[str]) -> None:
    """Raise a `WorkedSolutionError` where `inputs` are not the `expected` ones.

    Parameters
    ----------
    inputs : collection of str
        The names for which there is a value.
    expected : collection of str
        The names for which there must be one.
    """
    missing = [name for name in expected if name not in inputs]
    extra = [name for name in inputs if name not in expected]
    if extra:
        raise WorkedSolutionError(
            f"inputs: {extra[0]!r} is not expected.{_did_you_mean(extra[0], missing or expected)} "
            f"Give {', '.join(expected)}."
        )
    if missing:
        raise WorkedSolutionError(
            f"inputs: {', '.join(missing)} missing. Give {', '.join(expected)}."
        )


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = list(known)
    # A slip of the shift key (dw1 for dW1) is the likeliest one, and difflib thinks it far away.
    close = [other for other in names if other.lower() == name.lower()]
    close = close or difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def order_of(graph: Graph) -> tuple[str, ...]:
    """Return the quantities so that each one stands after all that it needs.

    Where the graph leaves a choice, the order of its keys is kept.

    Parameters
    ----------
    graph : mapping of str to tuple of str
        What each quantity needs.

    Returns
    -------
    tuple of str
        Every key of `graph`, once.

    Raises
    ------
    WorkedSolutionError
        If quantities need one another in a cycle; the text names its members.
    """
    order: dict[str, None] = {}
    for start in graph:
        # The way from `start` down to what is needed first, with what is still to be looked at on
        # each stage. Not recursive: a long training loop is a chain of thousands of steps.
        path: dict[str, Iterator[str]] = {} if start in order else {start: iter(graph[start])}
        while path:
            current = next(reversed(path))
            for name in path[current]:
                if name in path:
                    raise WorkedSolutionError(_cycle_text([*path, name]))
                if name in graph and name not in order:
                    path[name] = iter(graph[name])
                    break
            else:
                path.popitem()
                order[current] = None
    return tuple(order)


def _cycle_text(path: list[str]) -> str:
    members = path[path.index(path[-1]) :]
    links = ", ".join(f"{a} needs {b}" for a, b in itertools.pairwise(members))
    return f"The steps form a cycle: {links}. Let one of them need something computed earlier."


def ancestors_in(graph: Graph, quantity: str) -> frozenset[str]:
    """Return every name that `quantity` needs, directly or through others.

    Parameters
    ----------
    graph : mapping of str to tuple of str
        What each quantity needs; without cycles.
    quantity : str
        Where to start; it is not part of the answer.

    Returns
    -------
    frozenset of str
        Quantities and inputs.
    """
    found: set[str] = set()
    waiting = [quantity]
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)
