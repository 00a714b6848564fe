"""What a worker may say, as types: each text, list and number has its largest value.

Those that the inside keeps to are smaller. Whatever does not fit is a `wire.BadFrame`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..results import FailureKind

MAX_TEXT = 1_000_000  # characters of one text, as of a file
MAX_PARTS = 20_000  # values in one answer
MAX_DIMENSIONS = 32

Long = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Name = Annotated[str, Meta(max_length=500)]
Sentence = Annotated[str, Meta(max_length=4_000)]
Shape = Annotated[list[Count], Meta(max_length=MAX_DIMENSIONS)]
Path = Annotated[list[Annotated[int, Meta(ge=0, le=1_000)] | Name], Meta(max_length=100)]


class NoneValue(msgspec.Struct, tag_field="k", tag="none", frozen=True):
    """None."""


class BoolValue(msgspec.Struct, tag_field="k", tag="bool", frozen=True):
    """True or False."""

    v: bool


class IntValue(msgspec.Struct, tag_field="k", tag="int", frozen=True):
    """An integer of at most 64 bits."""

    v: Long


class StrValue(msgspec.Struct, tag_field="k", tag="str", frozen=True):
    """Text."""

    v: Annotated[str, Meta(max_length=MAX_TEXT)]


class ArrayValue(msgspec.Struct, tag_field="k", tag="array", frozen=True):
    """An array, a NumPy scalar or a float: its bytes lie in the frame's body."""

    type: Name
    dtype: Name
    shape: Shape
    at: Count


class ListValue(msgspec.Struct, tag_field="k", tag="list", frozen=True):
    """A list."""

    items: Annotated[list[Value], Meta(max_length=MAX_PARTS)]


class TupleValue(msgspec.Struct, tag_field="k", tag="tuple", frozen=True):
    """A tuple."""

    items: Annotated[list[Value], Meta(max_length=MAX_PARTS)]


class DictValue(msgspec.Struct, tag_field="k", tag="dict", frozen=True):
    """A dictionary, as pairs."""

    items: Annotated[list[tuple[Value, Value]], Meta(max_length=MAX_PARTS)]


class OpaqueValue(msgspec.Struct, tag_field="k", tag="opaque", frozen=True):
    """An object that stayed in the worker."""

    type: Name
    handle: Count
    callable: bool
    why: Name | None = None
    dtype: Name | None = None
    shape: Shape | None = None


Value = (
    NoneValue
    | BoolValue
    | IntValue
    | StrValue
    | ArrayValue
    | ListValue
    | TupleValue
    | DictValue
    | OpaqueValue
)


class Frame(msgspec.Struct, frozen=True):
    """One line of a traceback that lies in the submission; `cell` is the index of its cell."""

    cell: Count
    line: Count
    function: Name | None


class Error(msgspec.Struct, frozen=True):
    """An exception that left the student's code."""

    kind: Literal["error", "timeout", "memory", "missing", "not callable"]
    type: Name
    message: Sentence
    frames: Annotated[list[Frame], Meta(max_length=100)]

    @property
    def failure(self) -> FailureKind:
        """The verdict that it leads to."""
        return "error" if self.kind == "not callable" else self.kind


class Ready(msgspec.Struct, frozen=True):
    """A worker's first words: which of its limits hold."""

    ready: Annotated[list[Name], Meta(max_length=100)]


class Imported(msgspec.Struct, frozen=True):
    """A module of the submission that came in: how it ended, and the lines salvaged of it."""

    cell: Count
    error: Error | None
    ran: list[Count]


class DrawnAxes(msgspec.Struct, frozen=True):
    """One plot of a figure."""

    title: Name
    xlabel: Name
    ylabel: Name
    lines: Annotated[list[tuple[Name, Count]], Meta(max_length=100)]
    images: Count


class Drawn(msgspec.Struct, frozen=True):
    """A figure, and its pixels where it was drawn."""

    title: Name
    axes: Annotated[list[DrawnAxes], Meta(max_length=100)]
    pixels: Value | None


class Reply(msgspec.Struct, frozen=True):
    """The answer to one request, whose number it repeats.

    `said` names what stood in for what is not there: kind and name.
    """

    id: Count
    value: Value | None
    error: Error | None
    changed: Annotated[list[Path], Meta(max_length=1_000)]
    output: str
    dropped: Count
    imported: Annotated[list[Imported], Meta(max_length=MAX_PARTS)]
    said: Annotated[list[tuple[Name, Name]], Meta(max_length=100)]
    figures: Annotated[list[Drawn], Meta(max_length=100)]
