"""numba, where it is not installed: what it compiles runs as the Python that it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..anything import Anything
from .library import Context, Names


def jit(*arguments: Any, **_options: Any) -> Any:
    """Return the function that is decorated, with or without options or a signature."""
    if arguments and callable(arguments[0]) and not isinstance(arguments[0], Anything):
        return arguments[0]
    return lambda function: function


def vectorize(*arguments: Any, **_options: Any) -> Any:
    """Return a function of numbers as one of arrays."""
    if arguments and callable(arguments[0]) and not isinstance(arguments[0], Anything):
        return np.vectorize(arguments[0])
    return np.vectorize


def numba(context: Context) -> dict[str, Names]:
    """Return the modules of ``numba``; every other name stands for a type."""
    anything = Anything()

    def find(name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(f"module 'numba' has no attribute {name!r}")
        return anything

    names = {
        **dict.fromkeys(("jit", "njit", "generated_jit"), jit),
        "vectorize": vectorize,
        "prange": range,
        "__version__": "0.60.0",
        "__getattr__": find,
    }
    return {
        "numba": context.announced("numba", names),
        "numba.experimental": lambda: {"jitclass": jit},
        "numba.types": lambda: {"__getattr__": find},
        "numba.typed": lambda: {"List": list, "Dict": dict},
        "numba.core": lambda: {"types": anything},
        "numba.core.errors": lambda: {"__getattr__": find},
    }
