"""A network, processes and files of one's own, where the system lets users have them (Linux).

Landlock and the filter of system calls refuse; behind a namespace there is nothing to be refused:
no other process has a number, and files elsewhere are not there. Root makes namespaces without more
ado, others make them inside a user namespace, in which they are who they were.

Source: namespaces(7), user_namespaces(7), open_tree(2), move_mount(2), mount(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

NEWNS, NEWIPC, NEWUSER = 0x00020000, 0x08000000, 0x10000000
NEWPID, NEWNET = 0x20000000, 0x40000000

OPEN_TREE, MOVE_MOUNT = 428, 429  # the same numbers on every architecture
OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_RECURSIVE = 1, os.O_CLOEXEC, 0x8000
MOVE_MOUNT_F_EMPTY_PATH, AT_FDCWD = 4, -100
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
EMPTY = MS_NOSUID | MS_NODEV | MS_NOEXEC

SHOWN = frozenset(
    {"usr", "bin", "sbin", "etc", "nix", "gnu", "lib", "lib32", "lib64", "libx32", "libexec"}
)
"""Folders below ``/`` that hold the system alone."""

STANDARD = {f"/dev/{name}": "null" for name in ("stdin", "stdout", "stderr")}
"""Where the standard files of a worker lead."""

MAX_LINKS = 40  # symbolic links in one path, as for the kernel

_libc = ctypes.CDLL(None, use_errno=True)


def leave() -> int:
    """Leave the network, the processes and what they share; return the flags of what is left.

    The processes are those of the next process that is forked, which becomes the first of its own.
    """
    if sys.platform != "linux":
        return 0
    sets = (NEWIPC | NEWNET | NEWPID, NEWIPC | NEWNET, NEWIPC | NEWPID, NEWPID, NEWIPC)
    for user in (0, NEWUSER) if os.geteuid() == 0 else (NEWUSER,):
        for wanted in sets:
            # There is no way back out of a user namespace in which nothing is allowed (AppArmor).
            if user and not _works(user | wanted):
                continue
            with contextlib.suppress(OSError):
                _unshare(user | wanted)
                return wanted
    return 0


def _works(flags: int) -> bool:
    """Try it in another process."""
    pid = os.fork()
    if pid == 0:
        try:
            _unshare(flags)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def _unshare(flags: int) -> None:
    user, group = os.geteuid(), os.getegid()
    _checked(_libc.unshare(flags))
    if flags & NEWUSER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def leave_mounts() -> int:
    """Have mounts of one's own from here on, after `leave`; return their flag, 0 without."""
    return NEWNS if _libc.unshare(NEWNS) == 0 else 0


def hide(kept: Iterable[str], guarded: Iterable[str]) -> bool:
    """Cover the files of this mount namespace, but for the system's and those that are `kept`.

    Only for a process in a mount namespace of its own: see `leave_mounts`. A folder that cannot be
    covered is left as it is.

    Parameters
    ----------
    kept : iterable of str
        Files and folders that stay where they are, with the symbolic links that lead there.
    guarded : iterable of str
        Folders to cover that may lie within a kept one; with no symbolic link on the way.

    Returns
    -------
    bool
        Whether all were covered.
    """
    links = dict(STANDARD)
    found = {_resolved(path, links) for path in kept}
    found = {place for place in found if os.path.lexists(place)}
    # What a folder has within it comes with it.
    places = [p for p in found if not any(_is_within(p, q) for q in found - {p})]
    tops = [entry.path for entry in os.scandir("/") if entry.is_dir(follow_symlinks=False)]
    hidden = [top for top in tops if top[1:] not in SHOWN and top not in places]
    if "/" in places or _libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None):
        return False
    covered = [_cover(top, places, links) for top in hidden]
    covered += [_cover(folder, found, {}) for folder in guarded if Path(folder).is_dir()]
    return all(covered)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _resolved(path: str, links: dict[str, str]) -> str:
    """Return a path without symbolic links; add those on the way to `links`, with their texts."""
    left, here = [part for part in path.split("/") if part][::-1], ""
    for _ in range(MAX_LINKS * 50):
        if not left:
            break
        part = left.pop()
        if part in (".", ".."):
            here = here.rpartition("/")[0] if part == ".." else here
            continue
        here = f"{here}/{part}"
        with contextlib.suppress(OSError):
            links[here] = text = str(Path(here).readlink())
            left += [part for part in text.split("/") if part][::-1]
            here = "" if text.startswith("/") else here.rpartition("/")[0]
    return here or "/"


def _cover(folder: str, places: Iterable[str], links: dict[str, str]) -> bool:
    """Put an empty folder over another one, with the places that stay, and the links to them.

    Return whether that was possible.
    """
    stay = [place for place in places if _is_within(place, folder)]
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        trees = []
        for place in stay:
            trees.append(_tree(place))
            stack.callback(os.close, trees[-1])
        _mount("tmpfs", folder, "tmpfs", EMPTY, "mode=755,size=1m")
        try:
            for link, text in links.items():
                if _is_within(link, folder) and not any(_is_within(link, s) for s in stay):
                    Path(link).parent.mkdir(parents=True, exist_ok=True)
                    Path(link).symlink_to(text)
            for place, tree in zip(stay, trees, strict=True):
                _make(place, tree)
                _put(tree, place)
            _mount(None, folder, None, EMPTY | MS_REMOUNT | MS_BIND | MS_RDONLY, None)
        except OSError:
            _libc.umount2(os.fsencode(folder), MNT_DETACH)
            raise
        return True
    return False


def _make(place: str, tree: int) -> None:
    """Make the folder or file that something is mounted on."""
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        Path(place).mkdir(exist_ok=True)
    else:
        Path(place).touch()


def _tree(place: str) -> int:
    """Return a descriptor of what is mounted at and below a place."""
    flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE
    return _checked(_libc.syscall(OPEN_TREE, AT_FDCWD, os.fsencode(place), flags))


def _put(tree: int, place: str) -> None:
    where = (AT_FDCWD, os.fsencode(place), MOVE_MOUNT_F_EMPTY_PATH)
    _checked(_libc.syscall(MOVE_MOUNT, tree, b"", *where))


def _mount(source: str | None, folder: str, kind: str | None, flags: int, data: str | None) -> None:
    texts = [None if text is None else os.fsencode(text) for text in (source, folder, kind, data)]
    _checked(_libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
