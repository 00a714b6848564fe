"""Landlock: what of the file system, the network and other processes a process may reach (Linux).

A process gives rights up for itself and all it starts, for good, and needs no privilege for it.
Rights that the kernel does not know yet are left out, which `Ruleset.abi` tells.

Source: docs.kernel.org/userspace-api/landlock.html and linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Collection
from pathlib import Path

# The same numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION = 1  # flag of CREATE_RULESET
PATH_BENEATH = 1  # type of rule
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READ = EXECUTE | READ_FILE | READ_DIR

FILES_SINCE = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
TCP_SINCE = 4
SCOPES_SINCE = 6


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long


def _call(*arguments: object) -> int:
    result = int(_syscall(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def abi() -> int:
    """Return the version of Landlock that this kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    try:
        return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))
    except OSError:  # not built in, or not enabled
        return 0


class Ruleset:
    """Rights to be kept; all others that this kernel knows of are given up.

    Raises
    ------
    OSError
        If the kernel has no Landlock.
    """

    def __init__(self) -> None:
        self.abi = abi()
        if not self.abi:
            raise OSError("no Landlock")
        self._files = 0
        for since, rights in FILES_SINCE.items():
            self._files |= rights if self.abi >= since else 0
        tcp = 0b11 if self.abi >= TCP_SINCE else 0  # bind and connect
        scopes = 0b11 if self.abi >= SCOPES_SINCE else 0  # abstract sockets and signals
        attributes = _Attributes(self._files, tcp, scopes)
        size = 8 * (1 + (self.abi >= TCP_SINCE) + (self.abi >= SCOPES_SINCE))
        pointer = ctypes.byref(attributes)
        self._fd = _call(CREATE_RULESET, pointer, ctypes.c_size_t(size), ctypes.c_uint32(0))

    def allow(self, path: str, rights: int) -> None:
        """Keep rights to a file, or to a folder and everything below it; no such path: nothing."""
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                rights &= OF_FILES
            rule = _PathBeneath(rights & self._files, fd)
            where = ctypes.byref(rule)
            _call(ADD_RULE, self._fd, PATH_BENEATH, where, ctypes.c_uint32(0))
        finally:
            os.close(fd)

    def allow_all(self, path: str) -> None:
        """Keep all rights to a folder and everything below it."""
        self.allow(path, self._files)

    def allow_reading(self, path: str, apart_from: Collection[Path] = ()) -> None:
        """Keep the right to read and execute what is below `path`, but not `apart_from`.

        The names of what is left out can be listed: Landlock has no rule that takes away.
        """
        place = Path(path).resolve()
        if place in apart_from:
            return
        if not any(place in other.parents for other in apart_from):
            self.allow(str(place), READ)
            return
        self.allow(str(place), READ_DIR)
        for entry in os.scandir(place):
            self.allow_reading(entry.path, apart_from)

    def restrict(self) -> None:
        """Give up all other rights, for this process and what it starts."""
        _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _call(RESTRICT_SELF, self._fd, ctypes.c_uint32(0))
        os.close(self._fd)
