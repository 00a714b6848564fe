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
from typing import Any

import msgspec
import numpy as np

from ..results import Opaque
from ..student import StudentObject
from .answers import (
    MAX_PARTS,
    ArrayValue,
    BoolValue,
    DictValue,
    ListValue,
    NoneValue,
    OpaqueValue,
    Ready,
    Reply,
    StrValue,
    TupleValue,
)
from .answers import Drawn as Drawn
from .answers import Error as Error
from .answers import Frame as Frame
from .answers import Imported as Imported
from .answers import IntValue as IntValue
from .answers import Value as Value

PREFIX = struct.Struct("<II")
MAX_HEADER = 8 * 2**20  # bytes
MAX_BODY = 64 * 2**20  # bytes
MAX_DEPTH = 30
WATCH = 0.2  # seconds between two looks at a worker that is silent
DTYPES = frozenset(
    np.dtype(code).newbyteorder("<").str
    for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)


class BadFrame(Exception):
    """The worker sent what does not fit the protocol."""


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

    Raises
    ------
    BadFrame
        If it has too many parts, or arrays that are not in `body`, each in its own place.
    """
    return _Decoder(body, make).decode(value, 0)


class _Decoder:
    def __init__(self, body: memoryview, make: Any) -> None:
        self._body, self._make = body, make
        self._parts, self._bytes = MAX_PARTS, len(body)

    def decode(self, value: Value, depth: int) -> Any:
        self._parts -= 1
        if self._parts < 0 or depth > MAX_DEPTH:
            raise BadFrame("a value with too many parts")
        match value:
            case NoneValue():
                return None
            case BoolValue() | IntValue() | StrValue():
                return value.v
            case ArrayValue():
                return self._array(value)
            case ListValue():
                return [self.decode(item, depth + 1) for item in value.items]
            case TupleValue():
                return tuple([self.decode(item, depth + 1) for item in value.items])
            case DictValue():
                pairs = [[self.decode(part, depth + 1) for part in item] for item in value.items]
                return {k: v for k, v in pairs if isinstance(k, (str, int))}
            case OpaqueValue():
                sides = None if value.shape is None else tuple(value.shape)
                kind = Opaque(value.type[:100], value.why, value.dtype, sides)
                return self._make(kind, value.handle, value.callable)

    def _array(self, value: ArrayValue) -> Any:
        if value.dtype not in DTYPES:
            raise BadFrame("an array of a kind that is not exchanged")
        dtype = np.dtype(value.dtype)
        n = math.prod(value.shape) * dtype.itemsize  # exact: Python integers do not overflow
        # Arrays that share their bytes would be more than was sent as soon as they are copied.
        self._bytes -= n
        if value.at + n > len(self._body) or self._bytes < 0:
            raise BadFrame("an array that is not in the frame")
        try:
            array = np.frombuffer(self._body[value.at : value.at + n], dtype).reshape(value.shape)
        except ValueError as error:  # more dimensions than this NumPy has, or larger ones
            raise BadFrame("an array of a shape that no array has") from error
        if value.type == "float" and array.shape == () and dtype == np.float64:
            return float(array)
        return array


def read_ready(header: bytes) -> Ready:
    """Decode a worker's first words."""
    try:
        return msgspec.json.decode(header, type=Ready)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadFrame("the greeting does not fit the protocol") from error
