"""Frames and values, seen from the grader: everything that arrives is checked before it is used.

A frame that does not fit its type, size or bounds raises `BadFrame`; it ends the conversation with
that worker and nothing else. The inside of the line is described in `grader.worker.wire`.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import numpy as np

from ..results import FailureKind, Opaque
from ..student import StudentObject

PREFIX = struct.Struct("<II")
MAX_HEADER = 8 * 2**20  # bytes
MAX_BODY = 64 * 2**20  # bytes
MAX_DIMENSIONS = 32
WATCH = 0.2  # seconds between two looks at a worker that is silent
DTYPES = frozenset(
    np.dtype(code).newbyteorder("<").str
    for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)


class BadFrame(Exception):
    """The worker sent what does not fit the protocol."""


class NoneValue(msgspec.Struct, tag_field="k", tag="none", frozen=True):
    """None."""


class BoolValue(msgspec.Struct, tag_field="k", tag="bool", frozen=True):
    """True or False."""

    v: bool


class IntValue(msgspec.Struct, tag_field="k", tag="int", frozen=True):
    """An integer of at most 64 bits."""

    v: int


class StrValue(msgspec.Struct, tag_field="k", tag="str", frozen=True):
    """Text."""

    v: str


class ArrayValue(msgspec.Struct, tag_field="k", tag="array", frozen=True):
    """An array, a NumPy scalar or a float: its bytes lie in the frame's body."""

    type: str
    dtype: str
    shape: list[int]
    at: int


class ListValue(msgspec.Struct, tag_field="k", tag="list", frozen=True):
    """A list."""

    items: list[Value]


class TupleValue(msgspec.Struct, tag_field="k", tag="tuple", frozen=True):
    """A tuple."""

    items: list[Value]


class DictValue(msgspec.Struct, tag_field="k", tag="dict", frozen=True):
    """A dictionary, as pairs."""

    items: list[tuple[Value, Value]]


class OpaqueValue(msgspec.Struct, tag_field="k", tag="opaque", frozen=True):
    """An object that stayed in the worker."""

    type: str
    handle: int
    callable: bool
    why: str | None = None
    dtype: str | None = None
    shape: list[int] | None = None


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

    cell: int
    line: int
    function: str | None


class Error(msgspec.Struct, frozen=True):
    """An exception that left the student's code."""

    kind: Literal["error", "timeout", "memory", "missing", "not callable"]
    type: str
    message: str
    frames: list[Frame]

    @property
    def failure(self) -> FailureKind:
        """The verdict that it leads to."""
        return "error" if self.kind == "not callable" else self.kind


class Ready(msgspec.Struct, frozen=True):
    """A worker's first words: which of its limits hold."""

    ready: list[str]


class Imported(msgspec.Struct, frozen=True):
    """A module of the submission that came in: how it ended, and the lines salvaged of it."""

    cell: int
    error: Error | None
    ran: list[int]


class DrawnAxes(msgspec.Struct, frozen=True):
    """One plot of a figure."""

    title: str
    xlabel: str
    ylabel: str
    lines: list[tuple[str, int]]
    images: int


class Drawn(msgspec.Struct, frozen=True):
    """A figure, and its pixels where it was drawn."""

    title: str
    axes: list[DrawnAxes]
    pixels: Value | None


class Reply(msgspec.Struct, frozen=True):
    """The answer to one request, whose number it repeats.

    `said` names what stood in for what is not there: kind and name.
    """

    id: int
    value: Value | None
    error: Error | None
    changed: list[list[int | str]]
    output: str
    dropped: int
    imported: list[Imported]
    said: list[tuple[str, str]]
    figures: list[Drawn]


def send(sock: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame; a worker that has ended raises OSError."""
    text = msgspec.json.encode(header)
    sock.sendall(PREFIX.pack(len(text), len(body)) + text + body)


def receive(
    sock: socket.socket,
    deadline: float,
    max_body: int = MAX_BODY,
    watch: Callable[[], None] = lambda: None,
) -> tuple[bytes, memoryview]:
    """Receive one frame until `deadline` (of `time.monotonic`).

    Parameters
    ----------
    max_body : int
        Bytes of arrays that are accepted.
    watch : callable
        Called several times a second while the other end is silent.

    Raises
    ------
    TimeoutError
        If the frame is not complete by then.
    EOFError
        If the other end has closed.
    BadFrame
        If it announces more than the caps allow.
    """
    n_header, n_body = PREFIX.unpack(_exactly(sock, PREFIX.size, deadline, watch))
    if n_header > MAX_HEADER or n_body > max_body:
        raise BadFrame("the answer is too large")
    header = _exactly(sock, n_header, deadline, watch)
    return header, memoryview(_exactly(sock, n_body, deadline, watch))


def _exactly(sock: socket.socket, n: int, deadline: float, watch: Callable[[], None]) -> bytes:
    data = bytearray(n)
    view, at = memoryview(data), 0
    while at < n:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(min(left, WATCH))
        try:
            got = sock.recv_into(view[at:])
        except TimeoutError:
            watch()
            continue
        if not got:
            raise EOFError
        at += got
    return bytes(data)


def read_reply(header: bytes) -> Reply:
    """Decode the header of an answer."""
    try:
        return msgspec.json.decode(header, type=Reply)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadFrame("the answer does not fit the protocol") from error


def encode(value: object, parts: list[bytes]) -> dict[str, Any]:
    """Return an input as a header value; its arrays' bytes are added to `parts`."""
    match value:
        case None:
            return {"k": "none"}
        case bool():
            return {"k": "bool", "v": value}
        case int():
            return {"k": "int", "v": value}
        case str():
            return {"k": "str", "v": value}
        case list() | tuple():
            kind = "list" if isinstance(value, list) else "tuple"
            return {"k": kind, "items": [encode(item, parts) for item in value]}
        case dict():
            pairs = [[encode(k, parts), encode(v, parts)] for k, v in value.items()]
            return {"k": "dict", "items": pairs}
        case StudentObject():
            return {"k": "opaque", "handle": object.__getattribute__(value, "_handle")}
        case float() | np.ndarray() | np.generic():
            array = np.asarray(value)
            if array.dtype.newbyteorder("<").str not in DTYPES:
                raise TypeError(f"an array of dtype {array.dtype} cannot be handed to a student")
            array = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
            at = sum(map(len, parts))
            parts.append(array.tobytes())
            name = "float" if isinstance(value, float) else type(value).__name__
            return {
                "k": "array",
                "type": name,
                "dtype": array.dtype.str,
                "shape": list(array.shape),
                "at": at,
            }
    raise TypeError(f"{type(value).__name__} cannot be handed to a student")


def decode(value: Value, body: memoryview, make: Any) -> Any:
    """Turn a worker's value into plain Python and NumPy objects of our own making.

    Parameters
    ----------
    make : callable
        Makes the stand-in for an object that stayed in the worker, from an `Opaque`.
    """
    match value:
        case NoneValue():
            return None
        case BoolValue() | IntValue() | StrValue():
            return value.v
        case ArrayValue():
            return _array(value, body)
        case ListValue():
            return [decode(item, body, make) for item in value.items]
        case TupleValue():
            return tuple(decode(item, body, make) for item in value.items)
        case DictValue():
            pairs = ((decode(k, body, make), decode(v, body, make)) for k, v in value.items)
            return {k: v for k, v in pairs if isinstance(k, (str, int))}
        case OpaqueValue():
            sides = None if value.shape is None else tuple(value.shape)
            kind = Opaque(value.type[:100], value.why, value.dtype, sides)
            return make(kind, value.handle, value.callable)


def _array(value: ArrayValue, body: memoryview) -> Any:
    if value.dtype not in DTYPES or len(value.shape) > MAX_DIMENSIONS:
        raise BadFrame("an array of a kind that is not exchanged")
    dtype = np.dtype(value.dtype)
    if any(n < 0 for n in value.shape):
        raise BadFrame("an array with a negative size")
    n = math.prod(value.shape) * dtype.itemsize  # exact: Python integers do not overflow
    if value.at < 0 or value.at + n > len(body):
        raise BadFrame("an array that is not in the frame")
    raw = body[value.at : value.at + n]
    array = np.frombuffer(raw, dtype=dtype).reshape(value.shape)
    if value.type == "float" and array.shape == () and dtype == np.float64:
        return float(array)
    return array


def read_ready(header: bytes) -> Ready:
    """Decode a worker's first words."""
    try:
        return msgspec.json.decode(header, type=Ready)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadFrame("the greeting does not fit the protocol") from error
