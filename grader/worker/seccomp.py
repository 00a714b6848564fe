"""A seccomp filter: system calls that homework has no use for are refused (Linux).

What Landlock cannot see is refused here: other processes, sockets of every kind, file modes and
times, memory without a file. The kernel runs the filter, a program of classic BPF, at each call.

Source: docs.kernel.org/userspace-api/seccomp_filter.html, linux/seccomp.h, linux/bpf_common.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable

from . import calls

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2

LOAD, JUMP_EQ, JUMP_GE, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
CLONE_FILES, CLONE_THREAD = 0x00000400, 0x00010000
X32 = 0x40000000  # x86_64's second set of numbers
NEGATIVE = 0x80000000
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def _op(code: int, value: int, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, true, false, value)


def program(machine: str, pid: int) -> bytes:
    """Return the filter for a process as BPF.

    Parameters
    ----------
    machine : str
        As `platform.machine` names it.
    pid : int
        The process that may send signals to itself.

    Raises
    ------
    KeyError
        If this machine's calls are not known.
    """
    column, architecture = MACHINES[machine]
    refuse, allow = _answer(errno.EPERM), _op(RETURN, ALLOW)
    unknown = _answer(errno.ENOSYS)
    ops = [
        _op(LOAD, ARCHITECTURE),
        _op(JUMP_EQ, architecture, true=1),
        _op(RETURN, KILL),
        _op(LOAD, NUMBER),
        _op(JUMP_GE, X32, false=1),
        _op(RETURN, KILL),
        _op(JUMP_GE, calls.NEWEST + 1, false=1),
        unknown,
        # The C library turns to clone, whose arguments can be seen.
        *(_op(JUMP_EQ, calls.CLONE3[column], false=1), unknown),
    ]
    # A thread, with the descriptors that all have: they are looked at from outside.
    flags = [_op(JUMP_SET, flag, true=1) for flag in (CLONE_THREAD, CLONE_FILES)]
    flags = [flags[0], refuse, flags[1], refuse]
    ops += _looking(calls.CLONE[column], 0, flags)
    for numbers, at in calls.OWN.values():
        own = [_op(JUMP_EQ, pid, true=2), _op(JUMP_EQ, 0, true=1), refuse]
        ops += _looking(numbers[column], at, own)
    for numbers, at, values in calls.COMMANDS.values():
        each = (op for value in values for op in (_op(JUMP_EQ, value, false=1), refuse))
        ops += _looking(numbers[column], at, each)
    for numbers in calls.CLOCKS.values():
        ops += _looking(numbers[column], 0, [_op(JUMP_SET, NEGATIVE, false=1), refuse])
    for table, answer in (
        (calls.REFUSED, refuse),
        (calls.PRETENDED, _answer(0)),
        (calls.UNSUPPORTED, _answer(errno.ENOTSUP)),
    ):
        for numbers in table.values():
            number = numbers[column]
            if number is not None:
                ops += [_op(JUMP_EQ, number, false=1), answer]
    return b"".join([*ops, allow])


def _answer(number: int) -> bytes:
    return _op(RETURN, ERRNO | number)


def _looking(number: int | None, at: int, test: Iterable[bytes]) -> list[bytes]:
    """Return what looks at an argument of a call; a `test` that falls through allows it."""
    if number is None:
        return []
    # The low half of an argument comes first on these machines, and the kernel takes no more.
    inside = [_op(LOAD, ARGUMENTS + 8 * at), *test, _op(RETURN, ALLOW)]
    return [_op(JUMP_EQ, number, false=len(inside)), *inside]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict() -> None:
    """Install the filter in this process, for good, and in all its threads to come.

    Raises
    ------
    OSError
        If the kernel has no seccomp filters, or this machine's calls are not known.
    """
    try:
        code = program(platform.machine(), os.getpid())
    except KeyError as error:
        raise OSError(f"no filter for {error}") from error
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = _Program(len(code) // 8, ctypes.addressof(buffer))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(filter_), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
