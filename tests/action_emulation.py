"""Runs a composite action step by step, as GitHub's runner would.

Inputs and outputs of steps are substituted, each step gets its own files for outputs, summary,
environment, path and state, and scripts run in ``bash --noprofile --norc -e -o pipefail``. Steps
that use another action are recorded and not run.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import actions_runner as runner
import yaml

FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")


@dataclass
class Run:
    """What came of a run of the action."""

    outputs: dict[str, str] = field(default_factory=dict)
    code: int = 0
    log: str = ""
    summary: str = ""
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self):
        """Return what the runner executes of the log."""
        return runner.commands(self.log)


class Action:
    """A composite action, ready to be run in a workspace.

    Parameters
    ----------
    path : Path
        Its ``action.yml``.
    temp, workspace : Path
        ``RUNNER_TEMP`` and ``GITHUB_WORKSPACE``.
    environment : dict of str to str
        What the job's environment holds beside.
    """

    def __init__(self, path: Path, temp: Path, workspace: Path, environment: dict[str, str]):
        self.definition = yaml.safe_load(path.read_text("utf-8"))
        self.temp, self.workspace = temp, workspace
        self.environment = {
            **environment,
            "RUNNER_TEMP": str(temp),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_ACTION_PATH": str(path.parent),
            "GITHUB_ACTIONS": "true",
        }

    def run(self, skip: tuple[str, ...] = (), **given: str) -> Run:
        """Run all steps but those named in `skip`; `given` are the inputs, ``-`` written ``_``."""
        declared = self.definition["inputs"]
        inputs = {name: str(one.get("default", "")) for name, one in declared.items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        assert set(inputs) == set(declared)
        assert all(inputs[n] for n, one in declared.items() if one.get("required"))
        done, steps = Run(), {}
        for number, step in enumerate(self.definition["runs"]["steps"]):
            if step["name"] in skip:
                continue
            known = {"inputs": inputs, "steps": steps}
            if not _holds(step.get("if", "success()"), known, done.code == 0):
                continue
            if "uses" in step:
                values = {key: _filled(value, known) for key, value in step["with"].items()}
                done.used.append((step["uses"], values))
                steps[step.get("id", number)] = {"artifact-url": "the-artifact"}
                continue
            steps[step.get("id", number)] = self._step(step, known, done, number)
        for name, one in self.definition["outputs"].items():
            done.outputs[name] = _filled(one["value"], {"inputs": inputs, "steps": steps})
        return done

    def _step(self, step: dict[str, Any], known: Any, done: Run, number: int) -> dict[str, str]:
        folder = self.temp / "_runner_file_commands"
        folder.mkdir(exist_ok=True)
        files = {name: folder / f"{name.lower()}_{number}" for name in FILES}
        for file in files.values():
            file.write_bytes(b"")
        script = self.temp / f"step_{number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        assert step["shell"] == "bash"
        given = {name: _filled(value, known) for name, value in step.get("env", {}).items()}
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace / _filled(step.get("working-directory", "."), known),
            env={**self.environment, **{n: str(f) for n, f in files.items()}, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        done.code = done.code or ran.returncode
        done.log += ran.stdout.decode("utf-8", "replace")
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
            done.left[name] = done.left.get(name, "") + files[name].read_text("utf-8")
        return runner.outputs(files["GITHUB_OUTPUT"].read_text("utf-8"))


def _filled(text: Any, known: dict[str, Any]) -> str:
    """Substitute ``${{ inputs.NAME }}`` and ``${{ steps.ID.outputs.NAME }}``, and nothing else."""
    return re.sub(r"\$\{\{ ([^}]*) \}\}", lambda m: _value(m[1], known), str(text))


def _value(expression: str, known: dict[str, Any]) -> str:
    context, _, rest = expression.partition(".")
    if context == "inputs":
        return known["inputs"][rest]
    match = re.fullmatch(r"([\w-]+)\.outputs\.([\w-]+)", rest)
    assert context == "steps", expression
    assert match, expression
    return known["steps"].get(match[1], {}).get(match[2], "")


def _holds(condition: str, known: dict[str, Any], succeeded: bool) -> bool:
    terms = condition.removeprefix("${{ ").removesuffix(" }}").split(" && ")
    if not {"always()", "success()"} & set(terms):
        terms.append("success()")
    return all(_term(term, known, succeeded) for term in terms)


def _term(term: str, known: dict[str, Any], succeeded: bool) -> bool:
    if term in ("always()", "success()"):
        return succeeded or term == "always()"
    left, operator, right = re.fullmatch(r"(\S+) (==|!=) '(.*)'", term).groups()
    return (_value(left, known) == right) == (operator == "==")
