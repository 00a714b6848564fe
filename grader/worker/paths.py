r"""Where a path that is not there leads: own files, data files, the author's disk.

Submissions name files as their author's machine had them: ``/content/drive/MyDrive/hw/train.csv``,
``C:\KTH\mnist_train.csv``, ``data/w.npz`` of a folder that was not handed in. Nothing here is
asked about a path that exists.
"""

# Paths are texts as students wrote them; Path would make them its own.
# ruff: noqa: PTH100, PTH111, PTH118, PTH119, PTH120, PTH206

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator

from .datafiles import DataFile, Shelf, write_file

_stat = os.stat  # before anything is patched
_listdir = os.listdir

MAX_ENTRIES = 5_000  # of the working copy looked at for one path

_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_FOREIGN = re.compile(
    r"(/(content|kaggle|gdrive|drive|Users|home|root|mnt|media)|~|[A-Za-z]:)([\\/]|$)|\\\\"
)
_ENDS_LIKE_A_FILE = re.compile(r"\.[A-Za-z]\w{0,9}$")


def there(path: str) -> bool:
    """Whether something is at `path`, as the unpatched system sees it."""
    try:
        _stat(path)
    except (OSError, ValueError):
        return False
    return True


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[\\/]+", path) if part not in ("", ".", "..")]


class Paths:
    """Maps the paths of a submission's author into the working copy of the submission's folder.

    Parameters
    ----------
    folder : str
        The working copy.
    shelf : Shelf
        The data files that can be served.
    say : callable
        Told ``("file", name)`` for each data file served, ``("path", path)`` for each path mapped.
    """

    def __init__(self, folder: str, shelf: Shelf, say: Callable[[str, str], None]) -> None:
        self.folder = os.path.abspath(folder)
        # getcwd() and so abspath() give the real one where the folder is reached by a link
        self._roots = (self.folder, os.path.realpath(folder))
        self._shelf = shelf
        self._say = say
        self._served: dict[tuple[str, str], str] = {}
        # What libraries look for in their own places is none of the author's paths.
        roots = {sys.prefix, sys.base_prefix, "/proc", "/sys", "/dev", "/etc", "/usr"}
        roots |= {entry for entry in sys.path if entry.endswith("-packages")}
        self._system_roots = tuple(root + "/" for root in roots)

    def read(self, path: str) -> str | None:
        """Return the file that a missing path means to read; a data file is written if need be."""
        if self._system(path):
            return None
        own = self._own(path, files=True)
        if own is not None:
            self._say("path", path)
            return own
        file = self._shelf.find(path)
        return None if file is None else self._serve(file, path)

    def data(self, path: str) -> str | None:
        """Return the data file that the name at the end of a path or an address means."""
        file = self._shelf.find(path)
        return None if file is None else self._serve(file, os.path.basename(path))

    def write(self, path: str) -> str | None:
        """Return where to write instead of a foreign path that cannot be created."""
        parts = _parts(path)
        if not parts or not self.foreign(path):
            return None
        self._say("path", path)
        return os.path.join(self.folder, parts[-1])

    def removable(self, path: str) -> list[str] | None:
        """Return the files to remove for a missing path, perhaps none; None if it means no file."""
        if self._system(path):
            return None
        own = self._own(path, files=True)
        if own is not None:
            return [own]
        file = self._shelf.find(path)
        if file is None:
            return None
        served = self._served.get((file.data, file.name))
        return [served] if served is not None and there(served) else []

    def directory(self, path: str) -> str | None:
        """Return the folder of the working copy that a missing foreign folder means."""
        if not self.foreign(path):
            return None
        found = self._own(path, files=False)
        self._say("path", path)
        return found or self.folder

    def looks_like_a_folder(self, path: str) -> bool:
        """Whether a missing path names a folder as authors' machines have them."""
        parts = _parts(path)
        return (
            _FOREIGN.match(path) is not None
            and self.foreign(path)
            and not any(part.startswith(".") for part in parts)  # settings of some program
            and not _ENDS_LIKE_A_FILE.search(parts[-1] if parts else "")
        )

    def foreign(self, path: str) -> bool:
        """Whether a path starts at the root of some machine and lies outside the working copy."""
        if self._within(path) or self._system(path):
            return False
        return path.startswith(("/", "~")) or _DRIVE.match(path) is not None

    def listing(self, path: str) -> list[str] | None:
        """Return the names that a missing foreign folder is taken to hold, or None."""
        if not (self.looks_like_a_folder(path) or path.startswith(os.path.expanduser("~/"))):
            return None
        folder = self.directory(path)
        if folder is None:
            return None
        names = set(_listdir(folder))
        if folder != self.folder:
            return sorted(names)
        if "digit-recognizer" in _parts(path):
            return sorted(names | {"train.csv", "test.csv"})
        return sorted(names | set(self._shelf.names()))

    def _within(self, path: str) -> bool:
        return any(path == root or path.startswith(root + "/") for root in self._roots)

    def _system(self, path: str) -> bool:
        return path.startswith(self._system_roots) and not self._within(path)

    def _serve(self, file: DataFile, path: str) -> str:
        key = (file.data, file.name)
        target = self._served.get(key)
        if target is None or not there(target):
            target = self._place(file, path)
            if not there(target):
                write_file(file, target)
            self._served[key] = target
        self._say("file", file.name)
        if self.foreign(path):
            self._say("path", path)
        return target

    def _place(self, file: DataFile, path: str) -> str:
        """Return where to write a data file: at the path itself where its folder is there."""
        wanted = os.path.abspath(path)
        if not _DRIVE.match(path) and self._within(wanted) and there(os.path.dirname(wanted) + "/"):
            return wanted
        taken = os.path.join(self.folder, file.name)
        other = any(place == taken for place in self._served.values())
        # MNIST and Fashion-MNIST have files of the same names.
        return os.path.join(self.folder, f"{file.data}-{file.name}") if other else taken

    def _own(self, path: str, *, files: bool) -> str | None:
        """Return the file (or folder) of the working copy that shares the longest end with `path`.

        None where there is none, or where two are equally good.
        """
        wanted = [part.casefold() for part in _parts(path)]
        if not wanted:
            return None
        best: list[str] = []
        longest = 0
        for entry in self._entries(files):
            parts = os.path.relpath(entry, self.folder).casefold().split(os.sep)
            if parts[-1] != wanted[-1] or entry in self._served.values():
                continue
            common = 0
            for ours, theirs in zip(reversed(parts), reversed(wanted), strict=False):
                if ours != theirs:
                    break
                common += 1
            if common > longest:
                best, longest = [], common
            if common == longest:
                best.append(entry)
        if len(best) > 1:  # names that differ by their capitals only
            best = [entry for entry in best if os.path.basename(entry) == _parts(path)[-1]]
        return best[0] if len(best) == 1 else None

    def _entries(self, files: bool) -> Iterator[str]:
        seen = 0
        for root, folders, names in os.walk(self.folder):
            folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
            for name in sorted(names) if files else folders:
                yield os.path.join(root, name)
            seen += len(names) + len(folders)
            if seen > MAX_ENTRIES:
                return
