"""Plain relations between a wrong value and the right one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .values import listed

if TYPE_CHECKING:  # checks word too, and must not load the judge
    from ..relations import Relation


def relation(names: Sequence[str], related: Relation, shapes: str = "") -> tuple[str, str]:
    """Return the sentence and the hint for a pattern that `names` share."""
    who, be = listed(names), "are" if len(names) > 1 else "is"
    have, their = ("have", "their") if len(names) > 1 else ("has", "its")
    if related.same_as is not None and len(names) > 1:
        return (
            f"{who} have each other's values.",
            "In which order are the values returned, and in which order were they asked for?",
        )
    if related.same_as is not None:
        return (
            f"{who} {have} the values of {related.same_as}.",
            "Were two values swapped, or returned in another order than asked for?",
        )
    scale = _scale_words(related, be, have)
    layout, hint = _layout_words(related.layout, be, have, their)
    if layout and scale:
        they = "they" if len(names) > 1 else "it"
        return f"{who} {layout}{shapes}; apart from that {they} {scale[0]}.", f"{hint} {scale[1]}"
    if scale:
        return f"{who} {scale[0]}.", scale[1]
    if related.layout not in ("transposed", "reshaped", "list"):
        return f"{who} {layout}{shapes}.", hint
    return f"{who} {layout}{shapes}. {their.capitalize()} values are right.", hint


def _scale_words(related: Relation, be: str, have: str) -> tuple[str, str] | None:
    if related.factor is None:
        return None
    symbol = related.symbol
    if related.factor == 0:
        return f"{be} zero everywhere", "Is it ever filled, or is something multiplied by zero?"
    if symbol == "-1":
        return f"{have} the wrong sign", "Which of the two is subtracted from which?"
    if symbol is None:
        return (
            f"{be} {related.factor:.6g} times the right value",
            "A constant factor is lost or added on the way: which one could it be?",
        )
    letters = re.findall(r"[A-Za-z]\w*", symbol)
    hint = "Which constant of the loss is lost, or taken twice, when it is differentiated?"
    if letters:
        hint = f"Where does the {letters[0]} of the loss go when it is differentiated?"
    constant = re.search(r"\d{2,}", symbol)
    if letters and constant:
        hint = f"Does the number {constant[0]} stand in the code where {letters[0]} is meant?"
        return f"{be} {symbol} times the right value", hint
    inverse = re.fullmatch(r"1/\(?(\w+(?:\^2)?)\)?", symbol)
    if inverse:
        return f"{be} {inverse[1]} times too small", hint
    if symbol.startswith("-") or "/" in symbol:
        return f"{be} {symbol} times the right value", hint
    return f"{be} {symbol} times too large", hint


def _layout_words(layout: str | None, be: str, have: str, their: str) -> tuple[str, str]:
    if layout is None:
        return "", ""
    axis = layout.split()[-1]
    return {
        "transposed": (
            f"{be} transposed",
            "The gradient of a weight has the shape of the weight: which factor comes first?",
        ),
        "reshaped": (f"{have} another shape", "Compare the shape with the one asked for."),
        "list": (f"{be} a list", "Return a NumPy array."),
        "diagonal": (
            f"{be} a square matrix with the right values on {their} diagonal",
            "An array of shape (N,) and one of shape (N, 1) combine to (N, N).",
        ),
        "summed": (f"{be} one number, the sum over all entries", "Over which axis is the sum?"),
        "unchanged": (
            f"{be} zero everywhere: the update changes nothing there",
            "Follow the loop of the update: which layer comes first, and which one last?",
        ),
        "order": (f"{have} the right values in another order", "Are rows or columns reversed?"),
    }.get(
        layout,
        (
            f"{be} not summed over axis {axis}; summed, {their} values are right",
            "One gradient for each sample came out: what does the loss do with the samples?",
        ),
    )
