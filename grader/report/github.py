"""The result for GitHub Actions: a step summary, workflow commands, and outputs.

Sources: actions/runner (``ActionCommand``, ``OutputManager``, ``CreateStepSummaryCommand``,
``ExecutionContext``) for what is parsed and for the limits; docs.github.com, "Workflow commands".
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Literal

from ..results import Cause, Place, Quantity, Result
from .exported import Outcome, number, one_line, outcome, passed, standing
from .text import LOOKS, PASSED, clip, points, spot, visible

MAX_SUMMARY = 1_000_000
"""Bytes; the runner refuses a step summary of more than 1,048,576."""

MAX_ANNOTATIONS = 10
"""Of each level per step, and a composite action counts as one step."""

MAX_MESSAGE = 2000
"""Characters; the runner cuts a message at 4,096."""

MAX_CAUSES = 30
MAX_ROWS = 300
Level = Literal["notice", "warning", "error"]


# --- the step summary --------------------------------------------------------------------------


def summary(result: Result) -> str:
    """Return the step summary as Markdown: the score, the causes, then the checks in a table."""
    lines = list(_summary(result))
    size = 0
    for index, line in enumerate(lines):  # a bound that nothing reaches, for what is still to come
        size += len(line.encode()) + 1
        if size > MAX_SUMMARY:
            return "\n".join([*lines[: index - 1], "", "The rest is in the report.", ""])
    return "\n".join(lines) + "\n"


def _summary(result: Result) -> Iterator[str]:
    title = result.title or result.assignment or "gradelab"
    yield f"## {markdown(title)}: {standing(result)}"
    yield ""
    yield markdown(result.submission.file)
    if result.message:
        yield ""
        yield f"**{markdown(result.message, 2000)}**"
    if result.causes:
        yield from ("", "### What went wrong", "")
        for index, cause in enumerate(result.causes[:MAX_CAUSES], 1):
            yield from _cause(index, cause)
        if len(result.causes) > MAX_CAUSES:
            yield f"\n… {len(result.causes) - MAX_CAUSES} more"
    if result.checks:
        yield from ("", "### Checks", "", "| | check | points | |", "|---|---|--:|---|")
        for check in result.checks[:MAX_ROWS]:
            wrong = [q for q in check.quantities if q.verdict not in PASSED]
            look = LOOKS["correct" if passed(check) else wrong[0].verdict]
            named = ", ".join(f"{q.name} {LOOKS[q.verdict].label.lower()}" for q in wrong)
            score = f"{points(check.score)} / {points(check.max_score)}"
            yield f"| {look.mark} | {markdown(check.name, 80)} | {score} | {markdown(named)} |"
        if len(result.checks) > MAX_ROWS:
            yield f"\n… {len(result.checks) - MAX_ROWS} more checks"
    yield from _small_print(result)


def _cause(index: int, cause: Cause) -> Iterator[str]:
    yield f"{index}. **{markdown(cause.text, 600)}**"
    if cause.hint:
        yield f"   <br>Hint: {markdown(cause.hint, 600)}"
    if cause.place is not None:
        yield f"   <br>At: {markdown(spot(cause.place))}"
    if cause.explains:
        yield f"   <br>Explains: {markdown(', '.join(cause.explains), 400)}"


def _small_print(result: Result) -> Iterator[str]:
    if result.notes:
        yield from ("", "### Notes", "")
        for note in result.notes[:MAX_CAUSES]:
            yield f"- {markdown(note, 400)}"
    if result.isolation is not None and result.isolation.missing:
        missing = ", ".join(markdown(name, 60) for name in result.isolation.missing)
        yield from ("", f"Isolation: {markdown(result.isolation.level, 60)}; missing: {missing}")


def markdown(text: str, limit: int = 200) -> str:
    """Return foreign text as one line that Markdown and HTML show and do not interpret.

    Every punctuation mark of ASCII becomes a numeric reference, which can neither start markup nor
    a link, a mention (``@name``) or a reference (``#1``).
    """
    line = " ".join(clip(visible(text), limit).split())
    return re.sub(r"[!-/:-@\[-`{-~]", lambda match: f"&#{ord(match[0])};", line)


def as_code(text: str) -> str:
    """Return foreign text as a block of code that it cannot end."""
    fence = "`" * max([2, *(len(run) for run in re.findall("`+", text))]) + "`"
    return f"{fence}text\n{text}\n{fence}"


# --- workflow commands -------------------------------------------------------------------------


def commands(result: Result, path: str | None, fail_under: float = 0.0) -> str:
    """Return workflow commands, one per line: annotations on the student's file, and two notices.

    Parameters
    ----------
    result : Result
    path : str or None
        The submission, relative to the workspace; a folder for several files. None: without one,
        annotations belong to no file.
    fail_under : float
        As for `grader.report.exported.outcome`.

    Notes
    -----
    The notices are those of classroom-resources/autograding-grading-reporter; GitHub Classroom read
    the points from them.
    """
    ended = outcome(result, fail_under)
    lines = [*_problem(result, ended, path), *_annotations(result, path)]
    if result.max_score:
        got, of = number(result.score), number(result.max_score)
        report = f'{{"totalPoints":{got},"maxPoints":{of}}}'
        lines.append(command("notice", f"Points {got}/{of}", title="Autograding complete"))
        lines.append(command("notice", report, title="Autograding report"))
    return "".join(f"{line}\n" for line in lines)


def _problem(result: Result, ended: Outcome, path: str | None) -> Iterator[str]:
    if ended == "error" or result.status == "partial":
        level: Level = "error" if ended == "error" else "warning"
        text = result.message or "gradelab could not judge all of it"
        yield command(level, text, file=_file(path, None), title=standing(result))
    if ended == "fail":
        yield command("error", f"{standing(result)}: below what is asked for", title="Score")


def _annotations(result: Result, path: str | None) -> Iterator[str]:
    """Yield a warning per cause, and one for each further quantity that no cause explains."""
    found = [(cause.text, cause.hint, cause.place) for cause in result.causes]
    explained = {name for cause in result.causes for name in cause.explains}
    for check in result.checks:
        for q in check.quantities:
            if q.verdict not in PASSED | {"carried"} and f"{check.name}.{q.name}" not in explained:
                found.append((_said(q), None, _place(q)))
    room = MAX_ANNOTATIONS - (result.status == "partial")
    shown = found if len(found) <= room else found[: room - 1]
    for text, hint, place in shown:
        words = f"{text}\nHint: {hint}" if hint else text
        yield command("warning", words, **_where(path, place))
    if len(found) > len(shown):
        text = f"{len(found) - len(shown)} more; all of them are in the summary of this step."
        yield command("warning", text, title="More")


def _said(quantity: Quantity) -> str:
    diagnosis = quantity.diagnosis
    said = diagnosis.text if diagnosis is not None else quantity.message
    return f"{quantity.name}: {said or LOOKS[quantity.verdict].label}"


def _place(quantity: Quantity) -> Place | None:
    places = (case.place for case in quantity.cases if not case.hidden)
    return next((place for place in places if place is not None), None)


def _where(path: str | None, place: Place | None) -> dict[str, str]:
    """Return the properties of an annotation.

    A line of an ``.ipynb`` would be one of its JSON, so for cells the place goes into the title.
    """
    if place is None:
        return {"file": _file(path, None), "title": "gradelab"}
    file = _file(path, place)
    if file.endswith(".py"):
        title = place.function or "gradelab"
        return {"file": file, "line": str(place.line), "title": title}
    return {"file": file, "title": spot(place)}


def _file(path: str | None, place: Place | None) -> str:
    """Return the file to annotate; in a folder it is the one that the place names."""
    if path is None:
        return ""
    if path.endswith((".py", ".ipynb")):
        return path
    named = re.match(r"[^:*?\"<>|\n]+?\.(?:py|ipynb)(?![\w.])", place.cell if place else "")
    return f"{path}/{named[0]}".removeprefix("./") if named else ""


def command(level: Level, message: str, **properties: str) -> str:
    """Return one workflow command; properties without a value are left out.

    Notes
    -----
    Escapes as in ``@actions/core``: ``%``, CR and LF in the message, and ``:`` and ``,`` too in
    a property. What would be a command in the text is broken as well, for logs that are read
    once more.
    """
    given = {name: one_line(value) for name, value in properties.items() if value}
    text = ",".join(f"{name}={_property(value)}" for name, value in given.items())
    lines = (
        one_line(line, MAX_MESSAGE) for line in clip(visible(message), MAX_MESSAGE).split("\n")
    )
    return f"::{level}{' ' if text else ''}{text}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# --- outputs -----------------------------------------------------------------------------------


def outputs(values: Mapping[str, str]) -> str:
    """Return the content of ``$GITHUB_OUTPUT``.

    Each value stands between delimiters that nobody can know in advance: a value with a line
    feed in it cannot become another output.
    """
    lines = []
    for name, value in values.items():
        delimiter = f"EOF_{secrets.token_hex(16)}"
        lines += [f"{name}<<{delimiter}", value, delimiter]
    return "".join(f"{line}\n" for line in lines)


def values(result: Result, classroom: str, fail_under: float = 0.0) -> dict[str, str]:
    """Return the outputs that follow from the result.

    Parameters
    ----------
    classroom : str
        What `grader.report.classroom.render` gives.
    """
    return {
        "score": str(number(result.score)),
        "max-score": str(number(result.max_score)),
        "percent": f"{min(result.percent, 99.9) if _incomplete(result) else result.percent:.1f}",
        "status": outcome(result, fail_under),
        "result": classroom,
    }


def _incomplete(result: Result) -> bool:
    return result.score < result.max_score
