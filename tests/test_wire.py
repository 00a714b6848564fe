"""What crosses the line arrives as it was sent, and what does not fit ends in `BadFrame`."""

from __future__ import annotations

import socket
import threading
import time

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.sandbox import wire
from grader.worker import wire as inside

DTYPES = st.one_of(
    hnp.floating_dtypes(sizes=(16, 32, 64)),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.boolean_dtypes(),
    hnp.complex_number_dtypes(sizes=(64, 128)),
)
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0)))
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
    | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text("abcW1", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(a: object, b: object) -> bool:
    """Whether two values are equal in type, shape, dtype and bytes."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        little = a.astype(a.dtype.newbyteorder("<"))
        return (little.dtype, a.shape, little.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a == b or (a != a and b != b)


@given(PLAIN)
def test_a_value_from_the_worker_arrives_as_it_was(value):
    encoder = inside.Encoder(lambda _: 0)
    header = msgspec.json.encode(encoder.encode(value))

    read = msgspec.json.decode(header, type=wire.Value)
    assert same(value, wire.decode(read, memoryview(encoder.body), make=None))


@given(PLAIN)
def test_an_input_for_the_worker_arrives_as_it_was(value):
    parts: list[bytes] = []
    header = wire.encode(value, parts)

    assert same(value, inside.decode(header, memoryview(b"".join(parts)), {}))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_a_bad_frame(data):
    try:
        wire.read_reply(data)
    except wire.BadFrame:
        return
    assert b"value" in data


@pytest.mark.parametrize(
    "array",
    [
        {"dtype": "<f8", "shape": [1000], "at": 0},
        {"dtype": "<f8", "shape": [2**62, 4], "at": 0},
        {"dtype": "<f8", "shape": [-1], "at": 0},
        {"dtype": "<f8", "shape": [-2, -2], "at": 0},
        {"dtype": "<f8", "shape": [1], "at": -8},
        {"dtype": "<f8", "shape": [1] * 40, "at": 0},
        {"dtype": "|O", "shape": [1], "at": 0},
        {"dtype": "V8", "shape": [1], "at": 0},
        {"dtype": "<M8[s]", "shape": [1], "at": 0},
        {"dtype": "<f8,<f8", "shape": [1], "at": 0},
    ],
)
def test_an_array_that_is_not_in_the_frame_is_a_bad_frame(array):
    # Some of these do not even fit the type.
    def read():
        value = msgspec.convert({"k": "array", "type": "ndarray", **array}, type=wire.Value)
        return wire.decode(value, memoryview(bytes(64)), make=None)

    with pytest.raises((wire.BadFrame, msgspec.ValidationError)):
        read()


def test_arrays_that_share_their_bytes_are_a_bad_frame():
    one = {"k": "array", "type": "ndarray", "dtype": "<f8", "shape": [5], "at": 0}
    value = msgspec.convert({"k": "list", "items": [one, one]}, type=wire.Value)

    with pytest.raises(wire.BadFrame):
        wire.decode(value, memoryview(bytes(64)), make=None)


def test_a_frame_that_announces_too_much_is_refused_before_anything_is_allocated():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(wire.PREFIX.pack(10, 2**32 - 1))

        with pytest.raises(wire.BadFrame):
            wire.receive(ours, time.monotonic() + 5)


def test_a_frame_that_drips_ends_at_the_deadline_as_a_whole():
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall(wire.PREFIX.pack(10_000, 0))
        while not stop.wait(0.01):
            theirs.sendall(b" ")

    with ours, theirs:
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(TimeoutError):
                wire.receive(ours, time.monotonic() + 0.2)
        finally:
            stop.set()
            thread.join()


def test_a_reply_nested_too_deeply_is_a_bad_frame():
    deep = b'{"value":' + b'{"k":"list","items":[' * 50_000 + b"]}" * 50_000 + b"}"

    with pytest.raises(wire.BadFrame):
        wire.read_reply(deep)
