"""One worker's world: the student's programs, and the answers to requests about them."""

from __future__ import annotations
import __future__

import ast
import builtins
import linecache
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from . import artefacts, drift, policy, siblings, standins, wire
from .clock import Clock, OutOfTime
from .figures import Figures
from .output import Capture
from .told import NoSuchName, NotCallable, told

DRAWING = 5.0  # seconds for drawing the figures of one cell
MAX_SAID = 100  # stand-ins told of in one answer
MAX_FILE_TEXT = 1_000_000  # characters of a file that the submission has written

FUTURE = 0
for _feature in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _feature).compiler_flag

LAZY = __future__.annotations.compiler_flag
"""With it a definition needs no name that stands only in its annotations."""

_ndarray = np.ndarray


class World:
    """The namespaces that the programs fill, and the objects that checks hold by a handle.

    Parameters
    ----------
    sock : socket.socket
        Where requests come from.
    setup : dict
        ``root``: the submission's folder; ``programs``: for each its ``module``, ``package``,
        ``path`` and ``folder``; ``siblings``: path -> index, label and Python of the modules that
        come along; ``salvage``, ``pictures``: whether to salvage, and to draw figures; ``real``:
        the libraries that nothing stands in for; ``output``, ``returned``: characters kept of what
        is printed, bytes of arrays in one answer; ``allowed``, ``refuse``: the libraries that may
        be imported, None for all, and whether others fail.
    sets : dict
        The data sets that can be served.
    """

    def __init__(self, sock: socket.socket, setup: dict[str, Any], sets: dict[str, Any]) -> None:
        self._sock = sock
        self._root = setup["root"]
        self._siblings: dict[str, tuple[int, str, str]] = setup["siblings"]
        self._salvages: bool = setup["salvage"]
        self._returned: int = setup["returned"]
        self._programs = [self._program(program) for program in setup["programs"]]
        self._loaded: list[ModuleType] = []
        self._objects: dict[int, Any] = {}
        self._files: dict[str, int] = {}
        self._output = Capture(setup["output"])
        self._imported: list[dict[str, Any]] = []
        self._said: list[tuple[str, str]] = []
        self._future = LAZY if self._salvages else 0
        first = self._programs[0]
        sys.modules["__main__"] = first
        sys.argv = [first.__name__]
        sys.stdout = sys.stderr = self._output
        builtins.input = _no_input
        self._clock = Clock()
        folders = list(dict.fromkeys([*(p["folder"] for p in setup["programs"]), ""]))
        others = sorted({str(Path(path).parent) for path in self._siblings} - {*folders, "."})
        package = any(program["package"] for program in setup["programs"])
        root = Path(self._root)
        siblings.install(root, folders, package, self._import)
        sys.path += [str(root / folder) for folder in others]
        self._folder = str(Path.cwd())
        standins.install(sets, setup["real"], self._say, self._folder)
        drift.install(self._say)
        self._figures = Figures(self._folder, setup["pictures"])
        self._figures.install()
        if setup["allowed"] is not None:
            own = {Path(path).stem for path in self._siblings}
            own |= {Path(path).parts[0] for path in self._siblings}
            allowed = {*setup["allowed"], *own}
            watch = policy.Watch(allowed, setup["refuse"], self._is_theirs, self._say)
            sys.meta_path.insert(0, watch)
        self._described: list[dict[str, Any]] = []

    def _program(self, program: dict[str, str]) -> ModuleType:
        name = program["module"]
        if name != "__main__" and name in sys.modules:  # a hand-in that is called numpy.py
            name += "_"
        module = ModuleType(name)
        namespace = vars(module)
        namespace["__builtins__"] = builtins
        namespace["display"] = print
        namespace["get_ipython"] = _Shell  # exported notebooks ask it for magics
        namespace["__package__"] = program["package"]
        if program["path"].endswith(".py"):
            namespace["__file__"] = str(Path(self._root, program["path"]))
        sys.modules[name] = module
        return module

    def serve(self, active: list[str]) -> None:
        """Answer requests until the grader closes the socket."""
        wire.send(self._sock, {"ready": active})
        while (request := wire.receive(self._sock)) is not None:
            header, body = request
            wire.send(self._sock, *self._answer(header, body))

    def _answer(self, request: dict[str, Any], body: memoryview) -> tuple[dict[str, Any], bytes]:
        max_text = MAX_FILE_TEXT if request["do"] == "file" else wire.MAX_TEXT
        encoder = wire.Encoder(self._keep, max_text, self._returned)
        # The number comes back: a fork of this process would answer a request twice.
        reply: dict[str, Any] = {"id": request["id"], "value": None, "error": None}
        arguments = [wire.decode(a, body, self._objects) for a in request.get("arguments", [])]
        try:
            # Encoding is inside the clock too: it walks objects that the student made.
            with self._clock.limit(request["seconds"]):
                encode = encoder.held if request.get("hold") else encoder.encode
                reply["value"] = encode(self._do(request, arguments))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's too
            encoder = wire.Encoder(self._keep, max_text, self._returned)
            reply["value"], reply["error"] = None, told(error, self._files)
        reply["figures"] = self._drawn(request, encoder)
        reply["changed"] = self._changed(request, arguments, body)
        reply["output"], reply["dropped"] = self._output.take()
        reply["imported"], self._imported = self._imported, []
        reply["said"], self._said = self._said[:MAX_SAID], []
        return reply, encoder.body

    def _do(self, request: dict[str, Any], arguments: list[Any]) -> Any:
        match request["do"]:
            case "cell":
                program = self._programs[request["program"]]
                place = request["name"], request["line"]
                self._run(program, request["index"], *place, request["source"])
                return None
            case "get":
                return self._target(request)
            case "set":
                owner = self._owner(request)
                if request.get("handle") is None:
                    owner = self._having(request["name"]) or owner
                setattr(owner, request["name"], arguments[0])
                return None
            case "call":
                target = self._target(request)
                if not callable(target):
                    raise NotCallable(wire.name(type(target)))
                names = request["keywords"]
                at = len(arguments) - len(names)
                return target(*arguments[:at], **dict(zip(names, arguments[at:], strict=True)))
            case "file":
                return artefacts.read(self._folder, request["name"])
            case "figures":
                return self._described
            case unknown:
                raise ValueError(f"no such request: {unknown}")

    def _run(self, module: ModuleType, index: int, name: str, line: int, source: str) -> None:
        """Run a part of a file, which begins at `line` of it."""
        self._files[name] = index
        if name not in linecache.cache:  # inspect.getsource and printed tracebacks look there
            lines = [*["\n"] * (line - 1), *source.splitlines(keepends=True)]
            linecache.cache[name] = (len(source), None, lines, name)
        code = compile(_placed(source, line), name, "exec", self._future, dont_inherit=True)
        self._future |= code.co_flags & FUTURE  # holds for the cells that follow, as in Jupyter
        exec(code, vars(module))

    def _import(self, module: ModuleType, path: str) -> None:
        """Run a module that the submission brings along."""
        if path not in self._siblings:  # one that it has written itself
            text = Path(self._root, path).read_text("utf-8", "replace")
            exec(compile(text, path, "exec", dont_inherit=True), vars(module))
            return
        self._loaded.append(module)
        index, label, python = self._siblings[path]
        record: dict[str, Any] = {"cell": index, "error": None, "ran": []}
        self._imported.append(record)
        future, self._future = self._future, LAZY if self._salvages else 0
        try:
            with self._clock.share(0.5):
                self._run(module, index, label, 1, python)
        except BaseException as error:
            record["error"] = told(error, self._files)
            if not self._salvages:
                raise
            with self._clock.share(0.5):
                record["ran"] = self._salvage(module, index, label, python, record["error"])
        finally:
            self._future = future

    def _salvage(
        self, module: ModuleType, index: int, label: str, python: str, error: dict[str, Any]
    ) -> list[int]:
        """Run what of a module has not run; return the lines of what did."""
        from .statements import rest

        at = [f["line"] for f in error["frames"] if f["cell"] == index and f["function"] is None]
        ran = []
        late = False
        for part in rest(python, at[0] if at else None):
            if late and not part.defines:
                continue
            try:
                self._run(module, index, label, part.first, part.text)
            except OutOfTime:
                late = True
                continue
            except BaseException:  # it is said once that the module failed
                continue
            ran.append(part.first)
        return ran

    def _is_theirs(self, file: str) -> bool:
        return file in self._files or file == "<string>"  # what they hand to exec

    def _say(self, kind: str, name: str) -> None:
        if (kind, name) not in self._said:
            self._said.append((kind, name[:200]))

    def _drawn(self, request: dict[str, Any], encoder: wire.Encoder) -> list[dict[str, Any]]:
        """Finish the figures that are open after a cell; return them as they are sent."""
        if request["do"] != "cell":
            return []
        try:
            with self._clock.limit(DRAWING):
                drawn = self._figures.take()
        except BaseException:  # drawing runs code that the student can have changed
            drawn = self._figures.take(draw=False)
        if self._figures.stood_in:
            self._say("module", "matplotlib")
        self._described += [description for description, _ in drawn]
        return [
            {**description, "pixels": None if pixels is None else encoder.encode(pixels)}
            for description, pixels in drawn
        ]

    def _owner(self, request: dict[str, Any]) -> Any:
        handle = request.get("handle")
        return self._programs[0] if handle is None else self._objects[handle]

    def _having(self, name: str) -> ModuleType | None:
        """Return the first of the programs, and of the modules they brought, that has a name."""
        return next((m for m in (*self._programs, *self._loaded) if name in vars(m)), None)

    def _target(self, request: dict[str, Any]) -> Any:
        name = request.get("name")
        if name is None:
            return self._owner(request)
        if request.get("handle") is None:
            module = self._having(name)
            if module is None:
                raise NoSuchName(name)
            return vars(module)[name]
        return getattr(self._owner(request), name)

    def _keep(self, value: Any) -> int:
        handle = len(self._objects)
        self._objects[handle] = value
        return handle

    def _changed(
        self, request: dict[str, Any], arguments: list[Any], body: memoryview
    ) -> list[list[Any]]:
        """Return the paths of the arrays among the arguments that the call has overwritten."""
        found: list[list[Any]] = []

        def walk(sent: dict[str, Any], now: Any, path: list[Any]) -> None:
            if sent["k"] == "array" and type(now) is _ndarray:
                raw = now.tobytes()
                if bytes(body[sent["at"] : sent["at"] + len(raw)]) != raw:
                    found.append(path)
            elif sent["k"] == "dict" and type(now) is dict:
                for key, value in sent["items"]:
                    if key["k"] == "str" and key["v"] in now:
                        walk(value, now[key["v"]], [*path, key["v"]])

        for position, (sent, now) in enumerate(
            zip(request.get("arguments", []), arguments, strict=True)
        ):
            walk(sent, now, [position])
        return found


class _Shell:
    """Stands where IPython is expected: takes every call and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_arguments, **_options: None


def _no_input(*_prompt: object) -> NoReturn:
    raise EOFError("input() was called, and nobody is there to type while grading")


def _placed(source: str, line: int) -> str | ast.Module:
    """Return what to compile so that the source begins at a line, in time that is its own."""
    return source if line == 1 else ast.increment_lineno(ast.parse(source), line - 1)
