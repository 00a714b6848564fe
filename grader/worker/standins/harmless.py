"""Packages that show something or belong to a notebook service: nothing is computed by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from types import TracebackType
from typing import Any

from ..anything import Anything
from .library import Context, Names, empty
from .network import no_network


class tqdm:
    """A plain iterator in place of a progress bar."""

    def __init__(
        self,
        iterable: Iterable[Any] | None = None,
        desc: str | None = None,
        total: Any = None,
        *_more: Any,
        **_options: Any,
    ) -> None:
        self.iterable, self.desc, self.n = iterable, desc, 0
        self.total = len(iterable) if total is None and isinstance(iterable, Sized) else total
        self.disable = True
        self.format_dict: dict[str, Any] = {"elapsed": 0.0}

    def __iter__(self) -> Iterator[Any]:
        for item in self.iterable or ():
            yield item
            self.n += 1

    def __len__(self) -> int:
        return int(self.total or 0)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> tqdm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.close()

    def update(self, n: Any = 1) -> None:
        """Count on."""
        self.n += n

    def reset(self, total: Any = None) -> None:
        """Count from nothing."""
        self.n, self.total = 0, total or self.total

    def close(self, *_arguments: Any, **_options: Any) -> None:
        """Do nothing."""

    set_description = set_description_str = set_postfix = set_postfix_str = close
    refresh = clear = display = unpause = close

    @classmethod
    def write(cls, s: object, file: Any = None, end: str = "\n", nolock: bool = False) -> None:
        """Print a line."""
        print(s, file=file, end=end)

    @classmethod
    def pandas(cls, *_arguments: Any, **_options: Any) -> None:
        """Do nothing."""


def trange(*arguments: int, **options: Any) -> tqdm:
    """Return a plain iterator over a range."""
    return tqdm(range(*arguments), **options)


def progress(context: Context) -> dict[str, Names]:
    """Return the modules of ``tqdm``."""
    names = {"tqdm": tqdm, "trange": trange, "tqdm_notebook": tqdm, "tnrange": trange}
    made = context.announced("tqdm", {**names, "__version__": "4.66.0"})
    inner = ("notebook", "auto", "autonotebook", "std", "gui", "asyncio")
    return {"tqdm": made, **{f"tqdm.{name}": lambda: dict(names) for name in inner}}


def _load_dataset(*_arguments: Any, **_options: Any) -> None:
    raise no_network()


def seaborn(context: Context) -> dict[str, Names]:
    """Return the module ``seaborn``: every call is accepted and draws nothing."""
    anything = Anything()

    def find(name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(f"module 'seaborn' has no attribute {name!r}")
        return anything

    names = {"__getattr__": find, "load_dataset": _load_dataset, "__version__": "0.13.2"}
    return {"seaborn": context.announced("seaborn", names)}


def _nothing(*_arguments: Any, **_options: Any) -> None:
    """Do nothing."""


def _no_files(*_arguments: Any, **_options: Any) -> dict[str, bytes]:
    """Upload nothing."""
    return {}


class Shown:
    """What a notebook would show: made and forgotten."""

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        """Keep nothing."""

    def update(self, *_arguments: Any, **_options: Any) -> None:
        """Show nothing."""


_SHOWN = (
    *("HTML", "Image", "Markdown", "Math", "Latex", "SVG", "Video", "Audio", "YouTubeVideo"),
    *("IFrame", "Javascript", "JSON", "DisplayHandle", "Code"),
)


def _display(*values: object, **_options: Any) -> None:
    """Print the values."""
    for value in values:
        if not isinstance(value, Shown):
            print(value)


def ipython(context: Context) -> dict[str, Names]:
    """Return the modules of ``IPython``."""
    display = {
        **{name: type(name, (Shown,), {}) for name in _SHOWN},
        "display": _display,
        **dict.fromkeys(("clear_output", "set_matplotlib_formats", "display_html"), _nothing),
    }
    top = {"get_ipython": _nothing, "display": _display, "__version__": "8.0.0"}
    return {
        "IPython": context.announced("IPython", top),
        "IPython.display": lambda: dict(display),
        "IPython.core": empty,
        "IPython.core.display": lambda: dict(display),
        "IPython.core.getipython": lambda: {"get_ipython": _nothing},
        "IPython.core.interactiveshell": lambda: {"InteractiveShell": Anything()},
    }


def colab(context: Context) -> dict[str, Names]:
    """Return the modules of ``google.colab``."""
    files = {"upload": _no_files, "download": _no_files, "view": _nothing}
    return {
        "google": empty,
        "google.colab": context.announced("google.colab", {}),
        "google.colab.drive": lambda: {"mount": _nothing, "flush_and_unmount": _nothing},
        "google.colab.files": lambda: dict(files),
        "google.colab.patches": lambda: {"cv2_imshow": _nothing},
        "google.colab.output": lambda: {"clear": _nothing, "eval_js": _nothing},
        "google.colab.auth": lambda: {"authenticate_user": _nothing},
        "google.colab.userdata": lambda: {"get": _nothing},
    }
