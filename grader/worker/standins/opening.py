"""The functions that open, find and list files, patched to ask where a missing path leads.

Each tries the real thing first, so that a path that exists costs one more call and nothing else;
what cannot be found elsewhere fails with the error that it failed with at first.
"""

# These are the functions that pathlib stands on.
# ruff: noqa: PTH100, PTH120

from __future__ import annotations

import builtins
import functools
import io
import os
import shutil
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..paths import Paths, there

# The originals, whatever an earlier call of `patch` has put in their places.
_open, _stat, _os_open = io.open, os.stat, os.open
_listdir, _chdir = os.listdir, os.chdir
_makedirs, _mkdir, _remove, _unlink = os.makedirs, os.mkdir, os.remove, os.unlink
_copyfile = shutil.copyfile

Function = Callable[..., Any]


def missing(path: object) -> str | None:
    """Return `path` as text if it is one and nothing is there."""
    if not isinstance(path, str | bytes | os.PathLike):
        return None
    text = os.fsdecode(path)
    return None if there(text) or "\0" in text else text


def patch(paths: Paths) -> None:
    """Replace the functions of `builtins`, `io` and `os` that take paths."""
    opened = _opener(paths)
    builtins.open = io.open = opened
    shutil.copyfile = _copier()
    # loadtxt, genfromtxt and savetxt open plain files by a table that NumPy made when imported
    openers = getattr(sys.modules.get("numpy.lib._datasource"), "_file_openers", None)
    if openers is not None:
        openers._file_openers[None] = opened
    for name, original, function in (
        ("stat", _stat, _stat_of(paths)),
        ("open", _os_open, _low_opener(paths)),
        ("listdir", _listdir, _lister(paths)),
        ("chdir", _chdir, _changer(paths)),
        ("makedirs", _makedirs, _maker(paths, _makedirs)),
        ("mkdir", _mkdir, _maker(paths, _mkdir)),
        ("remove", _remove, _remover(paths, _remove)),
        ("unlink", _unlink, _remover(paths, _unlink)),
    ):
        setattr(os, name, function)
        # shutil and tempfile ask these sets what a function can do
        for able in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
            if original in able:
                able.add(function)


def _opener(paths: Paths) -> Function:
    @functools.wraps(_open)
    def open(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        try:
            return _open(file, mode, *arguments, **options)
        except OSError:
            path = missing(file)
            writing = isinstance(mode, str) and not {"w", "a", "x"}.isdisjoint(mode)
            target = path and (paths.write(path) if writing else paths.read(path))
            if not target:
                raise
        return _open(target, mode, *arguments, **options)

    return open


def _low_opener(paths: Paths) -> Function:
    @functools.wraps(_os_open)
    def open(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        try:
            return _os_open(path, flags, *arguments, **options)
        except OSError:
            text = None if options.get("dir_fd") is not None else missing(path)
            target = text and (paths.write(text) if flags & os.O_CREAT else paths.read(text))
            if not target:
                raise
        return _os_open(target, flags, *arguments, **options)

    return open


def _stat_of(paths: Paths) -> Function:
    @functools.wraps(_stat)
    def stat(path: Any, **options: Any) -> os.stat_result:
        try:
            return _stat(path, **options)
        except OSError:
            text = None if options.get("dir_fd") is not None else missing(path)
            target = text and paths.read(text)
            if text and not target and paths.looks_like_a_folder(text):
                target = paths.directory(text)
            if not target:
                raise
        return _stat(target, **options)

    return stat


def _lister(paths: Paths) -> Function:
    @functools.wraps(_listdir)
    def listdir(path: Any = None) -> list[Any]:
        try:
            return _listdir(path)
        except OSError:
            text = missing(path)
            names = paths.listing(text) if text else None
            if names is None:
                raise
        return [os.fsencode(name) for name in names] if isinstance(path, bytes) else names

    return listdir


def _changer(paths: Paths) -> Function:
    @functools.wraps(_chdir)
    def chdir(path: Any) -> None:
        try:
            return _chdir(path)
        except OSError:
            text = missing(path)
            target = paths.directory(text) if text else None
            if target is None:
                raise
        return _chdir(target)

    return chdir


def _maker(paths: Paths, original: Function) -> Function:
    @functools.wraps(original)
    def make(name: Any, *arguments: Any, **options: Any) -> None:
        try:
            original(name, *arguments, **options)
        except OSError as error:
            text = None if options.get("dir_fd") is not None else missing(name)
            if not text or (isinstance(error, FileNotFoundError) and _only_lacks(paths, text)):
                raise
            # what is written there later goes to the working copy, so the folder is not needed
            if paths.directory(text) is None:
                raise

    return make


def _only_lacks(paths: Paths, path: str) -> bool:
    """Whether a folder lacks its parents only, which pathlib goes on to make when it is told so."""
    if paths.looks_like_a_folder(path):
        return False
    above = os.path.dirname(os.path.abspath(path))
    while not there(above):
        above = os.path.dirname(above)
    return os.access(above, os.W_OK)


def _remover(paths: Paths, original: Function) -> Function:
    @functools.wraps(original)
    def remove(path: Any, **options: Any) -> None:
        try:
            original(path, **options)
        except OSError:
            text = None if options.get("dir_fd") is not None else missing(path)
            targets = paths.removable(text) if text else None
            if targets is None:
                raise
            for target in targets:
                original(target)

    return remove


def _copier() -> Function:
    @functools.wraps(_copyfile)
    def copyfile(src: Any, dst: Any, **options: Any) -> Any:
        try:
            return _copyfile(src, dst, **options)
        except shutil.SameFileError:
            if missing(src) is None:
                raise
        return dst  # the author's path leads to the very file that the copy would be

    return copyfile


def hook_h5py(paths: Paths, h5py: ModuleType) -> None:
    """Have ``h5py.File`` ask, too: the library opens files by itself."""
    original = h5py.File.__init__
    original = getattr(original, "__wrapped__", original)

    @functools.wraps(original)
    def __init__(self: Any, name: Any, mode: str | None = "r", *more: Any, **options: Any) -> None:
        path = missing(name)
        if path is not None:
            target = None
            if mode in (None, "r", "r+", "a"):
                target = paths.read(path)
            if target is None and mode not in (None, "r", "r+") and not _can_hold(path):
                target = paths.write(path)
            name = target or name
        original(self, name, mode, *more, **options)

    h5py.File.__init__ = __init__


def _can_hold(path: str) -> bool:
    return os.access(os.path.dirname(os.path.abspath(path)), os.W_OK)
