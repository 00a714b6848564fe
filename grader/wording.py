"""Every sentence that a student can read, and nothing else: no decisions, no layout.

One form: what was called, what came, what was wanted, where, one hint. What student code wrote
(names, messages, keys) goes through `short` first; the reports escape it once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .results import Cell, Failure, FailureKind, Opaque, Place

if TYPE_CHECKING:  # the types of what is worded; checks word too, and must not load the judge
    from .compare import Comparison
    from .explain import Known
    from .findings import Finding, FoundCause, QuantityJudgement
    from .relations import Relation
    from .requirements import Decision, Requirement

HIDDEN = "(a hidden case: values are not shown)"


def short(text: str, limit: int = 300) -> str:
    """Return `text` on one line, without control characters, at most `limit` characters."""
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def listed(names: Sequence[str], limit: int = 8) -> str:
    """Return ``"a, b and c"``."""
    shown = [short(name, 60) for name in names[:limit]]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as Python writes it; a scalar is "no shape: it is one number"."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def described(value: Any, hidden: bool = False) -> str:
    """Say what a value is: "None", "a tuple of 3 values", "an array of shape (3,)".

    On a hidden case names and keys are left out: they may have been made of the inputs.
    """
    if value is None:
        return "None"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return "one number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (list, tuple)):
        values = "value" if len(value) == 1 else "values"
        return f"a {type(value).__name__} of {len(value)} {values}"
    if isinstance(value, dict):
        return "a dictionary" if hidden else f"a dictionary with {_keys(value)}"
    if isinstance(value, Opaque):
        if value.dtype is not None:
            return "an array"
        article = "an" if value.type[:1].lower() in tuple("aeiou") else "a"
        return "an object" if hidden else f"{article} {short(value.type, 60)}"
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"an array of shape {shape_text(shape)}"
    return "an object of another kind"


def _keys(mapping: dict[Any, Any]) -> str:
    return f"the keys {listed([repr(key) for key in mapping])}" if mapping else "no keys"


# What checks say ----------------------------------------------------------------------------------


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


# What the run says --------------------------------------------------------------------------------


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


# What was handed in, and under which names --------------------------------------------------------


def run_files(paths: Sequence[str]) -> str:
    """Say which files of several are run."""
    who = "they import" if len(paths) > 1 else "it imports"
    return f"Run here: {listed(paths)}, with the modules that {who}"


def several_files(path: str, others: Sequence[str], names: Sequence[str]) -> str:
    """Say that several files define the same names."""
    be = "define" if len(others) > 1 else "defines"
    return (
        f"{listed(others)} {be} {listed(names)} too: the one in {short(path, 100)} counts. "
        "Hand in one of them only to decide it yourself"
    )


def defined_twice(name: str, places: Sequence[Place]) -> str:
    """Say that a function is defined more than once."""
    at = listed([f"{place.cell}, line {place.line}" for place in places])
    return f"{short(name, 60)} is defined {len(places)} times ({at}): the last one counts"


def adapted(name: str, own: str) -> str:
    """Say that an adapter gives a name."""
    return f"{name} is {short(own, 60)} here, as the adapter says"


def alias(name: str, own: str) -> str:
    """Say that an accepted alias was used."""
    return f"{short(own, 60)} was taken for {name}: the assignment accepts this name"


def guessed(name: str, own: str, how: str) -> str:
    """Say that a function was taken for another one; `how` tells by what it is known."""
    why = {"parameters": f"has the parameters of {name}", "name": f"is named almost as {name}"}
    both = f"has the parameters of {name} and almost its name"
    return f"{name} is not defined. {short(own, 60)} {why.get(how, both)}: used instead"


def reordered(name: str, parameters: Sequence[str]) -> str:
    """Say that arguments were given in the submission's own order."""
    return f"{name} takes its arguments in the order {listed(parameters)} here: accepted"


STOOD_IN = {
    "data": "{} gave the pictures that this assignment serves, without a network",
    "file": "{} came into the folder with the pictures that this assignment serves",
    "path": "{} led to the file of that name in the folder: it is a path of another computer",
    "module": "A small stand-in took the place of {}",
}


def stood_in(said: Iterable[tuple[str, str]]) -> list[str]:
    """Say what stood in for what is not there; `said` comes from the submission's process."""
    groups: dict[str, list[str]] = {}
    for kind, name in said:
        groups.setdefault(kind, []).append(short(name, 100))
    return [STOOD_IN[kind].format(listed(groups[kind])) for kind in STOOD_IN if kind in groups]


def forbidden_import(name: str, place: Place | None, handling: str) -> str:
    """Say that a library is imported that the assignment does not allow."""
    at = f" ({place.cell}, line {place.line})" if place is not None else ""
    then = {"no points": ": no points", "refuse": ": the import failed here"}.get(handling, "")
    return f"{short(name, 60)} is imported{at}, and the assignment does not allow it{then}"


def no_points_for(name: str) -> str:
    """Say why nothing was checked."""
    return f"Nothing was checked: the assignment does not allow {short(name, 60)}"


def not_adapted(error: str) -> str:
    """Say that an adapter could not be used."""
    return f"Not used: {short(error)}"


def changed_argument(
    called: str | None, path: Sequence[int | str], parameters: Sequence[str]
) -> str:
    """Say that a function has overwritten what it was given."""
    position = path[0] if path and isinstance(path[0], int) else 0
    name = parameters[position] if position < len(parameters) else str(position + 1)
    where = short(name, 60) + "".join(f"[{key!r}]" for key in path[1:])
    return (
        f"{short(called or 'the function', 60)} changes its argument {short(where, 100)} in place. "
        "It costs nothing here, as each call gets its own copy; your own callers would be surprised"
    )


# What the judge found -----------------------------------------------------------------------------


def finding(found: Finding) -> str:
    """Say how one quantity came out on one case."""
    if found.failure is not None:
        return _failure(found.failure, found.hidden)
    if found.decision is not None:
        return decided(found.decision, found.hidden)
    if found.comparison is None or found.verdict == "correct":
        return "right"
    if found.verdict == "carried":
        return f"right, given your {listed(found.given)}" if found.given else "right otherwise"
    if found.verdict == "convention":
        return "right, in another convention that is accepted"
    text = _comparison(found.comparison, found.hidden, found.observed)
    return f"{text} (computed from your {listed(found.given)})" if found.given else text


def _failure(failure: Failure, hidden: bool) -> str:
    text = failure.casual if hidden and failure.casual is not None else failure.text
    if failure.places and failure.kind in ("error", "timeout", "memory", "crash"):
        place = failure.places[-1]
        return f"{text} ({place.cell}, line {place.line})"
    return text


def _comparison(c: Comparison, hidden: bool, observed: Any) -> str:
    wanted = f"an array of shape {shape_text(c.expected_shape)}" if c.expected_shape else "a number"
    kept = c.pattern is not None and c.pattern.layout in ("transposed", "reshaped", "list")
    right = ". The values are right" if kept and c.pattern and c.pattern.factor is None else ""
    if c.outcome == "type":
        why = f" ({observed.why})" if isinstance(observed, Opaque) and observed.why else ""
        return f"is {described(observed, hidden)}{why}, expected {wanted}{right}"
    if c.outcome == "shape":
        have = f"has shape {shape_text(c.shape or ())}" if c.shape else "is one number"
        if not c.expected_shape:
            return f"{have}, expected one number{right}"
        return f"{have}, expected {shape_text(c.expected_shape)}{right}"
    if c.outcome == "dtype":
        return f"has dtype {c.dtype}, expected float64 (or float32)"
    total = 1
    for n in c.expected_shape:
        total *= n
    if c.outcome == "finite":
        where = f", the first at {_index(c.where)}" if c.where else ""
        if total == 1:
            return "is not a finite number (nan or inf)"
        return f"{c.n_wrong} of {total} values are not finite (nan or inf){where}"
    if c.outcome == "equal":
        return "follows from zeros, and shows no method"
    head = "the value differs" if total == 1 else f"{c.n_wrong} of {total} values differ"
    if hidden:
        return f"{head} {HIDDEN}"
    size = "" if c.max_error is None else f", by up to {times(c.max_error)} the largest entry"
    if total == 1:
        size = "" if c.max_error is None else f" by {times(c.max_error)} its size"
    where = f", most at {_index(c.where)}" if c.where else ""
    return f"{head}{size}{where}"


def times(share: float) -> str:
    """Return a share as ``"3.2 % of"`` or ``"12 times"``."""
    if share < 1.995:
        return f"{100 * share:.0f} % of" if share >= 0.1 else f"{100 * share:.2g} % of"
    return f"{share:,.0f} times" if 100 <= share < 1e6 else f"{share:.3g} times"


def _index(where: Sequence[int]) -> str:
    return f"[{', '.join(map(str, where))}]"


def quantity(judged: QuantityJudgement) -> str:
    """Say how one quantity came out over all cases; the cases' own messages say more."""
    groups: dict[str, list[Finding]] = {}
    for found in judged.findings:
        groups.setdefault(_brief(found), []).append(found)
    if len(groups) == 1:
        return finding(judged.findings[0])
    parts = [f"{_cases(found)}: {text}" for text, found in groups.items()]
    more = f"; and {len(parts) - 3} more" if len(parts) > 3 else ""
    return "; ".join(parts[:3]) + more


def _brief(found: Finding) -> str:
    failure = found.failure
    if failure is None or failure.kind != "error" or not failure.places or not failure.type:
        return finding(found)
    place = failure.places[-1]
    return f"{short(failure.type, 60)} in {place.cell}, line {place.line}"


def _cases(found: Sequence[Finding]) -> str:
    if len(found) > 2:
        kind = "hidden " if all(f.hidden for f in found) else ""
        return f"{len(found)} {kind}cases"
    return listed([f.case for f in found])


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


def cause(found: FoundCause) -> tuple[str, str | None]:
    """Return the sentence and the hint for a known mistake, or for several that look alike."""
    entries = [_made(entry) for entry in found.alternatives]
    hints = [r.hint for entry in found.alternatives for r in entry if r.hint]
    if found.relation is not None:
        text, hint = relation(found.explains, found.relation)
        return text, hints[0] if len(entries) == 1 and hints else hint
    only = f"In {listed(found.explains)} alone: " if found.alone else ""
    if len(entries) == 1:
        return f"{only}{entries[0]}.", hints[0] if hints else None
    text = "; or: ".join(entries)
    return f"{only}One of these, and the numbers cannot tell which: {text}.", None


def _made(entry: Sequence[Known]) -> str:
    """Return mistakes made together, each with the quantity at which it happened."""
    return "; and: ".join(f"{r.text.rstrip('.')} (at {r.quantity})" for r in entry)


def own_loss(loss: str, gradients: Sequence[str], others: Sequence[str] = ()) -> str:
    """Say that wrong gradients are right for the student's own loss, and which are not."""
    be = "are the right derivatives" if len(gradients) > 1 else "is the right derivative"
    text = (
        f"{listed(gradients)} {be} of your own {loss} (found by finite differences of it): "
        f"it is {loss} that differs from the one asked for."
    )
    if not others:
        return text
    return f"{text} {listed(others)} {'are' if len(others) > 1 else 'is'} not, even so."


def no_known_cause(name: str, text: str) -> str:
    """Say honestly that a wrong quantity is not explained."""
    return f"{name}: {text}. No known cause explains it."


def unexplained(found: Mapping[str, str], right: Sequence[str]) -> str:
    """Say honestly what is wrong without a known cause, how far and where, and what is right."""
    them = "it" if len(found) == 1 else "them"
    each = "; ".join(f"{name}: {text}" for name, text in found.items())
    text = f"{each}. No known cause explains {them}."
    return f"{text} Right: {listed(right, 12)}." if right else text


def failure_cause(text: str, cases: Sequence[str], everywhere: bool) -> str:
    """Say a failure once for all the cases that it happened on."""
    return f"{text}." if everywhere else f"{text}. {happens_on(cases)}"


def happens_on(cases: Sequence[str]) -> str:
    """Say on which cases something happens."""
    return f"It happens on {listed(cases, 6)}."


def salvaged(lines: Sequence[int]) -> str:
    """Say which statements of a failed cell ran all the same."""
    where = listed([str(line) for line in dict.fromkeys(lines)], 12)
    word = "statement on line" if len(set(lines)) == 1 else "statements on lines"
    return f"the {word} {where} ran all the same"


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


# Requirements -------------------------------------------------------------------------------------


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


def number(value: float | None) -> str:
    """Return a number with as many digits as a limit may need."""
    return f"{value:.7g}"


def percent(share: float) -> str:
    """Return a share of 1 as a percentage."""
    return f"{100 * share:.4g} %"


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


# Environment drift --------------------------------------------------------------------------------


def removed_name(name: str, version: str, instead: str, served: bool = False) -> str:
    """Say that a name is no longer there, since when, and what to write.

    Parameters
    ----------
    version : str
        Of what, and which: "NumPy 1.24".
    served : bool
        Whether the code got what the name stood for all the same.
    """
    package = version.rpartition(" ")[0]
    again = " It was put back for grading." if served else ""
    return (
        f"{name} was removed in {version}; this ran on an older {package}.{again} Write {instead}."
    )


_LISTS = "keys(), values(), items(), range(), map(), zip() and filter()"

CHANGED_SINCE = {
    "number": (
        "Since NumPy 2.4 only an array of shape () is taken for a number. If this one has a single "
        "element, it was taken for one by an older NumPy: write a.item()."
    ),
    "element": (
        "If the sequence is an array with a single element: up to NumPy 2.3 it was taken for a "
        "number, and this ran there. Write a.item()."
    ),
    "ragged": (
        "Since NumPy 1.24 rows of different shapes are an error; this may have run on an older "
        "NumPy, which made an array of objects of them. Keep a list, or write dtype=object."
    ),
    "copy": (
        "Since NumPy 2.0 copy=False means that copying is an error; this ran on an older NumPy, "
        "which copied where it had to. Write np.asarray(a)."
    ),
    "pickle": (
        "Since NumPy 1.16.3 np.load reads arrays of objects only where allow_pickle=True says so; "
        "this may have run on an older NumPy."
    ),
    "bounds": (
        "Since NumPy 2.0 a Python integer that the array's type cannot hold is an error; an older "
        "NumPy wrapped it around or took a larger type. Convert first: write a.astype(int)."
    ),
    "sum": (
        "Since NumPy 2.4 np.sum takes no generator; this ran on an older NumPy. Write Python's sum."
    ),
    "stack": (
        "Since NumPy 1.25 arrays to stack must stand in a list or a tuple; this may have run on an "
        "older NumPy or on Python 2. Write np.vstack(list(...))."
    ),
    "minus": (
        "Since NumPy 1.13 arrays of bool have no minus; this may have run on an older NumPy. "
        "Write a ^ b or ~a, or convert with .astype(int)."
    ),
    "read-only": (
        "Since pandas 3.0 the arrays of .values and to_numpy() may not be written to; this may "
        "have run on an older pandas. Write to_numpy(copy=True)."
    ),
    "print": "print and exec are functions since Python 3; this is Python 2. Write print(...).",
    "except": "This is how Python 2 catches an exception. Write except Error as e.",
    "octal": "This may be an octal number of Python 2. Write 0o in front of it.",
    "pairs": (
        "Since Python 3 a parameter is a name, no pair of names; this may have run on Python 2. "
        "Write one parameter and unpack it."
    ),
    "tabs": (
        "Since Python 3 tabs and blanks may not be mixed; this may have run on Python 2. "
        "Indent with blanks."
    ),
    "lists": (
        f"{_LISTS} give no list since Python 3; this may have run on Python 2. Write list(...)."
    ),
    "style": (
        "Matplotlib 3.8 has the seaborn styles under new names only; this ran on an older "
        "Matplotlib. Write seaborn-v0_8 in place of seaborn."
    ),
}
"""What has changed since the code was written, by what it is about."""
