"""One hostile submission: what it runs, where in the homework, and what it may still earn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homework import BACKWARD, FORWARD, IMPORTS, SIGMOID

ALL = 20.0
WITHOUT_BACKWARD = 5.0
WITHOUT_SIGMOID = 19.0

# What attacks need again and again. Whatever one gets that it must not have, it prints after GOT.
TOOLS = '''
import ctypes, errno, os, posix, re, signal, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def got(*what):
    print("GOT", *what)

def attempt(name, function, *arguments, **options):
    """Say what a call that must fail has given, and else that it failed."""
    try:
        value = function(*arguments, **options)
    except BaseException as error:
        print("not", name, type(error).__name__)
        return None
    if value is not False:
        got(name, value)
    return value

def syscall(name, number, *arguments):
    """Make a system call that must fail."""
    value = libc.syscall(ctypes.c_long(number), *arguments)
    if value < 0:
        print("not", name, errno.errorcode[ctypes.get_errno()])
    else:
        got(name, value)
    return value

def read(path):
    # open and os.open may lead a path that is not there into the own folder
    fd = posix.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 200)
    finally:
        os.close(fd)

def create(path):
    return posix.open(path, os.O_RDWR | os.O_CREAT)

def words(*texts):
    return [ctypes.c_char_p(text.encode()) for text in texts]

HERE = ctypes.c_int(-100)
'''

# For who wants to answer the grader instead of the world that does: `forging` is used up by the
# next answers.
FORGE = """
import json, struct
wire = sys.modules["gradelab_worker.wire"]
honest, forging = wire.send, []

def send(sock, header, body=b""):
    if not forging:
        return honest(sock, header, body)
    text, body = forging.pop(0)(header)
    text = text if isinstance(text, bytes) else text.encode()
    sock.sendall(struct.pack("<II", len(text), len(body)) + text + body)

wire.send = send

def saying(**changes):
    return lambda header: (json.dumps({**header, **changes}), b"")

def with_value(raw, body=b""):
    def make(header):
        text = json.dumps({**header, "error": None, "value": "HERE"})
        return text.replace('"HERE"', raw), body
    return make
"""


@dataclass(frozen=True)
class Attack:
    """A right solution to backprop_mse with something added.

    Attributes
    ----------
    cell : str
        A cell of its own, before the functions are defined.
    backward, sigmoid : str
        Statements at the beginning of that function.
    last : str
        A cell of its own, the last one.
    score : float
        What it gets.
    limits : mapping
        The limits to run under, beside short times.
    output : str
        What its cell has to have printed, to show that it came as far.
    message : str
        What the loss has to be told to have raised: the same.
    """

    cell: str = ""
    backward: str = ""
    sigmoid: str = ""
    last: str = ""
    score: float = ALL
    limits: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    message: str = ""

    def cells(self) -> list[str]:
        """Return the cells of the notebook."""
        sigmoid, forward, backward = SIGMOID, FORWARD, BACKWARD
        if self.sigmoid:  # and the others do without it
            sigmoid = _with(SIGMOID, self.sigmoid)
            own = "1 / (1 + np.exp(-{}))"
            forward = FORWARD.replace("sigmoid(Z1)", own.format("Z1"))
            forward = forward.replace("sigmoid(Z2)", own.format("Z2"))
        if self.backward:
            backward = _with(BACKWARD, self.backward)
        return [IMPORTS, TOOLS + self.cell, sigmoid, forward, backward, self.last]


def _with(function: str, statements: str) -> str:
    head, colon, rest = function.partition(":\n")
    lines = (f"    {line}" for line in statements.strip("\n").splitlines())
    return head + colon + "\n".join(lines) + "\n" + rest
