"""One worker's world: the student's module, and the answers to requests about it."""

from __future__ import annotations
import __future__

import builtins
import linecache
import signal
import socket
import sys
from types import FrameType, ModuleType
from typing import Any, NoReturn

import numpy as np

from . import wire
from .output import Capture

MAX_OUTPUT = 20_000  # characters kept of what one cell or call prints
MAX_MESSAGE = 2_000  # characters kept of an exception's text
MAX_FRAMES = 30

FUTURE = 0
for _feature in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _feature).compiler_flag

_arm = signal.setitimer
_ndarray = np.ndarray


class OutOfTime(BaseException):
    """Raised by the clock inside the student's code; no ``except Exception`` swallows it."""


class NoSuchName(Exception):
    """The submission defines no such name."""


class NotCallable(Exception):
    """What the check calls is not a function."""


class World:
    """The namespace that the cells fill, and the objects that checks hold by a handle.

    Parameters
    ----------
    sock : socket.socket
        Where requests come from.
    module : str
        The name that the submission runs under: ``__main__`` for a notebook.
    """

    def __init__(self, sock: socket.socket, module: str) -> None:
        self._sock = sock
        self._module = ModuleType(module)
        self._objects: dict[int, Any] = {}
        self._files: dict[str, int] = {}
        self._output = Capture(MAX_OUTPUT)
        self._running = False
        self._future = 0
        sys.modules["__main__"] = sys.modules[module] = self._module
        sys.argv = [module]
        sys.stdout = sys.stderr = self._output
        namespace = vars(self._module)
        namespace["__builtins__"] = builtins
        namespace["display"] = print
        namespace["get_ipython"] = _Shell  # exported notebooks ask it for magics
        if module != "__main__":
            namespace["__file__"] = f"{module}.py"
        builtins.input = _no_input
        signal.signal(signal.SIGALRM, self._ring)

    def serve(self, active: list[str]) -> None:
        """Answer requests until the grader closes the socket."""
        wire.send(self._sock, {"ready": active})
        while (request := wire.receive(self._sock)) is not None:
            header, body = request
            wire.send(self._sock, *self._answer(header, body))

    def _answer(self, request: dict[str, Any], body: memoryview) -> tuple[dict[str, Any], bytes]:
        encoder = wire.Encoder(self._keep)
        # The number comes back: a fork of this process would answer a request twice.
        reply: dict[str, Any] = {"id": request["id"], "value": None, "error": None, "changed": []}
        arguments = [wire.decode(a, body, self._objects) for a in request.get("arguments", [])]
        try:
            # Encoding is inside the clock too: it walks objects that the student made.
            try:
                self._running = True
                _arm(signal.ITIMER_REAL, request["seconds"])
                reply["value"] = encoder.encode(self._do(request, arguments))
            finally:
                self._running = False
                _arm(signal.ITIMER_REAL, 0)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's too
            encoder = wire.Encoder(self._keep)
            reply["value"], reply["error"] = None, self._told(error)
        reply["changed"] = self._changed(request, arguments, body)
        reply["output"], reply["dropped"] = self._output.take()
        return reply, encoder.body

    def _do(self, request: dict[str, Any], arguments: list[Any]) -> Any:
        match request["do"]:
            case "cell":
                self._run(request["index"], request["name"], request["source"])
                return None
            case "get":
                return self._target(request)
            case "set":
                owner = self._owner(request)
                setattr(owner, request["name"], arguments[0])
                return None
            case "call":
                target = self._target(request)
                if not callable(target):
                    raise NotCallable(wire.name(type(target)))
                return target(*arguments)
            case unknown:
                raise ValueError(f"no such request: {unknown}")

    def _run(self, index: int, name: str, source: str) -> None:
        self._files[name] = index
        # inspect.getsource and printed tracebacks find the lines here
        lines = source.splitlines(keepends=True)
        linecache.cache.setdefault(name, (len(source), None, lines, name))
        code = compile(source, name, "exec", self._future, dont_inherit=True)
        self._future |= code.co_flags & FUTURE  # holds for the cells that follow, as in Jupyter
        exec(code, vars(self._module))

    def _owner(self, request: dict[str, Any]) -> Any:
        handle = request.get("handle")
        return self._module if handle is None else self._objects[handle]

    def _target(self, request: dict[str, Any]) -> Any:
        name = request.get("name")
        if name is None:
            return self._owner(request)
        if request.get("handle") is None:
            try:
                return vars(self._module)[name]
            except KeyError:
                raise NoSuchName(name) from None
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

    def _told(self, error: BaseException) -> dict[str, Any]:
        try:
            return self._describe(error)
        except BaseException:  # an exception can be made of anything
            return {"kind": "error", "type": "Exception", "message": "", "frames": []}

    def _describe(self, error: BaseException) -> dict[str, Any]:
        kind = "error"
        if isinstance(error, OutOfTime):
            kind = "timeout"
        elif isinstance(error, MemoryError):
            kind = "memory"
        elif isinstance(error, NoSuchName):
            kind = "missing"
        elif isinstance(error, NotCallable):
            kind = "not callable"
        return {
            "kind": kind,
            "type": wire.name(type(error)),
            "message": _text_of(error),
            "frames": self._frames(error),
        }

    def _frames(self, error: BaseException) -> list[dict[str, Any]]:
        """Return the submission's own lines in the traceback, the innermost last."""
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename in self._files:
                function = None if code.co_name == "<module>" else code.co_name
                cell = self._files[code.co_filename]
                frames.append({"cell": cell, "line": trace.tb_lineno or 0, "function": function})
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename in self._files:
            cell, line = self._files[error.filename], error.lineno
            line = line if type(line) is int else 0
            frames.append({"cell": cell, "line": line, "function": None})
        return frames[-MAX_FRAMES:]

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        if self._running:
            self._running = False
            raise OutOfTime


def _text_of(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError):
            return str(error.msg)[:MAX_MESSAGE]
        if isinstance(error, KeyError):
            return f"no key {error}"[:MAX_MESSAGE]
        return str(error)[:MAX_MESSAGE]
    except BaseException:  # __str__ is the student's code as well
        return "(its message cannot be shown)"


class _Shell:
    """Stands where IPython is expected: takes every call and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_arguments, **_options: None


def _no_input(*_prompt: object) -> NoReturn:
    raise EOFError("input() was called, and nobody is there to type while grading")
