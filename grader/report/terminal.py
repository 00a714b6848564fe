"""A result as text for a terminal: the score, the causes, then what was looked at."""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Cause, Check, Quantity, Result
from .text import LOOKS, PASSED, STATUS, clip, columns, fit, percent, points, spot, visible, wrap

# A line is a sequence of (text, tone): laid out once, and coloured or not afterwards.
Line = list[tuple[str, str]]

STYLES = {
    "good": "green",
    "carried": "yellow",
    "bad": "red",
    "none": "bright_black",
    "title": "bold",
    "quiet": "bright_black",
    "": "",
}

MAX_CAUSES = 8
MAX_CELLS = 6
MAX_NOTES = 4


def render(result: Result, *, color: bool, width: int = 80) -> str:
    """Return `result` as text for a terminal.

    Parameters
    ----------
    result : Result
        What grading found.
    color : bool
        Whether to colour the text with terminal escapes. Those are the only ones in it: what
        comes from the submission is made visible first.
    width : int, optional
        How many columns a line may take; fewer than 40 count as 40.

    Returns
    -------
    str
        The lines, each ended by a line feed.
    """
    lines = list(_lines(result, max(width, 40)))
    if color:
        return _coloured(lines)
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def _coloured(lines: list[Line]) -> str:
    # Rich costs a tenth of a second to import, so only those pay who look at colours.
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    # Nothing is left to the environment: whether to colour has been decided by the caller.
    console = Console(
        file=StringIO(),
        force_terminal=True,
        force_jupyter=False,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for line in lines:
            text = Text.assemble(*((part, STYLES[tone]) for part, tone in line))
            text.rstrip()
            console.print(text, soft_wrap=True, highlight=False)
    return capture.get()


def _lines(result: Result, width: int) -> Iterator[Line]:
    yield from _head(result, width)
    if result.causes:
        yield from _title("What went wrong")
        for number, cause in enumerate(result.causes[:MAX_CAUSES], 1):
            yield from _cause(number, cause, width)
        yield from _more(len(result.causes) - MAX_CAUSES)
    if result.checks:
        yield from _title("Checks")
        for check in result.checks:
            yield from _check(check, width)
    yield from _cells(result, width)
    if result.notes:
        yield from _title("Notes")
        for note in result.notes[:MAX_NOTES]:
            yield from _hanging([("  - ", "quiet")], note, "", width)
        yield from _more(len(result.notes) - MAX_NOTES)
    if result.isolation is not None and result.isolation.missing:
        yield []
        missing = ", ".join(result.isolation.missing)
        text = f"Isolation: {result.isolation.level}; missing: {missing}"
        yield from _hanging([], text, "quiet", width)


def _head(result: Result, width: int) -> Iterator[Line]:
    """Yield one line that always holds the score, however long the names are."""
    words = [] if result.status == "graded" else [STATUS[result.status]]
    if result.max_score:
        words += [f"{points(result.score)} / {points(result.max_score)}", f"({percent(result)})"]
    score = "  ".join(words)
    room = width - columns(score) - 2
    name = _one_line(result.submission.file)
    title = _one_line(result.title or result.assignment or "")
    title = _whole_words(title, max(room - columns(name) - 2, room // 3))
    name = fit(name, room - columns(title) - 2 if title else room)
    gap = width - columns(name) - columns(title) - columns(score) - 2
    tone = "good" if result.max_score and result.score >= result.max_score else "title"
    yield [(name, "title"), ("  ", ""), (title, "quiet"), (" " * gap, ""), (score, tone)]
    if result.message:
        yield from _hanging([], result.message, "bad", width)


def _whole_words(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, cut between words where that leaves some."""
    if columns(text) <= width:
        return text
    first = next(wrap(text, width - 2), "")
    return f"{first} …" if text.startswith(f"{first} ") else fit(text, width)


def _cut(text: str, limit: int) -> str:
    """Return `text` clipped, unless it is no longer than what would be said of its end."""
    cut = clip(text, limit)
    return cut if len(cut) < len(text) else text


def _one_line(text: str) -> str:
    return visible(text).replace("\n", " ").expandtabs(1)


def _title(text: str) -> Iterator[Line]:
    yield []
    yield [(text, "title")]


def _more(number: int) -> Iterator[Line]:
    if number > 0:
        yield [(f"  … {number} more", "quiet")]


def _hanging(
    prefix: Line, text: str, tone: str, width: int, limit: int = 600, suffix: str = ""
) -> Iterator[Line]:
    """Yield `text` after `prefix`, further lines set in; `suffix` stands at the right edge."""
    indent = sum(columns(part) for part, _ in prefix)
    room = max(width - indent - (columns(suffix) + 2 if suffix else 0), 8)
    wrapped = list(wrap(visible(_cut(text, limit)), room)) or [""]
    for number, part in enumerate(wrapped):
        start = prefix if number == 0 else [(" " * indent, "")]
        line = [*start, (part, tone)]
        if suffix and number == 0:
            used = indent + columns(part) + columns(suffix)
            line += [(" " * (width - used), ""), (suffix, "quiet")]
        yield line


def _cause(number: int, cause: Cause, width: int) -> Iterator[Line]:
    yield from _hanging([(f"{number:3}. ", "bad")], cause.text, "", width)
    if cause.hint:
        yield from _hanging([("     Hint: ", "quiet")], cause.hint, "", width)
    if cause.place is not None:
        yield from _hanging([("     At: ", "quiet")], spot(cause.place), "quiet", width)
    if cause.explains:
        names = ", ".join(cause.explains)
        yield from _hanging([("     Explains: ", "quiet")], names, "quiet", width, 200)


def _check(check: Check, width: int) -> Iterator[Line]:
    """Yield a line for the check, one for all that passed, and one for each that did not."""
    passed = [quantity for quantity in check.quantities if quantity.verdict in PASSED]
    failed = [quantity for quantity in check.quantities if quantity.verdict not in PASSED]
    names = " ".join(clip(quantity.name, 60) for quantity in passed)
    look = LOOKS[failed[0].verdict if failed else "correct"]
    name = fit(_one_line(check.name), min(24, width // 3))
    prefix = [(f"  {look.mark} ", look.tone), (name, "title"), ("  ", "")]
    score = f"{points(check.score)} / {points(check.max_score)}"
    if failed:
        yield from _hanging(prefix, check.title, "quiet", width, 200, score)
        if passed:
            yield from _hanging([("      ✓ ", "good")], names, "", width, 400)
    else:
        yield from _hanging(prefix, names, "quiet", width, 400, score)
    for group in _groups(failed):
        yield from _quantities(group, width)


def _groups(quantities: list[Quantity]) -> list[list[Quantity]]:
    """Return `quantities` with those of which the same is to be said put together."""
    groups: dict[tuple[str, str], list[Quantity]] = {}
    for quantity in quantities:
        groups.setdefault((quantity.verdict, quantity.message), []).append(quantity)
    return list(groups.values())


def _quantities(group: list[Quantity], width: int) -> Iterator[Line]:
    """Yield the names with their points, and what is to be said, beside them or beneath."""
    look = LOOKS[group[0].verdict]
    names = ", ".join(clip(_one_line(quantity.name), 60) for quantity in group)
    reached, possible = (sum(q.score for q in group), sum(q.max_score for q in group))
    score = f"{points(reached)} / {points(possible)}"
    text = ". ".join(part for part in (look.label, group[0].message) if part)
    mark: Line = [(f"      {look.mark} ", look.tone)]
    if columns(names) <= width // 4:
        yield from _hanging([*mark, (f"{names}  ", "")], text, "quiet", width, 160, score)
    else:
        yield from _hanging(mark, names, "", width, 400, score)
        yield from _hanging([(" " * 8, "")], text, "quiet", width, 160)


def _cells(result: Result, width: int) -> Iterator[Line]:
    failed = [cell for cell in result.cells if cell.state not in ("ran", "skipped")]
    if not failed:
        return
    yield from _title("Cells that did not finish")
    for cell in failed[:MAX_CELLS]:
        look = LOOKS[cell.state]
        line = "" if cell.line is None else f", line {cell.line}"
        text = _one_line(f"{clip(cell.label, 60)}{line}: {cell.message or look.label}")
        yield from _hanging([(f"  {look.mark} ", look.tone)], text, "", width, 300)
    yield from _more(len(failed) - MAX_CELLS)
