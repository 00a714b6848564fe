"""How values, names and numbers are written in every sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..results import Opaque

HIDDEN = "(a hidden case: values are not shown)"


def short(text: str, limit: int = 300) -> str:
    """Return `text` on one line, without control characters, at most `limit` characters."""
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def listed(names: Sequence[str], limit: int = 8) -> str:
    """Return ``"a, b and c"``."""
    shown = [short(name, 60) for name in names[:limit]]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as Python writes it; a scalar is "no shape: it is one number"."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def described(value: Any, hidden: bool = False) -> str:
    """Say what a value is: "None", "a tuple of 3 values", "an array of shape (3,)".

    On a hidden case names and keys are left out: they may have been made of the inputs.
    """
    from ..student import description_of  # which words too

    value = description_of(value) or value
    if value is None:
        return "None"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return "one number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (list, tuple)):
        values = "value" if len(value) == 1 else "values"
        return f"a {type(value).__name__} of {len(value)} {values}"
    if isinstance(value, dict):
        return "a dictionary" if hidden else f"a dictionary with {_keys(value)}"
    if isinstance(value, Opaque):
        if value.dtype is not None:
            return "an array"
        article = "an" if value.type[:1].lower() in tuple("aeiou") else "a"
        return "an object" if hidden else f"{article} {short(value.type, 60)}"
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"an array of shape {shape_text(shape)}"
    return "an object of another kind"


def _keys(mapping: dict[Any, Any]) -> str:
    return f"the keys {listed([repr(key) for key in mapping])}" if mapping else "no keys"


def times(share: float) -> str:
    """Return a share as ``"3.2 % of"`` or ``"12 times"``."""
    if share < 1.995:
        return f"{100 * share:.0f} % of" if share >= 0.1 else f"{100 * share:.2g} % of"
    return f"{share:,.0f} times" if 100 <= share < 1e6 else f"{share:.3g} times"


def number(value: float | None) -> str:
    """Return a number with as many digits as a limit may need."""
    return f"{value:.7g}"


def percent(share: float) -> str:
    """Return a share of 1 as a percentage."""
    return f"{100 * share:.4g} %"
