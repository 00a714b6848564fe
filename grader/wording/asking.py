"""What checks say of what a function gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .values import _keys, described, listed, shape_text, short


def returned_instead(names: Sequence[str], value: Any, hidden: bool = False) -> str:
    """Say that a tuple was wanted."""
    wanted = f"{len(names)} values ({', '.join(names)})"
    return f"should return {wanted}, and returned {described(value, hidden)}"


def no_dictionary(keys: Sequence[str], value: Any, hidden: bool = False) -> str:
    """Say that a dictionary was wanted."""
    have = described(value, hidden)
    return f"should return a dictionary with the keys {listed(keys)}; there is {have}"


def no_key(key: str, mapping: dict[Any, Any], hidden: bool = False) -> str:
    """Say that a key is missing."""
    text = f"returned a dictionary without the key {key!r}"
    return text if hidden else f"{text}; it has {_keys(mapping)}"


def of_function(name: str, text: str) -> str:
    """Put the name of the function before what it did."""
    return f"{short(name, 60)} {text}"


def check_returned(check: str, quantities: Sequence[str]) -> str:
    """Say that a check is wrong."""
    return (
        f"the grader failed here, not your code: the check {check} should give {listed(quantities)}"
        " and did not. These points are open; please tell your instructor"
    )


def check_failed(check: str, error: BaseException) -> str:
    """Say that a check raised an exception of its own."""
    return (
        f"the grader failed here, not your code: the check {check} raised "
        f"{type(error).__name__} ({short(str(error), 200)}). "
        "These points are open; please tell your instructor"
    )


def no_number(words: Sequence[str]) -> str:
    """Say that nothing was printed where a number was asked for."""
    return f"printed no number after {' or '.join(repr(word) for word in words)}"


def no_text(value: Any, hidden: bool = False) -> str:
    """Say that text was asked for, to look for a number in it."""
    return f"should give text, and gave {described(value, hidden)}"


def no_weights(name: str, when: str, value: Any, hidden: bool = False) -> str:
    """Say that weights are no numbers, so that no gradient can be found from their update."""
    return f"leaves {name} as {described(value, hidden)} {when} the update, no array of numbers"


def reshaped(name: str, before: Sequence[int], after: Sequence[int]) -> str:
    """Say that an update has changed the shape of the weights."""
    old, new = (shape_text(shape) if shape else "no shape" for shape in (before, after))
    return f"changes the shape of {name} from {old} to {new} in the update"
