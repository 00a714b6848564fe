"""Frames and values, seen from inside the worker.

A frame is ``<II`` (length of the header, length of the body), a header in JSON and a body of raw
array bytes that the header points into. The other end is `grader.sandbox.wire`, which trusts none
of it.

A value in a header is an object with the key ``k``: ``none``, ``bool``, ``int``, ``str``,
``array`` (also every float and NumPy scalar: JSON has no NaN), ``list``, ``tuple``, ``dict``, or
``opaque`` for what stays in the worker behind a handle.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

PREFIX = struct.Struct("<II")

MAX_BODY = 64 * 2**20  # bytes of arrays in one answer; more is described instead of sent
MAX_PARTS = 10_000  # values in one list, tuple or dictionary, nested ones counted
MAX_DEPTH = 20
MAX_DIMENSIONS = 32
MAX_TEXT = 2_000  # characters of one string

# Bound now, while they are still NumPy's: a submission may overwrite np.anything.
_ndarray, _generic, _dtype = np.ndarray, np.generic, np.dtype
_masked = np.ma.MaskedArray
_array, _contiguous, _frombuffer = np.array, np.ascontiguousarray, np.frombuffer
_dumps, _loads, _prod = json.dumps, json.loads, math.prod
_name_of = type.__dict__["__name__"].__get__  # a metaclass may have a __name__ of its own


def send(sock: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame."""
    # Lone surrogates, which Python prints without complaint, are no text that others can read.
    text = _dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    sock.sendall(PREFIX.pack(len(text), len(body)) + text + body)


def receive(sock: socket.socket) -> tuple[dict[str, Any], memoryview] | None:
    """Receive one frame, or None where the other end has closed."""
    prefix = _exactly(sock, PREFIX.size)
    if prefix is None:
        return None
    n_header, n_body = PREFIX.unpack(prefix)
    header, body = _exactly(sock, n_header), _exactly(sock, n_body)
    if header is None or body is None:
        return None
    return _loads(bytes(header)), memoryview(body)


def _exactly(sock: socket.socket, n: int) -> bytearray | None:
    data = bytearray(n)
    view, at = memoryview(data), 0
    while at < n:
        got = sock.recv_into(view[at:])
        if not got:
            return None
        at += got
    return data


class Encoder:
    """Turns the student's values into one header value and one body.

    Whatever it meets, it returns plain data: what cannot be one stays here, known by a handle.

    Parameters
    ----------
    keep : callable
        Keeps an object and returns its handle.
    max_text : int
        Characters of one string.
    max_body : int
        Bytes of all arrays together.
    """

    def __init__(
        self, keep: Callable[[Any], int], max_text: int = MAX_TEXT, max_body: int = MAX_BODY
    ) -> None:
        self._keep = keep
        self._max_text, self._max_body = max_text, max_body
        self._parts: list[bytes] = []
        self._size = 0
        self._nodes = 0

    @property
    def body(self) -> bytes:
        """The bytes of all arrays encoded so far."""
        return b"".join(self._parts)

    def encode(self, value: Any, depth: int = 0) -> dict[str, Any]:
        """Return `value` as a header value; `type` is asked, which objects cannot fake."""
        kind = type(value)
        self._nodes += 1
        if depth > MAX_DEPTH:
            return self._opaque(value, "it is nested too deeply")
        if value is None:
            return {"k": "none"}
        if kind is bool:
            return {"k": "bool", "v": value}
        if issubclass(kind, int):
            number = int.__int__(value)
            if -(2**63) <= number < 2**63:
                return {"k": "int", "v": number}
            return self._opaque(value, "it is an integer of more than 64 bits")
        if issubclass(kind, str):  # before NumPy's scalars: numpy.str_ is both
            text = str.__str__(value)
            return {"k": "str", "v": text[: self._max_text]}
        if issubclass(kind, (float, complex, _generic, _ndarray)):
            return self._numbers(value, kind)
        if issubclass(kind, (list, tuple, dict)):
            return self._container(value, kind, depth)
        return self._opaque(value, None)

    def held(self, value: Any) -> dict[str, Any]:
        """Return `value` as one that stays here, whatever it is."""
        return self._opaque(value, None)

    def _container(self, value: Any, kind: type, depth: int) -> dict[str, Any]:
        """Encode what has parts; one with too many is described and costs the others nothing."""
        base = next(b for b in (list, tuple, dict) if issubclass(kind, b))
        nodes, parts, size = self._nodes, len(self._parts), self._size
        items: list[Any] = []
        if base.__len__(value) <= MAX_PARTS:
            for item in dict.items(value) if base is dict else base.__iter__(value):
                if base is dict:
                    items.append([self.encode(part, depth + 1) for part in item])
                else:
                    items.append(self.encode(item, depth + 1))
                if self._nodes - nodes > MAX_PARTS:
                    break
            else:
                return {"k": base.__name__, "items": items}
        self._nodes, self._size = nodes, size
        del self._parts[parts:]
        return self._opaque(value, "it has too many parts")

    def _numbers(self, value: Any, kind: type) -> dict[str, Any]:
        if issubclass(kind, _masked):
            return self._opaque(value, "masked arrays are not compared: use a plain array")
        if issubclass(kind, _ndarray):
            array = _ndarray.view(value, _ndarray)
        elif issubclass(kind, float):
            array = _array(float.__float__(value))
        else:
            array = _array(value)
        dtype = array.dtype
        if dtype.kind not in "biufc":
            return self._opaque(value, f"its dtype is {dtype.kind}", dtype=dtype, array=array)
        if array.ndim > MAX_DIMENSIONS:
            return self._opaque(value, "it has too many dimensions", dtype=dtype)
        if array.nbytes > self._max_body - self._size:
            return self._opaque(value, "it is too large to compare", dtype=dtype, array=array)
        if dtype.itemsize > 8 and dtype.kind in "fc":  # long doubles differ between machines
            dtype = _dtype("<c16" if dtype.kind == "c" else "<f8")
        raw = _contiguous(array, dtype=dtype.newbyteorder("<")).tobytes()
        at = self._size
        self._parts.append(raw)
        self._size += len(raw)
        return {
            "k": "array",
            "type": name(kind),
            "dtype": dtype.newbyteorder("<").str,
            "shape": list(array.shape),
            "at": at,
        }

    def _opaque(
        self, value: Any, why: str | None, *, dtype: Any = None, array: Any = None
    ) -> dict[str, Any]:
        return {
            "k": "opaque",
            "type": name(type(value)),
            "why": why,
            "dtype": None if dtype is None else str(dtype)[:100],
            "shape": None if array is None else list(array.shape),
            "handle": self._keep(value),
            "callable": callable(value),
        }


def name(kind: type) -> str:
    """Return the name of a class, whatever its metaclass says."""
    return str.__str__(_name_of(kind))[:100]


def decode(value: dict[str, Any], body: memoryview, objects: dict[int, Any]) -> Any:
    """Turn a header value sent by the grader into the object that the student's code gets.

    Arrays are fresh and writable, so that what is done to them reaches nobody else.
    """
    kind = value["k"]
    if kind == "none":
        return None
    if kind in ("bool", "int", "str"):
        return value["v"]
    if kind == "array":
        dtype, shape, at = _dtype(value["dtype"]), tuple(value["shape"]), value["at"]
        n = _prod(shape) * dtype.itemsize
        array = _frombuffer(body[at : at + n], dtype=dtype).reshape(shape).copy()
        return array.item() if value["type"] in ("float", "complex") else array
    if kind == "opaque":
        return objects[value["handle"]]
    if kind == "dict":
        return {decode(k, body, objects): decode(v, body, objects) for k, v in value["items"]}
    items = [decode(item, body, objects) for item in value["items"]]
    return tuple(items) if kind == "tuple" else items
