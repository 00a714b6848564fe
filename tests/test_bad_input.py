"""Whatever a submission does, it ends in a sentence, and the rest of it is graded."""

from __future__ import annotations

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
    with_backward,
    with_forward,
)

from grader.fixtures import read_inputs
from grader.results import to_json

GRADIENTS = ("L", "dW1", "db1", "dW2", "db2")
FORWARDS = ("Z1", "H", "Z2", "Y")


def test_a_right_submission_gets_full_marks(submit):
    result = submit(SOLUTION)

    assert set(verdicts(result).values()) == {"correct"}
    assert (result.score, result.max_score, result.status) == (20, 20, "graded")
    assert not result.causes


def test_a_module_is_graded_like_a_notebook(submit):
    assert submit("\n".join(SOLUTION)).score == 20


def test_a_syntax_error_in_one_cell_costs_what_that_cell_defines(submit):
    result = submit([IMPORTS, SIGMOID, FORWARD, BACKWARD + "\n    print 'done'"])

    assert [verdicts(result)[q] for q in FORWARDS] == ["correct"] * 4
    assert [verdicts(result)[q] for q in GRADIENTS] == ["missing"] * 5
    message = quantities(result)["L"].message
    assert "back_propagation is not defined: code cell 4" in message
    assert "SyntaxError" in message
    lines = result.cells[3].source.splitlines()
    assert lines[result.cells[3].line - 1] == "    print 'done'"


def test_a_missing_function_is_named_and_costs_only_itself(submit):
    result = submit([IMPORTS, SIGMOID, FORWARD])

    assert quantities(result)["dW1"].message == (
        "back_propagation is not defined anywhere in the submission"
    )
    assert result.score == 5


@pytest.mark.parametrize(
    ("sigmoid", "words"),
    [
        ("def sigmoid(z, w):\n    return z", "missing 1 required positional argument: 'w'"),
        ("sigmoid = 3.5", "should be a function and is a value of type float"),
        ("def sigmoid(z):\n    return None", "is None, expected an array of shape (13,)"),
        ("def sigmoid(z):\n    return 'text'", "is text, expected an array"),
        ("def sigmoid(z):\n    return 0.5", "is one number, expected (13,)"),
        ("def sigmoid(z):\n    return (1/(1+np.exp(-z))).reshape(-1, 1)", "has shape (13, 1)"),
        ("def sigmoid(z):\n    return list(1/(1+np.exp(-z)))", "is a list of 13 values"),
        ("def sigmoid(z):\n    return (1/(1+np.exp(-z))).astype(object)", "its dtype is O"),
        ("def sigmoid(z):\n    return z.astype(str)", "its dtype is U"),
        ("def sigmoid(z):\n    return z * np.nan", "13 of 13 values are not finite"),
        ("def sigmoid(z):\n    return np.where(z > 5, np.inf, 1/(1+np.exp(-z)))", "not finite"),
        ("def sigmoid(z):\n    return 1/(1+np.exp(-z)) + 0j", "has dtype complex128"),
        ("def sigmoid(z):\n    return (1/(1+np.exp(-z))).astype('f2')", "has dtype float16"),
        ("def sigmoid(z):\n    return np.broadcast_to(1.0, 10**10 // 8)", "too large to compare"),
        ("def sigmoid(z):\n    return np.ma.masked_array(z, z > 0)", "masked arrays"),
        ("def sigmoid(z):\n    return lambda: z", "is a function, expected an array"),
        ("def sigmoid(z):\n    return 10**400", "more than 64 bits"),
        ("def sigmoid(z):\n    x = []\n    x.append(x)\n    return x", "is a list of 1 value"),
        ("def sigmoid(z):\n    return sigmoid(z)", "RecursionError"),
        ("def sigmoid(z):\n    import sys\n    sys.exit()", "called sys.exit()"),
        ("def sigmoid(z):\n    return input('z? ')", "nobody is there to type"),
        ("def sigmoid(z):\n    raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def sigmoid(z):\n    return np.zeros(10**10)", "needs more memory"),
        ("def sigmoid(z):\n    import os\n    os._exit(0)", "ended the whole Python process"),
        ("def sigmoid(z):\n    import os\n    os.abort()", "(signal SIGABRT)"),
        ("def sigmoid(z):\n    import os\n    os.closerange(3, 99)", "ended"),
    ],
)
def test_what_a_function_returns_or_raises_is_said_and_the_rest_is_graded(submit, sigmoid, words):
    result = submit([IMPORTS, sigmoid, *_with_own_sigmoid()])

    assert words in quantities(result)["S"].message
    assert verdicts(result)["S"] != "correct"
    assert result.score == 19


def _with_own_sigmoid() -> tuple[str, str]:
    """Return the other functions so that they do not need the spoilt one."""
    own = "1 / (1 + np.exp(-{}))"
    forward = FORWARD.replace("sigmoid(Z1)", own.format("Z1"))
    return forward.replace("sigmoid(Z2)", own.format("Z2")), BACKWARD


def test_a_returned_tuple_of_the_wrong_length_says_what_was_asked_for(submit):
    result = submit(with_forward("return Y, Z2, H, Z1", "return Y, Z2"))

    assert quantities(result)["H"].message == (
        "forward_propagation should return 4 values (Y, Z2, H, Z1), and returned "
        "a tuple of 2 values"
    )


def test_a_missing_key_costs_one_gradient_and_an_extra_key_nothing(submit):
    result = submit(with_backward("'b1': dLdb1", "'bias1': dLdb1"))

    assert verdicts(result)["db1"] == "missing"
    assert "without the key 'b1'" in quantities(result)["db1"].message
    assert result.score == 17


def test_something_else_than_a_dictionary_costs_the_gradients_and_says_so(submit):
    result = submit(with_backward("return {'W1'", "return [1, 2], L\n    return {'W1'"))

    assert "should return a dictionary with the keys W1, b1, W2 and b2; there is a list" in (
        quantities(result)["dW1"].message
    )


def test_an_endless_loop_in_a_call_costs_its_check_and_no_other(submit):
    result = submit(
        [IMPORTS, SIGMOID, FORWARD, BACKWARD.replace("N =", "while True: pass\n    N =")], call=0.5
    )

    assert [verdicts(result)[q] for q in FORWARDS] == ["correct"] * 4
    assert {verdicts(result)[q] for q in GRADIENTS} == {"timeout"}
    assert "still running after 0.5 seconds" in quantities(result)["L"].message


def test_a_loop_that_swallows_every_exception_is_killed(submit):
    stubborn = """
def sigmoid(z):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
    result = submit([IMPORTS, stubborn, *_with_own_sigmoid()], call=0.3)

    assert verdicts(result)["S"] == "timeout"
    assert result.score == 19


def test_an_endless_cell_is_stopped_and_the_following_cells_run(submit):
    result = submit([IMPORTS, "while True: pass", SIGMOID, FORWARD, BACKWARD], cell=0.3)

    assert result.cells[1].state == "timeout"
    assert result.score == 20


@pytest.mark.parametrize(
    ("cell", "state", "words"),
    [
        ("import tensorflow_that_is_not_there", "error", "ModuleNotFoundError"),
        ("import sys\nsys.exit(3)", "error", "sys.exit() ended the cell: 3"),
        ("import os\nos._exit(0)", "crash", "(exit code 0)"),
        ("x = input()", "error", "nobody is there to type"),
        ("def f(): return f()\nf()", "error", "RecursionError"),
        ("raise SystemExit", "error", "sys.exit() ended the cell"),
        ("x = 'a' * (1 << 40)", "memory", "more memory"),
        ("%%bash\nrm -rf x", "ran", None),
        ("!pip install numpy\nx = 1", "ran", None),
        ("np.dot = None", "ran", None),
        ("import builtins\nbuiltins.len = None", "crash", "ended the whole Python process"),
        ("import sys\nsys.stdout = None", "ran", None),
    ],
)
def test_a_cell_that_does_harm_to_itself_costs_no_points(submit, cell, state, words):
    result = submit([*SOLUTION, cell])

    assert result.cells[4].state == state
    assert words is None or words in result.cells[4].message
    assert result.score == 20


def test_a_hundred_megabytes_of_output_are_cut(submit):
    result = submit([*SOLUTION, "for _ in range(100): print('x' * 1_000_000)", "print('after')"])

    assert len(result.cells[4].output) < 25_000
    assert "characters more" in result.cells[4].output
    assert result.cells[5].output == "after\n"
    assert result.score == 20


def test_errors_raised_by_numpy_on_demand_are_the_submissions_own(submit):
    result = submit([*SOLUTION, "np.seterr(all='raise')"])

    assert result.score == 20


def test_a_function_that_overwrites_its_arguments_is_told_and_spoils_no_other_call(submit):
    result = submit(with_backward("N = X.shape[0]", "N = X.shape[0]; weights['W1'] *= 1"))
    assert not result.notes

    result = submit(with_backward("return {'W1'", "weights['W1'] *= 2; X += 1; return {'W1'"))

    assert result.score == 20
    notes = " ".join(result.notes)
    assert "back_propagation changes its argument X in place" in notes
    assert "weights['W1']" in notes


def test_no_check_sees_what_another_check_has_left_behind(submit):
    counting = SIGMOID.replace(
        "    return", "    calls.append(1)\n    assert len(calls) < 20\n    return"
    )
    result = submit([IMPORTS, "calls = []" + counting, FORWARD, BACKWARD])

    # each check calls sigmoid up to 10 times; together they are above 20
    assert result.score == 20


def test_all_checks_run_even_if_one_of_them_crashes_the_worker(submit):
    result = submit(with_forward("return Y", "import os; os.kill(os.getpid(), 9)\n    return Y"))

    assert verdicts(result)["S"] == "correct"
    assert {verdicts(result)[q] for q in (*FORWARDS, *GRADIENTS)} == {"crash"}
    assert len(result.causes) == 2  # one for each function that the checks called


def test_a_submission_that_uses_up_its_time_is_graded_as_far_as_it_came(submit):
    result = submit([*SOLUTION, "while True: pass", "late = 1"], cell=60, submission=1.0)

    assert result.status == "partial"
    assert result.cells[4].state == "timeout"
    assert result.cells[5].state == "skipped"
    assert {q.verdict for q in quantities(result).values()} == {"blocked"}


def test_a_gradient_that_is_zero_on_one_case_and_not_on_others_is_judged(submit):
    # b2 is 0 in the handout and not elsewhere
    result = submit(with_backward("'b2': dLdb2", "'b2': weights['b2']"))

    assert verdicts(result)["db2"] == "wrong"
    assert result.score == 17


def test_values_near_the_largest_number_are_wrong_and_nothing_else(submit):
    result = submit(with_backward("'b1': dLdb1", "'b1': dLdb1 * 1e308"))

    assert verdicts(result)["db1"] == "wrong"


@pytest.mark.parametrize(
    "cell",
    [
        "print('name: \\udce9')",
        "raise ValueError('\\udce9')",
        "print('\\x00\\x1b[31m \\u202e')",
        "import shutil, os\nshutil.rmtree(os.path.dirname(os.getcwd()))",
        "x = get_ipython().run_line_magic('matplotlib', 'inline')",
        "raise SyntaxError('x', ([], 1, 1, ''))",
        "raise SyntaxError('x', ('code cell 5', 'abc', 1, ''))",
        "import subprocess\nsubprocess.Popen(['sleep', '99'], start_new_session=True)",
        "np.prod = np.ndarray = np.array = None",
    ],
)
def test_a_cell_that_attacks_what_is_around_it_costs_nothing(submit, cell):
    result = submit([*SOLUTION[:1], cell, *SOLUTION[1:]])

    assert (result.score, result.status) == (20, "graded")


def test_a_function_that_forks_gets_no_other_functions_answers(submit):
    forking = SIGMOID.replace("    return", "    import os; os.fork()\n    return")
    result = submit([IMPORTS, forking, *_with_own_sigmoid()])

    assert verdicts(result)["S"] in ("correct", "crash", "error")  # walls refuse the fork
    assert {v for q, v in verdicts(result).items() if q != "S"} == {"correct"}


def test_who_ends_the_process_that_starts_workers_harms_only_himself(submit):
    result = submit([*SOLUTION, "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"])

    assert result.status == "graded"
    assert len(result.cells) == 5


@pytest.mark.parametrize(
    "entry",
    [
        "'history': [0.5] * 25_000, 'W1'",
        "'log': list(range(100_000)), 'W1'",
        "'deep': [[[i] for i in range(50)] for _ in range(400)], 'W1'",
        "'text': 'x' * 10_000_000, 'W1'",
        "'net': object(), 'f': len, 'W1'",
    ],
)
def test_whatever_else_is_in_the_dictionary_the_gradients_count(submit, entry):
    assert submit(with_backward("{'W1'", "{" + entry)).score == 20


def test_keys_that_are_numpy_strings_count(submit):
    names = "dict(zip(np.array(['W1', 'b1', 'W2', 'b2']), (dLdW1, dLdb1, dLdW2, dLdb2)))"
    cells = with_backward("{'W1': dLdW1, 'b1': dLdb1, 'W2': dLdW2, 'b2': dLdb2}", names)

    assert submit(cells).score == 20


def test_slow_cells_run_once_and_cost_no_check(submit):
    slow = "import time\ntime.sleep(1.2)"
    result = submit([*SOLUTION, slow, slow, "while True: pass"], cell=1.5, submission=8.0)

    assert result.score == 20
    assert any("ran once" in note for note in result.notes)


def test_a_module_knows_its_file(submit):
    assert submit("import os\nhere = os.path.dirname(__file__)\n" + "\n".join(SOLUTION)).score == 20


def test_a_right_list_is_said_to_be_a_right_list(submit):
    result = submit(with_backward("'W1': dLdW1", "'W1': dLdW1.tolist()"))

    (cause,) = result.causes
    assert cause.text == "dW1 is a list. Its values are right."


def test_a_pattern_on_some_cases_says_on_which(submit):
    result = submit(with_backward("'W1': dLdW1", "'W1': dLdW1 * (3.7 if N == 64 else 1)"))

    (cause,) = result.causes
    assert cause.text == "dW1 is 3.7 times the right value. It happens on sixty-four-rows."


def test_a_constant_is_not_called_n_where_other_cases_show_that_it_is_not(submit):
    result = submit(with_backward("'W1': dLdW1", "'W1': dLdW1 * (64 if N == 64 else 1)"))

    (cause,) = result.causes
    assert cause.text.startswith("dW1 is 64 times the right value.")


@pytest.mark.parametrize(
    "spoilt",
    [
        "raise ValueError(str(X))",
        "raise type(f'E{X[0, 0]}', (Exception,), {})",
        "assert N > 100, f'bad labels {Y_T} {X}'",
        "return {f'{X[0, 0]}': 1, 'W1': 1}, 1",
        "return {f'{X[0, 0]}': 1}",
        "return type(f'E{X[0, 0]}', (), {})(), 1",
        "return {'W1': type(f'E{X[0, 0]}', (), {})()}, 1",
        "int(str(X[0, 0]))",
        "exec(f'def f{int(abs(X[0,0])*1e6)}(): 1/0\\nf{int(abs(X[0,0])*1e6)}()')",
    ],
)
def test_inputs_of_hidden_cases_do_not_reach_the_result(submit, spoilt):
    inputs = read_inputs(ROOT / "fixtures" / "backprop_mse")
    digits = str(abs(inputs["seven-rows"]["X"][0, 0])).replace(".", "")[1:7]
    result = submit(with_backward("N = X.shape[0]", f"N = X.shape[0]\n    if N < 1000: {spoilt}"))

    assert result.score <= 12.5
    assert digits not in to_json(result).decode().replace(".", "")
