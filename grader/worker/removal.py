"""Removes a folder that a submission has filled, whatever it has made of it.

Only the standard library is imported here: the grader uses it before anything else is loaded.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
from pathlib import Path

OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(folder: str | Path) -> None:
    """Remove a folder and all that is in it; what cannot be removed stays.

    Folders within folders are moved up to the first one and emptied there, one after the other, so
    that no depth is too great for the stack, for descriptors or for the length of a path.
    """
    with contextlib.suppress(OSError):
        top = _open(str(folder), None)
        try:
            _empty(top)
        finally:
            os.close(top)
        Path(folder).rmdir()


def _empty(top: int) -> None:
    names = (f"{secrets.token_hex(8)}-{n}" for n in itertools.count())
    left = []
    for entry in _entries(top):
        if entry.is_dir(follow_symlinks=False):
            left.append(entry.name)
        else:
            _unlink(entry.name, top)
    while left:
        name = left.pop()
        try:
            folder = _open(name, top)
        except OSError:
            continue
        try:
            for entry in _entries(folder):
                if not entry.is_dir(follow_symlinks=False):
                    _unlink(entry.name, folder)
                elif (moved := _move(entry.name, folder, next(names), top)) is not None:
                    left.append(moved)
        finally:
            os.close(folder)
        with contextlib.suppress(OSError):
            os.rmdir(name, dir_fd=top)


def _open(name: str, folder: int | None) -> int:
    """Open a folder and see to it that its entries can be removed."""
    try:
        fd = os.open(name, OPEN, dir_fd=folder)
    except PermissionError:  # it may be written to and not be read, or neither
        os.chmod(name, 0o700, dir_fd=folder)
        fd = os.open(name, OPEN, dir_fd=folder)
    with contextlib.suppress(OSError):
        os.fchmod(fd, 0o700)
    return fd


def _entries(folder: int) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []


def _unlink(name: str, folder: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)


def _move(name: str, folder: int, to: str, top: int) -> str | None:
    for _ in range(2):
        try:
            os.rename(name, to, src_dir_fd=folder, dst_dir_fd=top)
        except PermissionError:  # moving a folder changes it, so it has to be writable
            with contextlib.suppress(OSError):
                os.chmod(name, 0o700, dir_fd=folder)
        except OSError:
            return None
        else:
            return to
    return None
