"""What a student hands in, as files: one file, a folder, or a zip. Nothing is written or run.

Sizes and counts are capped before anything is kept, links are not followed, and what is left out
is said.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from .errors import SubmissionError

if TYPE_CHECKING:
    import zipfile

MAX_BYTES = 50 * 2**20
"""Of one file."""
MAX_TOTAL = 200 * 2**20
MAX_FILES = 2_000
MAX_ENTRIES = 20_000
"""Entries of a folder or a zip that are looked at."""
MAX_INNER = 10
"""Zips within a zip or a folder that are opened."""

CODE = (".ipynb", ".py")
JUNK = frozenset(
    {"__MACOSX", "__pycache__", "node_modules", "site-packages", "venv", "env", "wandb"}
)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The files of a submission.

    Attributes
    ----------
    name : str
        Of the file, folder or zip, without folders, as text that can be shown everywhere.
    sha256 : str
        Of the file's bytes; of a folder, of all names and bytes that were read.
    files : dict of str to bytes
        Path below the submission's folder, with slashes -> content.
    main : str or None
        The file that was handed in by itself.
    notes : tuple of str
        What was left out, and why.
    """

    name: str
    sha256: str
    files: dict[str, bytes]
    main: str | None = None
    notes: tuple[str, ...] = ()


def shown(path: Path | str) -> str:
    """Return a path as text on one line; what cannot be shown becomes a replacement character."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", text)


def take_in(path: Path) -> HandedIn:
    """Read a ``.ipynb`` or ``.py`` file, a folder, or a ``.zip``.

    Raises
    ------
    SubmissionError
        If it cannot be read; the text says why and what to do.
    """
    where = shown(path)
    try:
        if path.is_dir():
            return _folder(path)
        if path.suffix.lower() not in (*CODE, ".zip"):
            raise SubmissionError(
                f"{where}: this is a {shown(path.suffix) or 'nameless'} file; hand in an .ipynb or "
                ".py file, a folder of them, or a .zip"
            )
        if not path.exists():
            raise SubmissionError(f"{where}: there is no such file")
        if not path.is_file():
            raise SubmissionError(f"{where}: this is not a regular file")
        if path.suffix.lower() == ".zip":
            return _zip(path)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SubmissionError(
                f"{where}: the file has {size / 2**20:.0f} MB and at most {MAX_BYTES // 2**20} are "
                "read; clear the outputs of its cells and save again"
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SubmissionError(f"{where}: the file cannot be read: {reason}") from error
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SubmissionError(f"{where}: the file is empty")
    name = shown(path.name)
    return HandedIn(name, hashlib.sha256(data).hexdigest(), {name: data}, name)


class _Shelf:
    """Files as they come in, up to the caps; what is left out is noted."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._left_out: list[str] = []
        self._total = 0
        self.files: dict[str, bytes] = {}

    def room_for(self, name: str, size: int) -> bool:
        """Whether a file of `size` bytes may still come in; a file that may not is noted."""
        if name in self.files:
            return self.leave_out(name, "it is there twice")
        if len(self.files) >= MAX_FILES:
            return self.leave_out(name, f"there are more than {MAX_FILES:,} files")
        if size > MAX_BYTES:
            return self.leave_out(name, f"it has more than {MAX_BYTES // 2**20} MB")
        if self._total + size > MAX_TOTAL:
            return self.leave_out(name, f"there are more than {MAX_TOTAL // 2**20} MB")
        return True

    @property
    def has_code(self) -> bool:
        """Whether any of the files can be run."""
        return any(name.lower().endswith(CODE) for name in self.files)

    def put(self, name: str, data: bytes) -> None:
        """Keep a file for which there was room."""
        self.files[name] = data
        self._total += len(data)

    def leave_out(self, name: str, why: str) -> bool:
        """Note that a file is not read; return False."""
        self._left_out.append(f"{name[:100]} was left out: {why}")
        return False

    def handed_in(self, name: str, sha256: str | None) -> HandedIn:
        """Return all of it."""
        if not self.has_code:
            first = f" ({self._left_out[0]})" if self._left_out else ""
            raise SubmissionError(
                f"{self._where}: there is no .ipynb or .py file in it{first}; hand one in"
            )
        if sha256 is None:
            digest = hashlib.sha256()
            for file, data in sorted(self.files.items()):
                digest.update(f"{file}\0{len(data)}\0".encode("utf-8", "replace") + data)
            sha256 = digest.hexdigest()
        notes = self._left_out[:5]
        if len(self._left_out) > len(notes):
            notes.append(f"{len(self._left_out) - len(notes)} more files were left out")
        return HandedIn(name, sha256, self.files, None, tuple(notes))


def _junk(parts: tuple[str, ...]) -> bool:
    return (
        any(part in JUNK or part.startswith(".") for part in parts)
        or parts[-1].endswith((".pyc", ".pyo", ".report.html"))
        or parts[-1] in ("Thumbs.db", "desktop.ini")
    )


def _folder(path: Path) -> HandedIn:
    shelf = _Shelf(shown(path))
    for file in _walk(path, shelf):
        name = shown(file.relative_to(path).as_posix())
        data = _read_beside(file, name, shelf)
        if data is not None:
            shelf.put(name, data)
    _open_inner(shelf)
    return shelf.handed_in(shown(path.resolve().name), None)


def _walk(folder: Path, shelf: _Shelf) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order, links and junk left out."""
    seen = 0
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _junk((name,)))
        for name in sorted(files):
            seen += 1
            if seen > MAX_ENTRIES:
                shelf.leave_out("the rest", f"the folder has more than {MAX_ENTRIES:,} files")
                return
            if not _junk((name,)):
                yield Path(top, name)


def _read_beside(file: Path, name: str, shelf: _Shelf) -> bytes | None:
    try:
        status = file.lstat()
        if stat.S_ISLNK(status.st_mode):
            shelf.leave_out(name, "it is a link to somewhere else")
        elif not stat.S_ISREG(status.st_mode):
            shelf.leave_out(name, "it is no regular file")
        elif shelf.room_for(name, status.st_size):
            return file.read_bytes()[: status.st_size]
    except OSError as error:
        shelf.leave_out(name, f"it cannot be read ({error.strerror})")
    return None


def _zip(path: Path) -> HandedIn:
    import zipfile  # with its compressors a tenth of the time that grading takes

    shelf = _Shelf(shown(path))
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            _unpack_all(file, shelf)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise SubmissionError(
            f"{shown(path)}: this zip cannot be read ({error}); pack it again, or hand in the "
            ".ipynb or .py file itself"
        ) from error
    _open_inner(shelf)
    return shelf.handed_in(shown(path.name), digest)


def _unpack_all(file: IO[bytes], shelf: _Shelf) -> None:
    import zipfile

    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        for info in entries[:MAX_ENTRIES]:
            _unpack(archive, info, shelf)
        if len(entries) > MAX_ENTRIES:
            shelf.leave_out("the rest", f"the zip has more than {MAX_ENTRIES:,} entries")


def _open_inner(shelf: _Shelf) -> None:
    """Where there is no code but zips, as course sites pack them, take what is in those."""
    if shelf.has_code:
        return
    import zipfile

    inner = [name for name in shelf.files if name.lower().endswith(".zip")]
    for name in inner[:MAX_INNER]:
        try:
            _unpack_all(io.BytesIO(shelf.files.pop(name)), shelf)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as e:
            shelf.leave_out(name, f"this zip cannot be read ({e})")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shelf: _Shelf) -> None:
    """Read one entry, by what it holds and not by what it says to hold."""
    import zipfile
    import zlib

    raw = shown(info.filename).replace("\\", "/")
    parts = PurePosixPath(raw).parts
    if raw.endswith("/") or not parts:
        return
    name = "/".join(parts)
    if raw.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", raw):
        shelf.leave_out(raw, "its path leads out of the zip")
    elif _junk(parts):
        return
    elif stat.S_ISLNK(info.external_attr >> 16):
        shelf.leave_out(name, "it is a link to somewhere else")
    elif info.flag_bits & 1:
        shelf.leave_out(name, "it is encrypted")
    elif shelf.room_for(name, info.file_size):
        try:
            with archive.open(info) as entry:
                data = entry.read(MAX_BYTES + 1)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
            shelf.leave_out(name, f"it cannot be unpacked ({error})")
            return
        if shelf.room_for(name, len(data)):
            shelf.put(name, data)
