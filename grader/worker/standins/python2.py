"""The packages that make Python 2 and 3 look alike: past, future and six."""

from __future__ import annotations

import builtins
import functools
import importlib
import io
import operator
from collections.abc import Iterator, Mapping
from typing import Any

from .library import Context, Names, empty

_OLD = {
    "xrange": range,
    "unicode": str,
    "long": int,
    "unichr": chr,
    "raw_input": input,
    "reduce": functools.reduce,
    "basestring": (str, bytes),
}


class _Text(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, str | bytes)


class basestring(metaclass=_Text):
    """Whatever is text in Python 2."""


def _cmp(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


def _old_div(a: Any, b: Any) -> Any:
    """Divide as Python 2 does: integers give an integer."""
    whole = isinstance(a, int) and isinstance(b, int)
    return a // b if whole else a / b


def _as_list(function: Any) -> Any:
    return functools.wraps(function, updated=())(lambda *a, **k: list(function(*a, **k)))


def past(context: Context) -> dict[str, Names]:
    """Return the modules of ``past``."""
    lists = {name: _as_list(getattr(builtins, name)) for name in ("range", "map", "filter", "zip")}
    names = {
        **_OLD,
        **lists,
        "basestring": basestring,
        "cmp": _cmp,
        "str": bytes,
        "dict": dict,
        "int": int,
        "oct": oct,
        "open": io.open,
        "reload": importlib.reload,
        "chr": chr,
    }
    return {
        "past": context.announced("past", {}),
        "past.builtins": lambda: dict(names),
        "past.utils": lambda: {"old_div": _old_div},
    }


def future(context: Context) -> dict[str, Names]:
    """Return the modules of ``future``."""
    return {
        "future": context.announced("future", {}),
        "future.builtins": lambda: dict(vars(builtins)),
        "future.utils": lambda: {**_common(), "old_div": _old_div, "native": _itself},
        "future.standard_library": lambda: {"install_aliases": _nothing, "hooks": _nothing},
    }


def _itself(value: Any) -> Any:
    return value


def _nothing(*_arguments: Any) -> None:
    """Do nothing: the new names are the only ones."""


def _items(mapping: Mapping[Any, Any], **_options: Any) -> Iterator[Any]:
    return iter(mapping.items())


def _keys(mapping: Mapping[Any, Any], **_options: Any) -> Iterator[Any]:
    return iter(mapping.keys())


def _values(mapping: Mapping[Any, Any], **_options: Any) -> Iterator[Any]:
    return iter(mapping.values())


def _with_metaclass(meta: Any, *bases: type) -> Any:
    return meta("temporary_class", bases, {})


def _add_metaclass(meta: Any) -> Any:
    def wrap(cls: Any) -> Any:
        body = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
        return meta(cls.__name__, cls.__bases__, body)

    return wrap


def _unicode_compatible(cls: Any) -> Any:
    return cls


def _common() -> dict[str, Any]:
    return {
        "PY2": False,
        "PY3": True,
        "string_types": (str,),
        "integer_types": (int,),
        "class_types": (type,),
        "text_type": str,
        "binary_type": bytes,
        "iteritems": _items,
        "iterkeys": _keys,
        "itervalues": _values,
        "with_metaclass": _with_metaclass,
        "add_metaclass": _add_metaclass,
        "python_2_unicode_compatible": _unicode_compatible,
    }


def six(context: Context) -> dict[str, Names]:
    """Return the modules of ``six``."""
    tools = {
        **_common(),
        "u": _itself,
        "b": lambda text: text.encode("latin-1"),
        "next": next,
        "get_function_code": operator.attrgetter("__code__"),
        "print_": print,
        "unichr": chr,
        "int2byte": lambda n: bytes((n,)),
        "StringIO": io.StringIO,
        "BytesIO": io.BytesIO,
    }
    return {
        "six": context.announced("six", {**tools, "__version__": "1.16.0"}),
        "six.moves": _moves,
        "six.moves.cPickle": lambda: dict(vars(importlib.import_module("pickle"))),
        "six.moves.urllib": empty,
        **{f"six.moves.urllib.{part}": _urllib(part) for part in ("request", "parse", "error")},
    }


def _moves() -> dict[str, Any]:
    same = ("range", "map", "filter", "zip", "input")
    return {
        **{name: getattr(builtins, name) for name in same},
        "xrange": range,
        "reduce": functools.reduce,
        "StringIO": io.StringIO,
        "reload_module": importlib.reload,
        "queue": importlib.import_module("queue"),
    }


def _urllib(part: str) -> Names:
    return lambda: {
        name: value
        for name, value in vars(importlib.import_module(f"urllib.{part}")).items()
        if not name.startswith("__")
    }
