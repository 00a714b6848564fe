"""What a stand-in is made of: its modules by name, and what it says of the rest."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..datafiles import DataSet
from ..paths import Paths

Names = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What stand-ins share: the data sets, whom to tell, and where paths lead."""

    sets: Mapping[str, DataSet]
    say: Callable[[str, str], None]
    paths: Paths

    def telling(self, kind: str, name: str, thing: Any) -> Any:
        """Return a function or class like `thing` that tells of its use when it is called."""
        untyped: Any = thing
        call = untyped.__init__ if isinstance(thing, type) else untyped

        @functools.wraps(call)
        def told(*arguments: Any, **options: Any) -> Any:
            self.say(kind, name)
            return call(*arguments, **options)

        if isinstance(thing, type):
            return type(thing.__name__, (thing,), {"__init__": told, "__doc__": thing.__doc__})
        return told

    def tools(self, module: str, *things: Any) -> Names:
        """Return a module's names: functions and classes that tell of themselves as modules do."""
        return lambda: {
            thing.__name__: self.telling("module", f"{module}.{thing.__name__}", thing)
            for thing in things
        }

    def announced(self, module: str, names: Mapping[str, Any]) -> Names:
        """Return names that tell of `module` when it is imported."""

        def make() -> dict[str, Any]:
            self.say("module", module)
            return dict(names)

        return make


@dataclass(frozen=True, slots=True)
class Library:
    """Packages that are stood in for.

    Parameters
    ----------
    modules : callable
        Gives each module's name with a function that makes its names.
    serves : str
        The end of the sentence "keras.models is not served while grading: only ... are".
    when : str
        ``data``: if there are data sets; ``tools``: likewise, and otherwise where it is not
        installed; ``absent``: where it is not installed.
    """

    modules: Callable[[Context], dict[str, Names]]
    serves: str
    when: Literal["data", "tools", "absent"]


def empty() -> dict[str, Any]:
    """Return no names: the module only holds others."""
    return {}
