"""Names that NumPy and Python have removed, served as they were to code that asks for them.

A module-level ``__getattr__`` (PEP 562) answers for what a module no longer has, and a finder for
modules that have moved, after every other finder. So nothing that exists changes. Libraries that
probe for a name are answered as before, and so is code with an answer of its own: in a ``try``
that expects the error, or beside ``hasattr``.

Which names: numpy.org/doc/stable/release (the notes of 1.18, 1.23 to 1.25, 2.0, 2.3, 2.4, 2.5),
the NumPy 2.0 migration guide, and "Removed" in docs.python.org/3/whatsnew (3.8 to 3.11).
"""

from __future__ import annotations

import ast
import collections
import collections.abc
import fractions  # noqa: F401 loaded before the first fork
import functools
import importlib
import importlib.abc
import importlib.machinery
import inspect
import itertools
import linecache
import math
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np

Names = dict[str, Any]

NEW_NAMES = """
    alltrue=all cumproduct=cumprod mat=asmatrix product=prod rank=ndim round_=round
    row_stack=vstack sometrue=any trapz=trapezoid typeDict=sctypeDict
    bool8=bool_ bytes0=bytes_ int0=intp object0=object_ str0=str_ uint0=uintp void0=void
    cfloat=complex128 clongfloat=clongdouble complex_=complex128 float_=float64
    longcomplex=clongdouble longfloat=longdouble singlecomplex=complex64 string_=bytes_
    unicode_=str_
"""
RENAMED = dict(pair.split("=") for pair in NEW_NAMES.split())
"""Names that NumPy has under another name."""

LIB = "arraypad arraysetops arrayterator function_base histograms index_tricks nanfunctions"
LIB += " polynomial shape_base twodim_base type_check ufunclike utils"

MODULES = {
    **{f"numpy.lib.{name}": f"numpy.lib._{name}_impl" for name in LIB.split()},
    "numpy.core.umath_tests": "numpy._core._umath_tests",
    "numpy.fft.helper": "numpy.fft._helper",
    "numpy.linalg.linalg": "numpy.linalg._linalg",
    "numpy.testing.utils": "numpy.testing",
    "cPickle": "pickle",
    "Queue": "queue",
    "StringIO": "io",
}
"""Modules that have moved; the last three with Python 3."""


class _ByType:
    """A table over all data types, asked by anything that `numpy.dtype` understands."""

    def __init__(self, make: Callable[[np.dtype[Any]], Any]) -> None:
        self._make = make

    def __getitem__(self, key: Any) -> Any:
        return self._make(np.dtype(key))


def _cast(dtype: np.dtype[Any]) -> Callable[[Any], Any]:
    return lambda array: np.asarray(array).astype(dtype)


def _asfarray(a: Any, dtype: Any = np.float64) -> Any:
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def _find_common_type(array_types: Sequence[Any], scalar_types: Sequence[Any]) -> Any:
    arrays = [np.dtype(kind) for kind in array_types]
    scalars = [np.dtype(kind) for kind in scalar_types]
    if not arrays:
        return np.result_type(*scalars) if scalars else None
    zeros: dict[str, Any] = {"b": False, "i": 0, "u": 0, "f": 0.0, "c": 0j}
    return np.result_type(*arrays, *(zeros.get(kind.kind, kind) for kind in scalars))


def _in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    return np.isin(np.ravel(ar1), ar2, assume_unique=assume_unique, invert=invert)


ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")


def _getargspec(function: Any) -> ArgSpec:
    return ArgSpec(*inspect.getfullargspec(function)[:4])


def _numpy() -> Names:
    """Return what `numpy` itself had and may not have any more."""
    table: Names = {old: getattr(np, new) for old, new in RENAMED.items() if hasattr(np, new)}
    table.update({"bool": bool, "complex": complex, "float": float, "int": int, "object": object})
    table.update({"long": int, "str": str, "unicode": str, "math": math})  # Python's own types
    table.update(dict.fromkeys(("Inf", "Infinity", "PINF", "infty"), np.inf))
    table.update({"NaN": np.nan, "NINF": -np.inf, "PZERO": 0.0, "NZERO": -0.0})
    table.update({"asfarray": _asfarray, "find_common_type": _find_common_type, "in1d": _in1d})
    table["alen"] = lambda a: len(np.atleast_1d(a))
    table["asscalar"] = lambda a: a.item()
    table["cast"], table["nbytes"] = _ByType(_cast), _ByType(lambda dtype: dtype.itemsize)
    table["fastCopyAndTranspose"] = lambda a: np.asarray(a).T.copy()
    table["msort"] = lambda a: np.sort(a, axis=0)
    table["obj2sctype"] = lambda rep, default=None: np.dtype(rep).type
    table["sctype2char"] = lambda sctype: np.dtype(sctype).char
    table["source"] = lambda obj: print(inspect.getsource(obj))
    return table


def _lib() -> Names:
    """Return what `numpy.lib` passed on from its modules until NumPy 2.0."""
    parts = [m for name, m in sys.modules.items() if name.startswith("numpy.lib._")]
    names = [name for m in parts for name in getattr(m, "__all__", ())]
    return {name: getattr(np, name) for name in names if name in vars(np)}


def _abstract() -> Names:
    return {name: getattr(collections.abc, name) for name in collections.abc.__all__}


def _lazy() -> Names:
    return {"ifilter": filter, "imap": map, "izip": zip, "izip_longest": itertools.zip_longest}


TABLES: list[tuple[str, str, Names]] = [
    ("numpy", "np", _numpy()),
    ("numpy.lib", "np.lib", _lib()),
    ("numpy.linalg", "np.linalg", {}),
    ("numpy.fft", "np.fft", {}),
    ("collections", "collections", _abstract()),
    ("fractions", "fractions", {"gcd": math.gcd}),
    ("inspect", "inspect", {"getargspec": _getargspec}),
    ("itertools", "itertools", _lazy()),
    ("time", "time", {"clock": time.process_time}),  # what it was on Linux and macOS
]
"""Module, how code calls it, and what it is to serve where it is missing."""

BINARY_TEXT = tuple(map(int, np.__version__.split(".")[:2])) >= (2, 3)
"""Whether `numpy.fromstring` no longer reads bytes."""

LIBRARY = (
    "<frozen ",
    "<__array_function__",
    f"{Path(__file__).parent}{os.sep}",
    f"{Path(os.__file__).parent}{os.sep}",
    f"{Path(np.__file__).parent.parent}{os.sep}",
)
"""How the file names of code begin that is no submission's."""


def install(say: Callable[[str, str], None]) -> None:
    """Serve removed names from now on.

    Parameters
    ----------
    say : callable
        Told ``("drift", name)`` once for each name that was served.
    """
    told: set[str] = set()

    def tell(name: str) -> None:
        if name not in told:
            told.add(name)
            say("drift", name)

    for module, called, table in TABLES:
        if module in sys.modules:
            _serve(sys.modules[module], called, table, tell)
    sys.meta_path.append(_Moved(tell))
    if BINARY_TEXT:
        np.fromstring = _reading_bytes(np.fromstring, tell)


def _serve(module: ModuleType, called: str, table: Names, tell: Callable[[str], None]) -> None:
    """Have `module` answer for the names in `table`, and for moved modules below it."""
    former = vars(module).get("__getattr__")
    gone: set[str] = set()

    def __getattr__(name: str) -> Any:
        moved = f"{module.__name__}.{name}"
        if (name not in table and moved not in MODULES) or _asker(name) is None:
            return missing(name)
        if name not in gone:  # each NumPy lacks others of these names
            try:
                return missing(name)
            except AttributeError:
                gone.add(name)
        value = table[name] if name in table else _Moved(tell).load(moved)
        tell(f"{called}.{name}")
        return value

    def missing(name: str) -> Any:
        if former is not None:
            return former(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    vars(module)["__getattr__"] = __getattr__


class _Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a moved module under its former name, where nothing else has found one."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a moved module is."""
        if name not in MODULES or _asker(name) is None:
            return None
        try:
            importlib.import_module(MODULES[name])
        except ImportError:  # this NumPy is older still
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to Python to make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module with what it has become."""
        self._fill(module)
        self._tell(module.__name__)

    def load(self, name: str) -> ModuleType:
        """Return a moved module that is asked for as an attribute."""
        if name not in sys.modules:
            sys.modules[name] = ModuleType(name)
            self._fill(sys.modules[name])
        return sys.modules[name]

    def _fill(self, module: ModuleType) -> None:
        names = vars(importlib.import_module(MODULES[module.__name__]))
        if module.__name__.startswith("numpy.lib."):  # trapz and others stood there too
            vars(module).update(TABLES[0][2])
        vars(module).update({k: v for k, v in names.items() if not k.startswith("__")})


def _reading_bytes(former: Callable[..., Any], tell: Callable[[str], None]) -> Callable[..., Any]:
    """Return `numpy.fromstring` with the binary mode that it had."""

    @functools.wraps(former)
    def fromstring(string: Any, dtype: Any = float, count: int = -1, sep: str = "", **more: Any):  # type: ignore[no-untyped-def]
        if sep or more or _asker("fromstring") is None:
            return former(string, dtype, count, sep=sep, **more)
        data = string.encode() if isinstance(string, str) else string
        value = np.frombuffer(data, dtype, count).copy()
        tell("np.fromstring")
        return value

    return fromstring


def _asker(wanted: str) -> FrameType | None:
    """Return the frame of the submission that asks, or None where a library does.

    None also for a line that deals with the answer "there is no such name" itself.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name != __file__ and not name.startswith("<frozen importlib"):
            break
        frame = frame.f_back
    if frame is None or name.startswith(LIBRARY) or "-packages" in name:
        return None
    return None if _has_an_answer(name, frame.f_lineno, wanted) else frame


@functools.cache
def _has_an_answer(file: str, line: int, wanted: str) -> bool:
    """Whether the code asks only in order to know: with ``hasattr``, or expecting the error."""
    lines = linecache.getlines(file)
    text = "".join(lines[line - 1 : line])
    if re.search(rf"hasattr\(.*[\"']{wanted}[\"']", text):
        return True
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    handlers = [
        handler.type
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        and node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0)
        for handler in node.handlers
        if handler.type is not None
    ]
    caught = {part.id for h in handlers for part in ast.walk(h) if isinstance(part, ast.Name)}
    expected = {"ImportError", "ModuleNotFoundError"} if "import" in text else {"AttributeError"}
    return bool(caught & expected)
