"""What is said of files, names and imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..results import Place
from .values import listed, short


def run_files(paths: Sequence[str]) -> str:
    """Say which files of several are run."""
    who = "they import" if len(paths) > 1 else "it imports"
    return f"Run here: {listed(paths)}, with the modules that {who}"


def several_files(path: str, others: Sequence[str], names: Sequence[str]) -> str:
    """Say that several files define the same names."""
    be = "define" if len(others) > 1 else "defines"
    return (
        f"{listed(others)} {be} {listed(names)} too: the one in {short(path, 100)} counts. "
        "Hand in one of them only to decide it yourself"
    )


def defined_twice(name: str, places: Sequence[Place]) -> str:
    """Say that a function is defined more than once."""
    at = listed([f"{place.cell}, line {place.line}" for place in places])
    return f"{short(name, 60)} is defined {len(places)} times ({at}): the last one counts"


def adapted(name: str, own: str) -> str:
    """Say that an adapter gives a name."""
    return f"{name} is {short(own, 60)} here, as the adapter says"


def alias(name: str, own: str) -> str:
    """Say that an accepted alias was used."""
    return f"{short(own, 60)} was taken for {name}: the assignment accepts this name"


def guessed(name: str, own: str, how: str) -> str:
    """Say that a function was taken for another one; `how` tells by what it is known."""
    why = {"parameters": f"has the parameters of {name}", "name": f"is named almost as {name}"}
    both = f"has the parameters of {name} and almost its name"
    return f"{name} is not defined. {short(own, 60)} {why.get(how, both)}: used instead"


def reordered(name: str, parameters: Sequence[str]) -> str:
    """Say that arguments were given in the submission's own order."""
    return f"{name} takes its arguments in the order {listed(parameters)} here: accepted"


STOOD_IN = {
    "data": "{} gave the pictures that this assignment serves, without a network",
    "file": "{} came into the folder with the pictures that this assignment serves",
    "path": "{} led to the file of that name in the folder: it is a path of another computer",
    "module": "A small stand-in took the place of {}",
}


def stood_in(said: Iterable[tuple[str, str]]) -> list[str]:
    """Say what stood in for what is not there; `said` comes from the submission's process."""
    groups: dict[str, list[str]] = {}
    for kind, name in said:
        groups.setdefault(kind, []).append(short(name, 100))
    return [STOOD_IN[kind].format(listed(groups[kind])) for kind in STOOD_IN if kind in groups]


def forbidden_import(name: str, place: Place | None, handling: str) -> str:
    """Say that a library is imported that the assignment does not allow."""
    at = f" ({place.cell}, line {place.line})" if place is not None else ""
    then = {"no points": ": no points", "refuse": ": the import failed here"}.get(handling, "")
    return f"{short(name, 60)} is imported{at}, and the assignment does not allow it{then}"


def no_points_for(name: str) -> str:
    """Say why nothing was checked."""
    return f"Nothing was checked: the assignment does not allow {short(name, 60)}"


def not_adapted(error: str) -> str:
    """Say that an adapter could not be used."""
    return f"Not used: {short(error)}"


def changed_argument(
    called: str | None, path: Sequence[int | str], parameters: Sequence[str]
) -> str:
    """Say that a function has overwritten what it was given."""
    position = path[0] if path and isinstance(path[0], int) else 0
    name = parameters[position] if position < len(parameters) else str(position + 1)
    where = short(name, 60) + "".join(f"[{key!r}]" for key in path[1:])
    return (
        f"{short(called or 'the function', 60)} changes its argument {short(where, 100)} in place. "
        "It costs nothing here, as each call gets its own copy; your own callers would be surprised"
    )
