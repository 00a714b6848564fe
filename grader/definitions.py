"""What the text of a submission defines and imports, found without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .worker.statements import parsed, statements

MAX_TEXT = 200  # characters of a string constant that may name a file
MAX_BASES = 50  # classes that one is looked for in
MAX_EARLIER = 5  # places of definitions that a later one replaces

Kind = Literal["function", "class", "value", "import"]


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a global name gets its value, as far as the text shows it; the last place counts.

    Attributes
    ----------
    cell : int
        Index of the cell.
    line : int
    parameters : tuple of str
        Of a function, or of a class's ``__init__`` without ``self``.
    locals : mapping of str to int
        The names that a function assigns, and the attributes of its first parameter, each with the
        last line that does.
    methods : mapping of str to Definition
        Of a class.
    bases : tuple of str
        The names that a class names as its bases.
    kind : {"function", "class", "value", "import"}
    perhaps : bool
        Whether it stands under a condition, in a loop or in a ``try``.
    earlier : tuple of (int, int)
        Cell and line of the functions or classes of this name that the last one replaces.
    """

    cell: int
    line: int
    parameters: tuple[str, ...] = ()
    locals: Mapping[str, int] = field(default_factory=dict)
    kind: Kind = "function"
    perhaps: bool = False
    earlier: tuple[tuple[int, int], ...] = ()
    methods: Mapping[str, Definition] = field(default_factory=dict)
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What one cell defines, imports and names.

    Attributes
    ----------
    definitions : tuple of (str, Definition)
        In the order of the text; their cell is 0.
    imports : mapping of str to int
        Modules that it imports anywhere, relative ones with their dots, each with its first line.
        ``from a import b`` has ``a`` and ``a.b``: `b` may be a module of its own.
    texts : frozenset of str
        Its short string constants: among them are the names of files that it reads.
    """

    definitions: tuple[tuple[str, Definition], ...] = ()
    imports: Mapping[str, int] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()


COMPOUND = (
    *(ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar),
    *(ast.ExceptHandler, ast.match_case, ast.Match),
)
"""Statements, and parts of them, whose body stands at the top of a cell all the same."""


def outline(python: str, source: str) -> Outline:
    """Return the outline of a cell.

    Of a cell that does not parse the statements that do are looked at, and its other lines are
    searched for ``def``, ``class`` and ``import``.

    Parameters
    ----------
    python, source : str
        What is run, and its text as the author sees it.
    """
    try:
        tree = parsed(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _outline_of_parts(python, source)
    texts = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
    short = (text for text in texts if isinstance(text, str) and 0 < len(text) < MAX_TEXT)
    return Outline(tuple(_defined(tree.body)), _first_lines(_imported(tree)), frozenset(short))


def _outline_of_parts(python: str, source: str) -> Outline:
    found: list[tuple[str, Definition]] = []
    for part in statements(python):
        tree = parsed(part.text)
        ast.increment_lineno(tree, part.first - 1)
        found += _defined(tree.body)
    names = {name for name, _ in found}
    found += (pair for pair in _lines_that_define(source) if pair[0] not in names)
    found.sort(key=lambda pair: pair[1].line)
    return Outline(tuple(found), _first_lines(_lines_that_import(python)))


def _first_lines(imported: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, line in imported:
        found[name] = min(line, found.get(name, line))
    return found


def merged(outlines: Iterable[tuple[int, Outline]]) -> dict[str, Definition]:
    """Return the names that cells define, each with its last place; a cell comes with its index."""
    found: dict[str, Definition] = {}
    for index, one in outlines:
        for name, made in one.definitions:
            earlier: tuple[tuple[int, int], ...] = ()
            before = found.get(name)
            if before is not None and _replaces(made, before):
                earlier = (*before.earlier, (before.cell, before.line))[-MAX_EARLIER:]
            methods = {n: replace(method, cell=index) for n, method in made.methods.items()}
            if before is not None and name in made.bases:  # class X(X), in a later cell
                methods = {**before.methods, **methods}
            found[name] = replace(made, cell=index, earlier=earlier, methods=methods)
    return found


def _replaces(made: Definition, before: Definition) -> bool:
    """Whether two definitions of one name are two tries, and not two branches of a condition."""
    certain = not made.perhaps and not before.perhaps
    return certain and {made.kind, before.kind} <= {"function", "class"}


def _lines_that_define(source: str) -> Iterator[tuple[str, Definition]]:
    for number, line in enumerate(source.split("\n"), 1):
        match = re.match(r"(def|class)\s+(\w+)\s*(?:\(([\w\s,]*)\))?", line)
        if match and match[1] == "def":
            parameters = tuple(re.findall(r"\w+", match[3] or ""))
            yield match[2], Definition(0, number, parameters)
        elif match:
            yield match[2], Definition(0, number, kind="class")


def _lines_that_import(python: str) -> Iterator[tuple[str, int]]:
    pattern = re.compile(r"[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import|import[ \t]+([\w., \t]+))")
    for number, line in enumerate(python.split("\n"), 1):
        match = pattern.match(line)
        for name in re.findall(r"\.*[\w.]+", (match[1] or match[2] or "") if match else ""):
            yield name, number


def _defined(body: Iterable[ast.AST]) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, Definition(0, node.lineno, _parameters(node), _assigned(node))
        elif isinstance(node, ast.ClassDef):
            methods = _methods(node)
            init = methods.get("__init__", NO_CONSTRUCTOR).parameters[1:]
            bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name))
            made = Definition(0, node.lineno, init, kind="class", methods=methods, bases=bases)
            yield node.name, made
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                yield bound, Definition(0, node.lineno, kind="import")
        elif isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for name in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if isinstance(name, ast.Name):
                        yield name.id, Definition(0, node.lineno, kind="value")
        elif isinstance(node, COMPOUND):
            for inner, made in _defined(ast.iter_child_nodes(node)):
                yield inner, replace(made, perhaps=True)


def _methods(node: ast.ClassDef) -> dict[str, Definition]:
    """Return the methods of a class; `perhaps` those that it, or who decorates it, may replace."""
    found: dict[str, Definition] = {}
    for name, made in _defined(node.body):
        if made.kind == "function":
            found[name] = made
        elif name in found:
            found[name] = replace(found[name], perhaps=True)
    if any(_called(one) not in HARMLESS for one in node.decorator_list):
        return {name: replace(made, perhaps=True) for name, made in found.items()}
    return found


HARMLESS = ("dataclass", "final", "total_ordering")
"""Decorators of classes that leave the methods as they are."""


def _called(decorator: ast.expr) -> str:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(node).rpartition(".")[2]


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            dot = "" if stem.endswith(".") else "."
            inner = (f"{stem}{dot}{alias.name}" for alias in node.names if alias.name != "*")
            yield from ((name, node.lineno) for name in (stem, *inner))


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(a.arg for a in node.args.posonlyargs + node.args.args)


NO_CONSTRUCTOR = Definition(0, 0)


def _assigned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, int]:
    me = next(iter(_parameters(function)), None)
    found = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            parts = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            parts = [node.target]
        else:
            continue
        for target in parts:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Name):
                    found[one.id] = node.lineno
                elif isinstance(one, ast.Attribute) and _is_name(one.value, me):
                    found[one.attr] = node.lineno
    return found


def _is_name(node: ast.AST, name: str | None) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def method_of(
    definitions: Mapping[str, Definition], owner: str, name: str
) -> tuple[str, Definition] | None:
    """Return a method of a class, and the name of the class that defines it: it, or a base.

    None where a base may be another one than that of the last definition.
    """
    waiting, order = [owner], list[str]()
    while waiting and len(order) < MAX_BASES:
        one = waiting.pop(0)
        if one in definitions:
            order.append(one)
            waiting[:0] = definitions[one].bases  # a circle of them ends at MAX_BASES
    for at, one in enumerate(order):
        made = definitions[one].methods.get(name)
        # One that two classes derive from comes behind both of them.
        if made is not None and one not in order[at + 1 :]:
            base, own = definitions[one], definitions[owner]
            later = base.earlier and (base.cell, base.line) > (own.cell, own.line)
            return None if later else (one, made)
    return None


def line_of(definition: Definition, quantity: str) -> int | None:
    """Return the line of a function that assigns a quantity, known by the usual names for it.

    ``dW1`` is also called ``dLdW1``, ``dL_dW1``, ``grad_W1``, ``W1_grad``.
    """
    bare = re.escape(quantity.removeprefix("d") or quantity)
    names = [re.escape(quantity)]
    if quantity.startswith("d") and len(quantity) > 1:
        names = [rf"(d[LJE]_?)?d_?{bare}", rf"grad(ient)?_?{bare}", rf"{bare}_?grad"]
    pattern = re.compile("|".join(f"(?:{name})" for name in names), re.IGNORECASE)
    lines = (line for name, line in definition.locals.items() if pattern.fullmatch(name))
    return max(lines, default=None)
