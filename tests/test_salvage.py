"""What stands before and after a failure in a cell counts."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT
from homework import BACKWARD, FORWARD, IMPORTS, SIGMOID, SOLUTION, write_notebook

from grader.course import Course
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.parent import WarmParent

REST = "".join((SIGMOID, FORWARD, BACKWARD))


@pytest.mark.parametrize(
    "first",
    [
        "import not_installed\nimport numpy as np",
        "import not_installed, numpy as np",
        "from not_installed import a, b\nfrom os import path, sep\nimport numpy as np",
        "x = undefined\nimport numpy as np",
        "import numpy as np\n1 / 0",
        "print 'Python 2'\nimport numpy as np",
        "import numpy as np\nwhile True:\n    pass",
        "while True:\n    pass\nimport numpy as np",
        "import numpy as np\nimport os\nos._exit(1)",
        "import numpy as np\nwhile True:\n    try:\n        while True: pass\n"
        "    except BaseException: pass",
    ],
)
def test_what_stands_around_a_failure_counts(submit, first):
    result = submit([first, *SOLUTION[1:]], cell=0.5)

    assert result.score == 20
    assert result.cells[0].state != "ran"


def test_definitions_around_a_syntax_error_count_and_the_report_says_so(submit):
    result = submit([IMPORTS, f"print 'start'\n{REST}\nprint 'end'"])

    assert result.score == 20
    assert result.cells[1].state == "error"
    assert "ran all the same" in result.cells[1].notes[-1]


@pytest.mark.parametrize(
    "first",
    [
        "def f(n):\n    return f(n + 1)\nf(0)",
        "from __future__ import division",
        "x = 1\nreturn x",
        "while True:\n    pass\nwhile True:\n    pass",
    ],
)
def test_definitions_after_any_failure_in_a_module_count(submit, first):
    assert submit(f"{IMPORTS}\n{first}\n{REST}", cell=0.5).score == 20


def test_a_definition_needs_no_name_that_stands_in_its_annotations_only(submit):
    annotated = SIGMOID.replace("(z)", "(z: torch.Tensor) -> nn.Module")

    assert submit([IMPORTS, annotated, FORWARD, BACKWARD]).score == 20


def test_definitions_after_an_endless_loop_in_a_module_count(submit):
    result = submit(f"{IMPORTS}\nwhile True:\n    pass\n{REST}", cell=0.5)

    assert result.score == 20


def test_a_failed_cell_says_its_failures_at_their_lines(submit):
    result = submit([*SOLUTION, "a = 1\nb = undefined\nc = 1 / 0\nprint(a)\nb.T\n[][a]"])

    assert (result.cells[4].state, result.cells[4].line) == ("error", 2)
    assert result.cells[4].output == "1\n"
    assert result.cells[4].notes == (
        "the statement on line 4 ran all the same",
        "line 3 failed too: ZeroDivisionError: division by zero",
        "line 6 failed too: IndexError: list index out of range",  # that of line 5 follows
    )


def test_functions_that_call_others_defined_in_later_cells_work(submit):
    assert submit([IMPORTS, BACKWARD, FORWARD, SIGMOID]).score == 20


def test_future_imports_hold_for_the_cells_that_follow(submit):
    cells = ["from __future__ import annotations", *SOLUTION, "def f(x: NotDefined): pass"]

    assert submit(cells).cells[5].state == "ran"


def test_a_course_can_ask_for_cells_that_run_as_a_whole(tmp_path):
    for name in ("assignments", "fixtures"):
        shutil.copytree(ROOT / name, tmp_path / name)
    toml = tmp_path / "assignments" / "backprop_mse" / "assignment.toml"
    toml.write_text(toml.read_text() + "\n[run]\nsalvage = false\n")
    cells = ["import not_installed\n" + IMPORTS, *SOLUTION[1:]]
    path = write_notebook(tmp_path / "a.ipynb", cells)
    with WarmParent() as parent:
        assignment = Course(tmp_path).assignment("backprop_mse")
        result = grade(read_submission(path), assignment, parent)

    assert result.score == 0
