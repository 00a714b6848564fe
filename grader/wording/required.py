"""Requirements, and how they were not met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import HIDDEN, described, number, percent, shape_text, short

if TYPE_CHECKING:  # checks word too, and must not load the judge
    from ..requirements import Decision, Requirement


def required(requirement: Requirement) -> str:
    """Say what is required, so that it can stand after "should be"."""
    low, high = requirement.low, requirement.high
    if requirement.kind == "finite":
        return "finite numbers"
    if requirement.kind == "falls":
        return f"lower by {percent(low)} at least" if low else "lower at the end"
    if requirement.kind == "shape":
        sides = ["any" if side is None else str(side) for side in requirement.shape]
        return f"an array of shape ({', '.join(sides)}{',' if len(sides) == 1 else ''})"
    if low == high:
        return number(low)
    if low is not None and high is not None:
        return f"between {number(low)} and {number(high)}"
    return f"at most {number(high)}" if low is None else f"at least {number(low)}"


def decided(decision: Decision, hidden: bool = False) -> str:
    """Say whether a requirement is met, and if not, what there is instead."""
    wanted = required(decision.requirement)
    if decision.why is None:
        return f"meets the requirement ({wanted})"
    text = _instead(decision, hidden)
    if (decision.why, decision.requirement.kind) != ("finite", "finite"):
        text = f"{text}, should be {wanted}"
    half = f"; that earns {percent(decision.share)} of the points" if decision.share else ""
    return f"{text}{half} {HIDDEN}" if hidden and decision.why == "unmet" else f"{text}{half}"


def _instead(decision: Decision, hidden: bool) -> str:
    if decision.why == "type":
        return f"{'holds' if decision.n else 'is'} {_kind(decision.value, hidden)}"
    if decision.why == "empty":
        return "holds no numbers"
    if decision.why == "short":
        return "is one number alone"
    if decision.why == "finite":
        if decision.n == 1:
            return "is not finite (nan or inf)"
        be = "value that is" if decision.n_wrong == 1 else "values that are"
        return f"has {decision.n_wrong} {be} not finite (nan or inf)"
    worst = decision.worst
    kind = decision.requirement.kind
    if kind == "shape":
        return f"has shape {shape_text(decision.shape)}" if decision.shape else "is one number"
    if kind == "falls" and worst is not None:
        if hidden or not worst:
            return "does not fall enough" if hidden else "is at the end what it was at first"
        return f"is {'lower' if worst > 0 else 'higher'} by {percent(abs(worst))} at the end"
    if kind == "count":
        return "there are others" if hidden else f"there are {number(worst)}"
    if decision.n == 1:
        return "is another number" if hidden else f"is {number(worst)}"
    such = "" if hidden else f", the worst is {number(worst)}"
    return f"has {decision.n_wrong} of {decision.n} values that do not fit{such}"


def _kind(value: Any, hidden: bool) -> str:
    dtype = getattr(value, "dtype", None)
    text = described(value, hidden)
    return text if dtype is None else f"{text} and dtype {short(str(dtype), 60)}"


def requirement_unmet(name: str, text: str) -> str:
    """Put the name of a quantity before what a requirement found."""
    return f"{name}: {text}." if text.startswith("there") else f"{name} {text}."
