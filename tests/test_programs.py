"""Folders, packages, other names and late definitions, graded from end to end."""

from __future__ import annotations

import zipfile

import pytest
from conftest import ROOT
from homework import (
    BACKWARD,
    FORWARD,
    IMPORTS,
    SIGMOID,
    SOLUTION,
    quantities,
    verdicts,
    write_notebook,
)

from grader.course import find_course
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent

CODE = "\n".join(SOLUTION)


@pytest.fixture
def graded(tmp_path):
    """Return a function that lays out files in a folder and grades one of them, or the folder."""

    def graded(files, main="", adapter=None, **limits):
        for name, text in files.items():
            path = tmp_path / "hand-in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        assignment = find_course(ROOT).assignment("backprop_mse")
        submission = read_submission(tmp_path / "hand-in" / main)
        with WarmParent() as parent:
            return grade(submission, assignment, parent, Limits(**limits), adapter)

    return graded


def all_right(result):
    return set(verdicts(result).values()) == {"correct"}


def cell(result, label):
    return next(cell for cell in result.cells if cell.label == label)


def test_a_package_with_relative_imports_is_graded(graded):
    result = graded(
        {
            "net/__init__.py": "",
            "net/maths.py": IMPORTS + SIGMOID,
            "net/main.py": "from .maths import *\nfrom . import maths\n" + FORWARD + BACKWARD,
        }
    )
    assert all_right(result)
    assert [c.label for c in result.cells] == ["net/main.py", "net/maths.py"]


def test_relative_imports_at_the_top_of_the_folder_work_too(graded):
    files = {"maths.py": IMPORTS + SIGMOID, "hw.py": "from .maths import *" + FORWARD + BACKWARD}
    assert all_right(graded(files))


def test_modules_in_another_folder_than_the_program_are_found(graded):
    files = {"src/maths.py": IMPORTS + SIGMOID, "hw.py": "from maths import *" + FORWARD + BACKWARD}
    assert all_right(graded(files))


def test_functions_spread_over_files_that_do_not_know_one_another_are_all_found(graded):
    files = {
        "a_forward.py": IMPORTS + SIGMOID + FORWARD,
        "b_backward.py": IMPORTS + "\nfrom a_forward import forward_propagation\n" + BACKWARD,
        "c_extra.py": "raise RuntimeError('this file is not needed')",
    }
    result = graded(files)
    assert all_right(result)
    assert "Run here: b_backward.py, with the modules that it imports" in result.notes


def test_a_sibling_that_fails_gives_what_stands_around_the_failure(graded):
    maths = "import torch\n" + IMPORTS + SIGMOID + "\nraise ValueError('stop')\n" + FORWARD
    result = graded({"maths.py": maths, "hw.py": "from maths import *\n" + BACKWARD})
    assert all_right(result)
    assert cell(result, "maths.py").state == "error"
    assert "No module named 'torch'" in cell(result, "maths.py").message
    assert cell(result, "hw.py").state == "ran"


def test_a_stale_pyc_beside_a_module_is_nothing(graded):
    files = {
        "maths.py": IMPORTS + SIGMOID,
        "maths.pyc": b"\x03\xf3\r\n" + bytes(100),
        "__pycache__/maths.cpython-311.pyc": b"\x03\xf3\r\n" + bytes(100),
        "hw.py": "from maths import *\n" + FORWARD + BACKWARD,
    }
    assert all_right(graded(files))


def test_two_modules_that_import_each_other_work_as_in_python(graded):
    files = {
        "one.py": IMPORTS + SIGMOID + "\nimport two\n" + FORWARD,
        "two.py": "import one\n" + IMPORTS,
        "hw.py": "from one import *\n" + BACKWARD,
    }
    assert all_right(graded(files))


def test_a_sibling_that_trains_for_ever_is_stopped_and_its_definitions_count(graded):
    maths = IMPORTS + "\nwhile True:\n    pass\n" + SIGMOID
    result = graded(
        {"maths.py": maths, "hw.py": "from maths import *\n" + FORWARD + BACKWARD}, cell=2
    )
    assert all_right(result)
    assert cell(result, "maths.py").state == "timeout"


def test_a_zip_is_graded_as_its_folder(graded, tmp_path):
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        archive.writestr("alice/maths.py", IMPORTS + SIGMOID)
        archive.writestr("alice/hw.py", "from maths import *\n" + FORWARD + BACKWARD)
    assert all_right(graded({}, main=tmp_path / "alice.zip"))


def test_a_lone_notebook_gets_the_modules_beside_it(graded, tmp_path):
    (tmp_path / "hand-in").mkdir()
    write_notebook(tmp_path / "hand-in" / "hw.ipynb", ["from maths import *", FORWARD, BACKWARD])
    result = graded({"maths.py": IMPORTS + SIGMOID, "other.py": "x = 1"}, main="hw.ipynb")
    assert all_right(result)
    assert "other.py" not in [c.label for c in result.cells]


def test_files_that_came_along_can_be_read_and_written_in_a_copy(graded, tmp_path):
    main = CODE + "\nassert open('notes.txt').read() == 'one'\nopen('notes.txt', 'w').write('two')"
    result = graded({"hw.py": main, "notes.txt": "one"})
    assert cell(result, "hw.py").state == "ran"
    assert (tmp_path / "hand-in" / "notes.txt").read_text() == "one"


def test_another_name_with_the_same_parameters_is_used_and_said(graded):
    text = BACKWARD.replace("back_propagation(X, Y_T, weights)", "bp(X, Y_T, weights)")
    result = graded({"hw.py": CODE.replace(BACKWARD, text.replace("def bp", "def backprop"))})
    assert all_right(result)
    note = "backprop has the parameters of back_propagation and almost its name: used instead"
    assert f"back_propagation is not defined. {note}" in result.notes


def test_between_two_similar_names_nothing_is_chosen_and_both_are_named(graded):
    text = BACKWARD.replace("back_propagation", "backprop")
    result = graded({"hw.py": CODE.replace(BACKWARD, text + text.replace("backprop", "backward"))})
    assert verdicts(result)["dW1"] == "missing"
    assert verdicts(result)["Y"] == "correct"
    messages = [q.message for check in result.checks for q in check.quantities]
    assert any("backprop and backward could be meant" in message for message in messages)


def test_an_adapter_beside_the_submission_gives_names_order_and_returns(graded):
    text = BACKWARD.replace("back_propagation(X, Y_T, weights)", "learn(w, batch, X, Y_T)")
    text = text.replace("'b2': dLdb2}, L", "'b2': dLdb2}").replace("return {", "return L, {")
    text = text.replace("weights", "w")
    adapter = """
    [names]
    back_propagation = "learn"
    [arguments]
    back_propagation = ["weights", 64, "X", "Y_T"]
    [returns]
    back_propagation = ["L", "gradients"]
    """
    result = graded({"hw.py": CODE.replace(BACKWARD, text), "adapter.toml": adapter})
    assert all_right(result)
    assert "back_propagation is learn here, as the adapter says" in result.notes


def test_an_adapter_that_names_no_argument_of_the_assignment_is_said_to(graded):
    adapter = '[arguments]\nback_propagation = ["W", "X", "Y_T"]'
    result = graded({"hw.py": CODE, "adapter.toml": adapter})
    assert all_right(result)
    assert any("W is none of the arguments of back_propagation" in note for note in result.notes)


def test_what_a_name_means_already_is_kept_until_its_later_definition_comes(submit):
    first = "def version(): return 1\nsigmoid\nprint(version())"
    later = "def version(): return 2\nprint(version())"
    result = submit([IMPORTS, first, SIGMOID, FORWARD, BACKWARD, later])
    assert all_right(result)
    assert [cell.output for cell in result.cells if cell.output] == ["1\n", "2\n"]


def test_an_adapter_in_python_is_one_more_cell(graded):
    text = BACKWARD.replace("back_propagation(X, Y_T, weights)", "learn(weights, X, Y_T)")
    adapter = "def back_propagation(X, Y_T, weights):\n    return learn(weights, X, Y_T)"
    result = graded({"hw.py": CODE.replace(BACKWARD, text), "hw.adapter.py": adapter}, main="hw.py")
    assert all_right(result)


def test_a_wrong_adapter_costs_only_itself(graded):
    result = graded({"hw.py": CODE, "adapter.toml": "[nmaes]"})
    assert all_right(result)
    assert any("this adapter cannot be read" in note for note in result.notes)


def test_a_name_that_a_later_cell_defines_is_taken_from_there(submit):
    use = "print(sigmoid(np.zeros(1)))\nx = 1"
    result = submit([IMPORTS, use, SIGMOID, FORWARD, BACKWARD])
    assert all_right(result)
    assert result.cells[1].state == "ran"
    assert result.cells[1].notes == (
        "sigmoid is used here and defined in code cell 3: taken from there; move it up",
    )


def test_a_function_that_is_defined_twice_is_said_and_the_last_one_counts(submit):
    wrong = SIGMOID.replace("np.exp(-z)", "np.exp(z)")
    result = submit([IMPORTS, wrong, SIGMOID, FORWARD, BACKWARD])
    assert all_right(result)
    assert (
        "sigmoid is defined 2 times (code cell 2, line 1 and code cell 3, line 1): "
        "the last one counts"
    ) in result.notes


def test_an_object_in_the_place_of_a_tuple_is_called_by_its_type(submit):
    forward = FORWARD.replace("return Y, Z2, H, Z1", "return Layers(Y, Z2, H, Z1)")
    assert forward != FORWARD
    layers = "from dataclasses import make_dataclass\nLayers = make_dataclass('Layers', 'abcd')"
    result = submit([IMPORTS, layers, SIGMOID, forward, BACKWARD])
    missing = quantities(result)["Z1"]
    assert missing.verdict == "missing"
    assert "should return 4 values (Y, Z2, H, Z1), and returned a Layers" in missing.message


def test_cells_that_train_for_ever_share_one_budget(submit):
    loops = ["while True:\n    pass"] * 3
    result = submit([*SOLUTION, *loops], cell=3, training=2)
    assert all_right(result)
    assert [c.state for c in result.cells[-3:]] == ["timeout"] * 3
    assert any("took more than 2 seconds" in note for note in result.notes)


def test_names_that_numpy_has_lost_cost_nothing_and_are_said(submit):
    result = submit([IMPORTS, "x = np.float(3)\nassert x == 3.0", *SOLUTION[1:]])
    assert all_right(result)
    assert result.cells[1].state == "ran"
    assert any("np.float was removed in NumPy 1.24" in note for note in result.notes)
