"""The filter of system calls, run in an interpreter of its own for both kinds of machine."""

from __future__ import annotations

import errno
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from grader.worker import calls
from grader.worker.seccomp import CLONE_THREAD, MACHINES, X32, program

PID = 4321
EPERM, ENOSYS = (0x00050000 | number for number in (errno.EPERM, errno.ENOSYS))
ALLOWED, KILLED = 0x7FFF0000, 0x80000000
MASK = 2**32 - 1


def verdict(machine, number, *arguments, architecture=None):
    """Return what classic BPF answers to a call, as linux/filter.h defines it."""
    code = program(machine, PID)
    data = struct.pack(
        "<iIQ6Q",
        number,
        MACHINES[machine][1] if architecture is None else architecture,
        0,
        *(argument & (2**64 - 1) for argument in (*arguments, *[0] * (6 - len(arguments)))),
    )
    at, loaded = 0, 0
    while True:
        kind, true, false, value = struct.unpack_from("<HBBI", code, 8 * at)
        at += 1
        match kind:
            case 0x20:  # BPF_LD | BPF_W | BPF_ABS
                (loaded,) = struct.unpack_from("<I", data, value)
            case 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
                at += true if loaded == value else false
            case 0x35:  # BPF_JGE
                at += true if loaded >= value else false
            case 0x45:  # BPF_JSET
                at += true if loaded & value else false
            case 0x06:  # BPF_RET | BPF_K
                return value
            case _:
                raise AssertionError(f"unknown operation {kind:#x}")


def numbers(table, column):
    return {name: pair[column] for name, pair in table.items() if pair[column] is not None}


each_machine = pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])


@each_machine
def test_each_call_gets_its_answer_and_all_others_are_allowed(machine, column):
    refused = numbers(calls.REFUSED, column)
    pretended, unsupported = (
        set(numbers(table, column).values()) for table in (calls.PRETENDED, calls.UNSUPPORTED)
    )
    looked_at = {calls.CLONE[column], calls.CLONE3[column], *numbers(calls.CLOCKS, column).values()}
    looked_at |= {entry[0][column] for entry in calls.OWN.values()}
    looked_at |= {entry[0][column] for entry in calls.COMMANDS.values()}

    for number in set(range(calls.NEWEST + 1)) - looked_at:
        if number in refused.values():
            wanted = EPERM
        elif number in pretended:
            wanted = 0x00050000
        elif number in unsupported:
            wanted = 0x00050000 | errno.ENOTSUP
        else:
            wanted = ALLOWED
        assert verdict(machine, number) == wanted, number
    assert verdict(machine, calls.NEWEST + 1) == ENOSYS
    assert {"execve", "ptrace", "socket", "mount", "unshare"} <= set(refused)


@each_machine
def test_threads_may_be_started_and_processes_may_not(machine, column):
    clone, clone3 = calls.CLONE[column], calls.CLONE3[column]

    assert verdict(machine, clone, CLONE_THREAD | 0x3D0F00) == ALLOWED
    assert verdict(machine, clone, 17) == EPERM
    assert verdict(machine, clone, CLONE_THREAD | 0x100) == EPERM  # its own descriptors
    assert verdict(machine, clone3, 1, 88) == ENOSYS  # its flags lie in memory


@each_machine
def test_signals_go_to_oneself_alone(machine, column):
    for pairs, at in calls.OWN.values():
        if pairs[column] is not None:
            before = [7] * at
            assert verdict(machine, pairs[column], *before, PID) == ALLOWED
            assert verdict(machine, pairs[column], *before, 0) == ALLOWED
            assert verdict(machine, pairs[column], *before, PID + 1) == EPERM
            assert verdict(machine, pairs[column], *before, -1) == EPERM


@each_machine
def test_single_commands_of_a_call_are_refused(machine, column):
    for pairs, at, values in calls.COMMANDS.values():
        if pairs[column] is not None:
            for value in values:
                assert verdict(machine, pairs[column], *[7] * at, value) == EPERM
            assert verdict(machine, pairs[column], *[7] * at, max(values) + 1000) == ALLOWED


@each_machine
def test_another_kind_of_machine_in_the_same_process_is_killed(machine, column):
    other = MACHINES["aarch64" if machine == "x86_64" else "x86_64"][1]
    i386 = 0x40000003

    assert verdict(machine, 0, architecture=other) == KILLED
    assert verdict(machine, 0, architecture=i386) == KILLED
    assert verdict(machine, X32 | 1) == KILLED


HEADERS = {  # of Debian's linux-libc-dev, and linux-libc-dev-arm64-cross
    "x86_64": (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), ()),
    "aarch64": (
        Path("/usr/aarch64-linux-gnu/include/asm/unistd.h"),
        ("-I/usr/aarch64-linux-gnu/include",),
    ),
}


@each_machine
def test_the_numbers_are_those_of_the_kernels_headers(machine, column):
    header, options = HEADERS[machine]
    if shutil.which("cpp") is None or not header.is_file():
        pytest.skip(f"there is no {header}, or no C preprocessor")
    asked = ["cpp", "-dM", *options, header]
    text = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    defined = dict(re.findall(r"#define (__NR\w*) (\w+)", text))
    known = {}
    for name, value in defined.items():
        while value in defined:
            value = defined[value]
        if value.isdigit():
            known[re.sub(r"__NR(3264)?_", "", name)] = int(value)
    assert known["openat"] == {"x86_64": 257, "aarch64": 56}[machine]

    ours = {"clone": calls.CLONE[column], "clone3": calls.CLONE3[column]}
    for table in (calls.REFUSED, calls.PRETENDED, calls.UNSUPPORTED, calls.CLOCKS):
        ours |= {name: pair[column] for name, pair in table.items()}
    for table in (calls.OWN, calls.COMMANDS):
        ours |= {name: entry[0][column] for name, entry in table.items()}
    newest = max(known.values())
    missing = {name: n for name, n in ours.items() if n is not None and n <= newest}
    assert missing == {name: known[name] for name in missing}
    assert not {name for name, n in ours.items() if n is None} & known.keys()
