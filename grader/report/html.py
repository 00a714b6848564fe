"""A result as one HTML page that needs nothing else: no script, no request, no second file."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..results import Cause, Cell, Check, Difference, Place, Quantity, Result
from .text import LOOKS, PASSED, STATUS, clip, described, percent, points, spot, visible

TEMPLATES = Path(__file__).parent / "templates"

AROUND = 3
"""How many lines of source stand above and below the line that failed."""

MAX_SOURCE = 20_000
MAX_OUTPUT = 4_000
MAX_LEVELS = 64


class Line(NamedTuple):
    """One numbered line of a cell."""

    number: int
    text: str
    failed: bool


class Excerpt(NamedTuple):
    """The lines of a cell around a place, and the number of that cell."""

    cell: int
    lines: list[Line]


class Bar(NamedTuple):
    """Neighbours of one level in a row of a heat map, drawn as one rectangle."""

    x: int
    y: int
    width: int
    level: int


def render(result: Result) -> str:
    """Return `result` as a self-contained HTML page.

    All text of a result is foreign: it is escaped where it is written, and characters that
    would reorder, hide or end it are shown as their escapes.

    Parameters
    ----------
    result : Result
        What grading found.

    Returns
    -------
    str
        The page. It runs no script and its own policy forbids it every request.
    """
    quantities = [quantity for check in result.checks for quantity in check.quantities]
    cell_numbers = _cell_numbers(result.cells)
    return page(
        "report.html",
        result=result,
        anchors=_anchors(result),
        cell_numbers=cell_numbers,
        excerpts=[_excerpt(result, cell_numbers, cause.place) for cause in result.causes],
        explained=_explained(result.causes),
        n_passed=sum(passed(quantity) for quantity in quantities),
        n_quantities=len(quantities),
    )


def page(template: str, styles: Sequence[str] = ("report.css",), **content: object) -> str:
    """Return a template of this folder filled, with its styles and the hash that admits them."""
    style = Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in styles))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    filled = _environment().get_template(template)
    return filled.render(style=style, style_hash=digest, **content)


def fragment(template: str, **content: object) -> Markup:
    """Return a template of this folder filled, as a part of a page."""
    return Markup(_environment().get_template(template).render(**content))


@functools.cache
def _environment() -> Environment:
    # Compiling the templates costs more than filling them, and a class has many pages.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every value passes here on its way into the page, so that no template can forget it.
        finalize=_finalize,
        bytecode_cache=_bytecode_cache(),
    )
    environment.filters.update(clip=clip, points=points, spot=spot, visible=visible)
    environment.globals.update(
        looks=LOOKS,
        status_words=STATUS,
        passed=passed,
        all_passed=all_passed,
        percent=percent,
        numbered=numbered,
        bars=bars,
        described=described,
        picture=picture,
        max_output=MAX_OUTPUT,
    )
    return environment


def _bytecode_cache() -> FileSystemBytecodeCache | None:
    """Return a cache beside the templates, as Python keeps one beside its modules."""
    folder = TEMPLATES / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    return FileSystemBytecodeCache(str(folder), f"%s.{sys.implementation.cache_tag}.jinja")


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def passed(quantity: Quantity) -> bool:
    """Return whether a quantity leaves the student nothing to look at."""
    return quantity.verdict in PASSED


def all_passed(check: Check) -> bool:
    """Return whether a check holds nothing but quantities that passed."""
    return all(passed(quantity) for quantity in check.quantities)


def _anchors(result: Result) -> dict[str, str]:
    """Return the anchor of every ``check.quantity``; names are foreign, so anchors are numbers."""
    anchors: dict[str, str] = {}
    for i, check in enumerate(result.checks, 1):
        for j, quantity in enumerate(check.quantities, 1):
            anchors.setdefault(f"{check.name}.{quantity.name}", f"q-{i}-{j}")
    return anchors


def _explained(causes: tuple[Cause, ...]) -> dict[str, int]:
    """Return the number of the first cause that explains each ``check.quantity``."""
    explained: dict[str, int] = {}
    for number, cause in enumerate(causes, 1):
        for name in cause.explains:
            explained.setdefault(name, number)
    return explained


def numbered(source: str, failed: int | None = None) -> list[Line]:
    """Return the lines of `source`, numbered from 1; the one called `failed` is marked."""
    lines = clip(visible(source).rstrip("\n"), MAX_SOURCE).split("\n")
    return [Line(number, text, number == failed) for number, text in enumerate(lines, 1)]


def picture(png: bytes) -> str:
    """Return a PNG file as the address that holds it."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _cell_numbers(cells: tuple[Cell, ...]) -> dict[str, int]:
    """Return the number of every cell that has source to show, by its label."""
    numbers: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        if cell.source.strip():
            numbers.setdefault(cell.label, number)
    return numbers


def _excerpt(result: Result, numbers: dict[str, int], place: Place | None) -> Excerpt | None:
    """Return the lines around `place`, or None where the submission has no such line."""
    if place is None or place.cell not in numbers:
        return None
    number = numbers[place.cell]
    lines = numbered(result.cells[number - 1].source, place.line)
    if not 1 <= place.line <= len(lines):
        return None
    first = max(place.line - 1 - AROUND, 0)
    return Excerpt(number, lines[first : place.line + AROUND])


def bars(difference: Difference) -> Iterator[Bar]:
    """Yield what a heat map draws on its ground of level 0, row by row."""
    for y, row in enumerate(difference.levels[:MAX_LEVELS]):
        row = row[:MAX_LEVELS]
        start = 0
        for x in range(1, len(row) + 1):
            if x == len(row) or row[x] != row[start]:
                if row[start] > 0:
                    yield Bar(start, y, x - start, min(row[start], 4))
                start = x
