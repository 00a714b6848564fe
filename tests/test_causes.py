"""Submissions with known bugs, through the whole of `grade`: the cause and not the symptom."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import ROOT
from homework import SOLUTION, quantities, verdicts, with_backward, with_forward

from grader import fixtures
from grader.audit import _bench as bench_of
from grader.course import Course, find_course
from grader.judge import Scoring, judge
from grader.outcomes import replacements

GRADIENTS = ["dW1", "db1", "dW2", "db2"]


def ids(result):
    return [cause.id for cause in result.causes]


def test_a_forgotten_mean_is_one_cause_for_all_gradients(submit):
    result = submit(with_backward("(Y - Y_T) / N * Y", "(Y - Y_T) * Y"))

    assert ids(result) == ["no_mean"]
    assert result.causes[0].explains == tuple(f"backward.{q}" for q in GRADIENTS)
    assert [verdicts(result)[q] for q in GRADIENTS] == ["mistake"] * 4
    assert result.score == 5 + 3 + 4 * 3 * 0.5


def test_a_slip_in_the_forward_pass_does_not_cost_the_backward_marks(submit):
    result = submit(with_forward(" + weights['b2']", ""))

    assert ids(result) == ["no_output_bias"]
    assert verdicts(result)["Z2"] == "mistake"
    assert {verdicts(result)[q] for q in ["Y", "L", *GRADIENTS]} == {"carried"}
    assert "right, given your Y" in quantities(result)["dW1"].message
    assert "backward.dW1" in result.causes[0].explains
    # b2 is zero in the handout: only the hidden half of one point is lost by half
    assert result.score == 20 - 0.5 * 0.5


def test_an_unknown_error_in_the_forward_pass_is_carried_too(submit):
    result = submit(with_forward("Z1 = X", "Z1 = 0.1 + 1.3 * X"))

    assert verdicts(result)["Z1"] == "wrong"
    assert {verdicts(result)[q] for q in ["H", "Z2", "Y", "L", *GRADIENTS]} == {"carried"}
    assert result.score == 19


def test_zeros_that_follow_from_zeros_earn_nothing(submit):
    # With H = 0 every gradient but db2 is zero: no method is shown by handing in zeros
    cells = list(with_forward("H = sigmoid(Z1)", "H = 0 * Z1"))
    zeros = "{'W1': np.zeros((3, 2)), 'b1': np.zeros(3), 'W2': np.zeros(3), 'b2': dLdb2}"
    cells[3] = cells[3].replace("{'W1': dLdW1, 'b1': dLdb1, 'W2': dLdW2, 'b2': dLdb2}", zeros)
    result = submit(cells)

    assert {verdicts(result)[q] for q in ["dW1", "db1", "dW2"]} == {"wrong"}


@pytest.mark.parametrize("size", ["1e50", "1e9", "0.5"])
def test_gradients_made_to_fit_constants_are_not_carried(submit, size):
    forward = f"""
def forward_propagation(X, weights):
    N = len(X)
    return np.full(N, {size}), np.zeros(N), np.full((N, 3), .5), np.zeros((N, 3))
"""
    backward = f"""
def back_propagation(X, Y_T, weights):
    d = {size} * {size} * (1 - {size})
    b1 = .25 * d * weights['W2']
    W1 = np.outer(b1, X.mean(axis=0))
    return {{'W1': W1, 'b1': b1, 'W2': np.full(3, .5 * d), 'b2': d}}, {size} ** 2 / 2
"""
    result = submit([*SOLUTION[:2], forward, backward])

    assert result.score <= 2
    assert "carried" not in {verdicts(result)[q] for q in ["L", *GRADIENTS]}


def test_another_activation_with_its_own_derivative_is_one_mistake(submit):
    cells = list(with_forward("H = sigmoid(Z1)", "H = np.tanh(Z1)"))
    cells[3] = cells[3].replace("* H * (1 - H)", "* (1 - H**2)")
    result = submit(cells)

    assert ids(result) == ["hidden_tanh"]
    assert {verdicts(result)[q] for q in ["Z2", "Y", "L", *GRADIENTS]} == {"carried"}


def test_gradients_of_an_invented_loss_are_not_carried(submit):
    # a slip in the forward pass, and a loss whose derivatives need no network at all
    cells = list(with_forward("Z1 = X", "Z1 = 0.1 + 1.3 * X"))
    ones = "{'W1': np.ones((3, 2)), 'b1': np.ones(3), 'W2': np.ones(3), 'b2': 1.0}"
    total = "sum(np.sum(w) for w in weights.values())"
    cells[3] = cells[3].replace("    return", f"    return {ones}, {total}\n    return")
    result = submit(cells)

    assert {verdicts(result)[q] for q in ["L", *GRADIENTS]} == {"wrong"}


def test_a_quantity_that_is_wrong_in_another_way_hides_no_cause(bench):
    # H is computed from a Z1 with a known mistake, but the Z1 handed in is another one
    made = [r for r in bench.solution.mistakes if r.id == "hidden_bias_twice"]
    observed = {q: {} for q in bench.graded}
    for case in bench.cases:
        for quantity, value in bench._observe(case, made).items():
            observed[quantity][case.name] = 1.01 * value if quantity == "Z1" else value
    arguments = (bench.quantities, observed, bench.cases, Scoring())

    for solution in (None, lambda: bench.solution):
        found = judge(*arguments, solution, lambda: bench.stored)
        assert all(cause.explains for cause in found.causes)


def test_a_zero_that_is_exactly_right_on_one_case_is_carried(submit):
    # T is 1 in the case of one row, so that L is 0 there, given Y = 1
    result = submit(with_forward("Y = sigmoid(Z2)", "Y = np.where(Z2 > 0, 1.0, 0.5)"))

    assert verdicts(result)["L"] == "carried"


def test_a_backward_pass_of_its_own_is_judged_by_itself(submit):
    # back_propagation repeats the forward pass without the slip of forward_propagation
    own = "1 / (1 + np.exp(-({})))"
    forward = f"""Z1 = X @ weights['W1'].T + weights['b1']
    H = {own.format("Z1")}
    Y = {own.format("H @ weights['W2'] + weights['b2']")}"""
    backward = with_backward("Y, Z2, H, Z1 = forward_propagation(X, weights)", forward)[3]
    spoilt = with_forward(" + weights['b1']", "")[2]
    result = submit([*SOLUTION[:2], spoilt, backward])

    assert {verdicts(result)[q] for q in ["L", *GRADIENTS]} == {"correct"}
    assert ids(result) == ["no_hidden_bias"]

    no_mean = backward.replace("(Y - Y_T) / N * Y", "(Y - Y_T) * Y")
    result = submit([*SOLUTION[:2], spoilt, no_mean])
    assert sorted(ids(result)) == ["no_hidden_bias", "no_mean"]


def test_two_mistakes_are_two_causes(submit):
    cells = list(with_backward("(Y - Y_T) / N * Y", "(Y - Y_T) * Y"))
    cells[3] = cells[3].replace(" * H * (1 - H)", "")
    result = submit(cells)

    assert sorted(ids(result)) == ["no_hidden_derivative", "no_mean"]
    explained = {cause.id: cause.explains for cause in result.causes}
    assert explained["no_hidden_derivative"] == ("backward.dW1", "backward.db1")


def test_a_mistake_on_the_way_to_one_gradient_is_not_said_of_the_others(submit):
    result = submit(with_backward("dLdb1 = dLdZ1", "dLdb1 = np.outer(dLdZ2, weights['W2'])"))

    (cause,) = result.causes
    assert cause.id == "no_hidden_derivative"
    assert cause.text.startswith("In db1 alone: ")
    assert verdicts(result)["dW1"] == "correct"


def test_zeros_are_not_taken_for_a_mistake_that_leads_to_zeros(submit):
    result = submit(with_backward("'b1': dLdb1", "'b1': 0 * dLdb1"))

    (cause,) = result.causes
    assert cause.text == "db1 is zero everywhere."


def test_what_is_computed_from_nan_is_told_with_where_the_nan_comes_from(submit):
    result = submit(with_forward("Z1 = X", "Z1 = 0 / np.zeros(()) + X"))

    (cause,) = result.causes
    assert cause.quantity == "Z1"
    assert set(cause.explains) == {
        *(f"forward.{q}" for q in ["Z1", "H", "Z2", "Y"]),
        *(f"backward.{q}" for q in ["L", *GRADIENTS]),
    }
    assert "H, Z2, Y, L, dW1, db1, dW2 and db2 are wrong where Z1 is not finite" in cause.text
    assert quantities(result)["dW1"].diagnosis.text.endswith(
        "Z1 is not finite there, maybe for the same reason."
    )
    assert {verdicts(result)[q] for q in ["H", "Y", *GRADIENTS]} == {"wrong"}


def test_nan_on_one_case_costs_nothing_on_the_others_that_follow(submit):
    # Of one row the standard deviation is zero.
    result = submit(with_forward("Z1 = X", "Z1 = ((X - X.mean(axis=0)) / X.std(axis=0))"))

    (cause,) = result.causes
    assert cause.quantity == "Z1"
    for name in ["H", "Z2", "Y", "L", *GRADIENTS]:
        on = {case.name: case.verdict for case in quantities(result)[name].cases}
        assert on.pop("one-row") == "wrong"
        assert set(on.values()) == {"carried"}
    # The public half of nineteen points: of each hidden half the one row is the worst case.
    assert result.score == 1 + (3 + 15) * 0.5


def test_a_loss_that_is_nan_is_not_called_the_students_own(submit):
    cells = list(with_forward("H = sigmoid(Z1)", "H = sigmoid(Z1) / (len(X) > 1)"))
    result = submit(cells)

    assert {cause.quantity for cause in result.causes} == {"H"}
    assert not any("of your own L" in cause.text for cause in result.causes)


def test_exchanged_values_are_one_cause_and_spoil_nothing_else(submit):
    cells = list(with_forward("return Y, Z2, H, Z1", "return Y, Z2, Z1, H"))
    cells[3] = cells[3].replace("Y, Z2, H, Z1 = forward", "Y, Z2, Z1, H = forward")
    result = submit(cells)

    (cause,) = result.causes
    assert cause.text == "Z1 and H have each other's values."
    assert {verdicts(result)[q] for q in ["Z2", "Y", "L", *GRADIENTS]} == {"correct"}


def test_a_convention_that_is_not_accepted_is_named_as_what_it_is(submit):
    cells = list(with_backward("/ (2 * N)", "/ N"))
    cells[3] = cells[3].replace("(Y - Y_T) / N * Y", "2 * (Y - Y_T) / N * Y")
    result = submit(cells)

    assert ids(result) == ["full_mse", "full_mse_derivative"]
    assert all("half" in cause.text for cause in result.causes)


def test_gradients_that_are_right_for_the_students_own_loss_are_said_to_be(submit):
    cells = list(with_backward("np.sum((Y - Y_T) ** 2) / (2 * N)", "np.mean(np.abs(Y - Y_T) ** 3)"))
    cells[3] = cells[3].replace("(Y - Y_T) / N * Y", "3 * (Y - Y_T) * np.abs(Y - Y_T) / N * Y")
    result = submit(cells)

    own = next(cause for cause in result.causes if cause.id == "own-loss")
    assert own.text.startswith("dW1, db1, dW2 and db2 are the right derivatives of your own L")


def test_gradients_that_are_not_even_right_for_the_own_loss_are_told_apart(submit):
    cells = list(with_backward("np.sum((Y - Y_T) ** 2) / (2 * N)", "np.mean(np.abs(Y - Y_T) ** 3)"))
    cells[3] = cells[3].replace("(Y - Y_T) / N * Y", "3 * (Y - Y_T) * np.abs(Y - Y_T) / N * Y")
    cells[3] = cells[3].replace("'W1': dLdW1", "'W1': dLdW1 * H[0, 0]")
    result = submit(cells)

    own = next(cause for cause in result.causes if cause.id == "own-loss")
    assert own.text.startswith("db1, dW2 and db2 are the right derivatives of your own L")
    assert own.text.endswith("dW1 is not, even so.")


def test_an_unknown_mistake_is_said_to_be_unknown_with_what_is_right(submit):
    result = submit(with_backward("Y * (1 - Y)", "Y * (1 - Y) ** 1.1"))

    (cause,) = result.causes
    assert cause.id == "unknown"
    assert "No known cause explains them. Right: S, Z1, H, Z2, Y and L." in cause.text
    assert {quantities(result)[q].diagnosis.kind for q in GRADIENTS} == {"none"}


@pytest.mark.parametrize(
    "old_and_new",
    [
        ("dLdW2 = H.T @ dLdZ2", "dLdW2 = (H.T @ dLdZ2).astype(np.float32)"),
        ("N = X.shape[0]", "N = X.shape[0]; X = X.astype(np.float32); Y_T = Y_T.astype('f4')"),
        ("return {'W1'", "dLdW1 = np.asfortranarray(dLdW1)[::-1][::-1]; return {'W1'"),
        ("dLdb2 = np.sum(dLdZ2)", "dLdb2 = sum(float(d) for d in dLdZ2)"),
        ("dLdb1 = dLdZ1.sum(axis=0)", "dLdb1 = np.einsum('nh->h', dLdZ1)"),
        ("dLdb2 = np.sum(dLdZ2)", "dLdb2 = np.array(np.sum(dLdZ2))"),
    ],
)
def test_right_answers_in_other_styles_stay_right(submit, old_and_new):
    assert submit(with_backward(*old_and_new)).score == 20


@pytest.fixture(scope="module")
def bench():
    return bench_of(find_course().assignment("backprop_mse"))


def judged(bench, made, solution, accepted=(), scoring=None):
    observed = {q: {} for q in bench.graded}
    for case in bench.cases:
        for quantity, value in bench._observe(case, made).items():
            observed[quantity][case.name] = value
    return judge(
        bench.quantities,
        observed,
        bench.cases,
        scoring or Scoring(),
        None if solution is None else lambda: solution,
        lambda: bench.stored,
        accepted,
    )


def named(found):
    return sorted(r.id for c in found.causes for entry in c.alternatives for r in entry)


def test_without_the_worked_solution_every_mistake_is_named_from_the_fixtures(bench):
    for made in replacements(bench.solution):
        assert named(judged(bench, [made], None)) == [made.id]


def test_with_and_without_the_worked_solution_pairs_get_the_same_verdicts(bench):
    known = replacements(bench.solution)
    rng = np.random.default_rng(5)
    agreed = tried = 0
    while tried < 40:
        a, b = (known[i] for i in rng.choice(len(known), 2, replace=False))
        if a.quantity == b.quantity:
            continue
        tried += 1
        with_it, without = (judged(bench, [a, b], s) for s in (bench.solution, None))
        agreed += named(with_it) == named(without)

    assert agreed >= 36  # rare pairs hide one another where values before them are not given


def test_an_accepted_convention_gets_full_marks_and_no_cause(bench):
    made = [r for r in bench.solution.conventions if r.id in ("full_mse", "full_mse_derivative")]
    accepted = [["full_mse", "full_mse_derivative"]]
    found = judged(bench, made, bench.solution, accepted)

    assert not found.causes
    shares = {q.quantity: (q.verdict, q.share) for q in found.quantities}
    assert shares["L"] == ("convention", 1.0)
    assert shares["dW1"] == ("convention", 1.0)


def test_an_accepted_convention_is_asked_for_throughout(bench):
    made = [r for r in bench.solution.conventions if r.id == "full_mse"]
    found = judged(bench, made, bench.solution, [["full_mse", "full_mse_derivative"]])

    assert named(found) == ["full_mse"]
    assert {q.quantity: q.verdict for q in found.quantities}["L"] == "mistake"


def test_a_mistake_is_found_on_top_of_an_accepted_convention(bench):
    full = [r for r in bench.solution.conventions if r.id in ("full_mse", "full_mse_derivative")]
    lost = [r for r in bench.solution.mistakes if r.id == "no_hidden_derivative"]
    found = judged(bench, [*full, *lost], bench.solution, [["full_mse", "full_mse_derivative"]])

    assert named(found) == ["no_hidden_derivative"]


def test_one_cause_costs_once_where_the_instructor_says_so(bench):
    made = [r for r in bench.solution.mistakes if r.id == "no_mean"]
    usual = judged(bench, made, bench.solution)
    once = judged(bench, made, bench.solution, scoring=Scoring(once=True))

    assert [q.share for q in usual.quantities][-4:] == [0.5, 0.5, 0.5, 0.5]
    assert [q.share for q in once.quantities][-4:] == [0.5, 1.0, 1.0, 1.0]


def test_what_the_fixtures_hold_for_diagnosing_stays_small():
    assert sum(path.stat().st_size for path in (ROOT / "fixtures").rglob("*.h5")) < 20 * 2**20


def test_a_course_without_its_worked_solution_diagnoses_too(tmp_path, submit):
    import shutil

    from homework import write_notebook

    from grader.grading import grade
    from grader.reading import read_submission
    from grader.sandbox.parent import WarmParent

    for name in ("assignments", "fixtures"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "assignments" / "backprop_mse" / "worked.py").unlink()
    (tmp_path / "fixtures" / "backprop_mse" / "hidden.h5").unlink()
    path = write_notebook(tmp_path / "a.ipynb", with_backward("/ N * Y", "* Y"))
    with WarmParent() as parent:
        assignment = Course(tmp_path).assignment("backprop_mse")
        result = grade(read_submission(path), assignment, parent)

    assert ids(result) == ["no_mean"]
    assert any("public cases only" in note for note in result.notes)
    assert fixtures.read_diagnosis(tmp_path / "fixtures" / "backprop_mse") is not None
