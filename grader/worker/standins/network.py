"""Downloads without a network: the usual data files are served, anything else fails at once."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType, TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from ..paths import Paths
from .library import Context, Names


def no_network() -> Exception:
    """Return the error for whatever would need a network."""
    from urllib.error import URLError  # its package takes long to import, and few need it

    return URLError("no network while grading")


def _content(paths: Paths, url: str) -> bytes | None:
    found = paths.data(unquote(urlsplit(url).path))
    return None if found is None else Path(found).read_bytes()


def hook_urllib(paths: Paths, module: ModuleType) -> None:
    """Serve ``urllib.request``: every way through it ends in one method."""
    director = module.OpenerDirector
    original = getattr(director.open, "__wrapped__", director.open)

    @functools.wraps(original)
    def open(self: Any, fullurl: Any, data: Any = None, *more: Any, **options: Any) -> Any:
        url = fullurl if isinstance(fullurl, str) else fullurl.full_url
        if urlsplit(url).scheme in ("file", "data"):
            return original(self, fullurl, data, *more, **options)
        content = _content(paths, url)
        if content is None:
            raise no_network()
        from email.message import Message
        from urllib.response import addinfourl

        headers = Message()
        headers["Content-Type"] = "application/octet-stream"
        headers["Content-Length"] = str(len(content))
        return addinfourl(io.BytesIO(content), headers, url, 200)

    director.open = open


class Response:
    """The part of ``requests.Response`` that downloads use."""

    ok, status_code, reason, encoding = True, 200, "OK", "utf-8"

    def __init__(self, url: str, content: bytes) -> None:
        self.url, self.content = url, content
        self.raw = io.BytesIO(content)
        self.headers = {"content-length": str(len(content)), "Content-Length": str(len(content))}

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(self.encoding, "replace")

    def iter_content(self, chunk_size: int | None = 1, **_options: Any) -> Iterator[bytes]:
        """Yield the content in pieces."""
        step = chunk_size or len(self.content) or 1
        for start in range(0, len(self.content), step):
            yield self.content[start : start + step]

    def raise_for_status(self) -> None:
        """Do nothing: what is served is served well."""

    def close(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Response:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.close()


class RequestException(OSError):
    """The root of the errors of ``requests``."""


class ConnectionError(RequestException):
    """There is no network."""


def requests(context: Context) -> dict[str, Names]:
    """Return the modules of ``requests``."""

    def get(url: str, *_arguments: Any, **_options: Any) -> Response:
        content = _content(context.paths, url)
        if content is None:
            raise ConnectionError("no network while grading")
        return Response(url, content)

    errors = {"RequestException": RequestException, "ConnectionError": ConnectionError}
    return {
        "requests": lambda: {
            "get": context.telling("module", "requests.get", get),
            "Response": Response,
            **errors,
        },
        "requests.exceptions": lambda: dict(errors),
    }


def wget(context: Context) -> dict[str, Names]:
    """Return the module ``wget``."""

    def download(url: str, out: str | None = None, bar: Any = None) -> str:
        return _download(context.paths, url, out)

    return {"wget": lambda: {"download": context.telling("module", "wget.download", download)}}


def gdown(context: Context) -> dict[str, Names]:
    """Return the module ``gdown``; addresses of Google Drive name no file, so `output` must."""

    def download(url: str | None = None, output: str | None = None, *_more: Any, **_o: Any) -> str:
        return _download(context.paths, url or "", output)

    return {"gdown": lambda: {"download": context.telling("module", "gdown.download", download)}}


def _download(paths: Paths, url: str, out: str | None) -> str:
    content = _content(paths, url)
    if content is None and out:
        found = paths.data(out)
        content = None if found is None else Path(found).read_bytes()
    if content is None:
        raise no_network()
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    target = Path(out or name)
    if target.is_dir():
        target /= name
    if not target.exists():  # what is served is there already
        target.write_bytes(content)
    return str(target)
