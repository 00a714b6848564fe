"""The names that an assignment asks for, and those under which a submission has them.

A name that the submission does not define is looked for in this order: an adapter says what stands
for it; an accepted alias is defined; exactly one function looks like it, by its parameters or by
its name, and is used instead, which the report says. Between two nothing is chosen.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from . import wording
from .definitions import Definition
from .errors import SubmissionError

Literal = str | int | float | bool

SYNONYMS = {
    "forward": "feedforward forwardpropagation forwardprop forwardpass fwd fprop",
    "backward": "backpropagation backprop backwardpropagation backwardpass backpropagate bprop",
    "derivative": "deriv prime grad gradient der",
    "init": "initialize initialise initialization",
}
"""Words for one thing: a survey of public solutions to such homework found all of these."""

LIKE = 0.8  # names at least so similar count as the same name written another way


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[interface.NAME]``: what an assignment says of a name that it asks for.

    Attributes
    ----------
    parameters : tuple of str
        In the order in which checks give the arguments.
    returns : tuple of str
        The names of the values that it returns together.
    aliases : tuple of str
        Other names that are accepted.
    orders : tuple of tuple of str
        Other orders of the parameters that are accepted, known by the submission's own names.
    in_place : bool
        Whether it may overwrite the arrays that it is given.
    """

    parameters: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    orders: tuple[tuple[str, ...], ...] = ()
    in_place: bool = False


class Adapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """adapter.toml: how a submission's names stand for those that the assignment asks for.

    Attributes
    ----------
    names : dict
        Name asked for -> the submission's name for it.
    attributes : dict
        Attribute or method asked for -> the submission's name for it.
    arguments : dict
        Name asked for -> what the submission's function takes, in order: parameters as the
        assignment names them, or numbers and truth values.
    returns : dict
        Name asked for -> what the submission's function returns, in order.
    """

    names: dict[str, str] = {}
    attributes: dict[str, str] = {}
    arguments: dict[str, tuple[Literal, ...]] = {}
    returns: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Interface:
    """How requests of checks are put to one submission.

    Attributes
    ----------
    names, attributes : mapping of str to str
        Only those that differ.
    arguments : mapping of str to tuple
        Name asked for -> for each argument of the submission's function the position of the
        check's argument (an int in a one-tuple), or a constant.
    returns : mapping of str to tuple of int
        Name asked for -> for each value asked for its position among those returned.
    candidates : mapping of str to tuple of str
        Name asked for -> names that could be meant, none of which was chosen.
    notes : tuple of str
    in_place : collection of str
        The submission's names of functions that may overwrite their arguments.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, tuple[tuple[int] | Literal, ...]] = field(default_factory=dict)
    returns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    in_place: Collection[str] = ()

    def ordered(self, name: str | None, arguments: Sequence[object]) -> Sequence[object]:
        """Return a call's arguments as the submission's function takes them."""
        order = self.arguments.get(name or "")
        if order is None or any(isinstance(a, tuple) and a[0] >= len(arguments) for a in order):
            return arguments
        return [arguments[a[0]] if isinstance(a, tuple) else a for a in order]

    def returned(self, name: str | None, value: Any) -> Any:
        """Return what a function returned in the order that the assignment asks for."""
        order = self.returns.get(name or "")
        if order is None or not isinstance(value, (tuple, list)) or len(value) != len(order):
            return value
        return tuple(value[position] for position in order)


def read_adapter(data: bytes, where: str = "adapter.toml") -> Adapter:
    """Read an adapter.

    Raises
    ------
    SubmissionError
        If it is no valid one.
    """
    try:
        return msgspec.convert(tomllib.loads(data.decode("utf-8")), Adapter)
    except (ValueError, RecursionError) as error:
        raise SubmissionError(
            f"{where}: this adapter cannot be read: {error}; it has the tables [names], "
            "[attributes], [arguments] and [returns]"
        ) from error


def fit(
    functions: Sequence[str],
    wanted: Mapping[str, Wanted],
    definitions: Mapping[str, Definition],
    adapter: Adapter | None = None,
) -> Interface:
    """Find out under which names a submission has what an assignment asks for."""
    adapter = adapter or Adapter()
    names, candidates, notes = dict(adapter.names), {}, []
    for name in functions:
        asked = wanted.get(name, Wanted())
        if name in names:
            notes.append(wording.adapted(name, names[name]))
            continue
        if name in definitions:
            continue
        aliases = [alias for alias in asked.aliases if alias in definitions]
        if aliases:
            names[name] = aliases[0]
            notes.append(wording.alias(name, aliases[0]))
            continue
        taken = {*functions, *names.values()}
        found, how = _alike(name, asked, definitions, taken)
        if len(found) == 1:
            names[name] = found[0]
            notes.append(wording.guessed(name, found[0], how))
        elif found:
            candidates[name] = tuple(found)
    arguments: dict[str, tuple[tuple[int] | Literal, ...]] = {}
    for name in functions:
        order = _order(name, wanted.get(name, Wanted()), definitions, names, adapter)
        if order is not None:
            arguments[name] = order
            if name not in adapter.arguments:
                notes.append(wording.reordered(name, definitions[names.get(name, name)].parameters))
    returns = {name: _returns(name, wanted, given) for name, given in adapter.returns.items()}
    different = {name: own for name, own in names.items() if own != name}
    in_place = {names.get(name, name) for name, asked in wanted.items() if asked.in_place}
    parts = (different, adapter.attributes, arguments, returns, candidates, tuple(notes))
    return Interface(*parts, frozenset(in_place))


def _returns(name: str, wanted: Mapping[str, Wanted], given: Sequence[str]) -> tuple[int, ...]:
    asked = wanted.get(name, Wanted()).returns
    if sorted(given) != sorted(asked):
        known = f"{name} returns {wording.listed(asked)}" if asked else f"it names none of {name}"
        raise SubmissionError(
            f"adapter: [returns]: {wording.listed(given)} are not the assignment's names; {known}"
        )
    return tuple(given.index(part) for part in asked)


def _alike(
    name: str, asked: Wanted, definitions: Mapping[str, Definition], taken: Collection[str]
) -> tuple[list[str], str]:
    """Return the functions that could be meant, and by what they are known."""
    kinds = ("function", "class")
    functions = {n: d for n, d in definitions.items() if d.kind in kinds and n not in taken}
    by_name = [n for n in functions if _similar(name, n)]
    parameters = sorted(map(_plain, asked.parameters))
    # One parameter, as x, says nothing.
    by_parameters = [
        n
        for n, d in functions.items()
        if len(parameters) > 1 and sorted(map(_plain, d.parameters)) == parameters
    ]
    both = [n for n in by_name if n in by_parameters]
    if len(both) == 1:
        return both, "both"
    if by_parameters and not by_name:
        return by_parameters, "parameters"
    if by_name and not by_parameters:
        return by_name, "name"
    return list(dict.fromkeys([*by_name, *by_parameters])), "both"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _similar(one: str, other: str) -> bool:
    a, b = _root(one), _root(other)
    if a == b:
        return True
    return min(len(a), len(b)) > 4 and difflib.SequenceMatcher(None, a, b).ratio() >= LIKE


def _root(name: str) -> str:
    plain = _plain(name)
    for word, others in SYNONYMS.items():
        for other in sorted(others.split(), key=len, reverse=True):
            if plain == other or (len(other) > 4 and other in plain):
                return plain.replace(other, word)
    return plain


def _order(
    name: str,
    asked: Wanted,
    definitions: Mapping[str, Definition],
    names: Mapping[str, str],
    adapter: Adapter,
) -> tuple[tuple[int] | Literal, ...] | None:
    """Return how a call's arguments are to be ordered, None for as they come."""
    parameters = list(asked.parameters)
    if name in adapter.arguments:
        given = adapter.arguments[name]
        unknown = [part for part in given if isinstance(part, str) and part not in parameters]
        if unknown:
            known = f"there are {wording.listed(parameters)}" if parameters else "it names none"
            raise SubmissionError(
                f"adapter: [arguments]: {wording.listed(unknown)} is none of the arguments of "
                f"{name} by the assignment's names; {known}"
            )
        return tuple((parameters.index(p),) if isinstance(p, str) else p for p in given)
    own = names.get(name, name)
    definition = definitions.get(own)
    if definition is None or not parameters:
        return None
    taken = definition.parameters
    if own == name and taken not in asked.orders:
        return None
    # An alias or a guess takes the same parameters under the same names, in an order of its own.
    plain = [_plain(parameter) for parameter in parameters]
    mine = [_plain(parameter) for parameter in taken]
    if sorted(plain) != sorted(mine) or plain == mine or len(set(plain)) < len(plain):
        return None
    return tuple((plain.index(parameter),) for parameter in mine)
