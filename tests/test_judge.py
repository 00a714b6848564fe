from __future__ import annotations

import numpy as np
import pytest

from grader.closeness import Tolerance
from grader.findings import Expected
from grader.judge import Scoring
from grader.judge import judge as judge_all
from grader.relations import name_factor
from grader.results import Failure

RNG = np.random.default_rng(3)
TOLERANCE = Tolerance(1e-6)


def case(name, n, hidden=True):
    values = {"dW": RNG.normal(size=(3, 2)), "db": RNG.normal(size=3), "L": RNG.normal(size=())}
    values["dV"] = RNG.normal(size=(3, 2))
    return Expected(name, hidden, {"N": n}, values, dict.fromkeys(values, TOLERANCE), {})


CASES = [case("handout", 1000, hidden=False), case("seven", 7), case("one", 1)]


def judge(quantity, observe, scoring=None):
    observed = {quantity: {c.name: observe(c) for c in CASES}}
    (judged,) = judge_all({"one": [quantity]}, observed, CASES, scoring or Scoring()).quantities
    return judged


def test_right_on_every_case_is_correct_and_earns_everything():
    judged = judge("dW", lambda c: c.values["dW"])

    assert (judged.verdict, judged.share, judged.relation) == ("correct", 1.0, None)


def test_a_factor_is_named_by_the_letter_that_fits_every_case():
    judged = judge("dW", lambda c: c.values["dW"] * c.sizes["N"])

    assert judged.relation.symbol == "N"
    assert [f.verdict for f in judged.findings] == ["wrong", "wrong", "correct"]  # N = 1 hides it


def test_a_scalar_off_by_some_factor_is_not_called_a_multiple():
    judged = judge("L", lambda c: c.values["L"] * 1.7)

    assert judged.relation is None
    assert judge("L", lambda c: c.values["L"] * 2).relation.symbol == "2"


def test_a_factor_that_changes_from_case_to_case_is_no_pattern():
    factors = iter([1.3, 2.7, 0.4])

    assert judge("dW", lambda c: c.values["dW"] * next(factors)).relation is None


def test_equal_numbers_on_one_case_are_no_constant_factor():
    judged = judge_one("acc", np.array([75.0, 75.0]), np.array([84.375, 84.375]))

    assert judged.relation is None


def test_values_of_two_kinds_are_not_said_to_be_in_another_order():
    assert judge_one("guesses", np.eye(3), np.eye(3)[[1, 0, 2]]).relation is None


def judge_one(quantity, expected, observed):
    one = Expected("handout", False, {"N": 8}, {quantity: expected}, {quantity: TOLERANCE}, {})
    values = {quantity: {"handout": observed}}
    (judged,) = judge_all({"one": [quantity]}, values, [one], Scoring()).quantities
    return judged


def test_a_pattern_on_one_case_only_is_no_pattern():
    judged = judge("dW", lambda c: -c.values["dW"] if c.name == "handout" else c.values["dW"] + 1)

    assert judged.relation is None


def test_a_value_of_another_quantity_is_recognised():
    assert judge("dW", lambda c: c.values["dV"]).relation.same_as == "dV"


def test_a_failure_keeps_its_kind_as_the_verdict():
    judged = judge("dW", lambda c: Failure("timeout", "slow"))

    assert (judged.verdict, judged.share) == ("timeout", 0.0)


def test_public_cases_weigh_what_the_assignment_says():
    def only_handout(c):
        return c.values["dW"] if c.name == "handout" else None

    assert judge("dW", only_handout).share == pytest.approx(0.5)
    assert judge("dW", only_handout, Scoring(public=0.8)).share == pytest.approx(0.8)
    assert judge("dW", only_handout, Scoring(public=0.0)).share == 0


def test_a_case_that_cannot_show_the_mistake_earns_nothing():
    assert judge("dW", lambda c: c.values["dW"] * c.sizes["N"]).share == 0


def test_what_the_grader_failed_on_is_left_out_of_the_points():
    def broken_on_seven(c):
        return Failure("internal", "ours") if c.name == "seven" else c.values["dW"]

    assert judge("dW", broken_on_seven).share == 1.0
    assert judge("dW", lambda c: Failure("internal", "ours")).share is None


@pytest.mark.parametrize(
    ("factors", "symbol"),
    [
        ([1000, 7], "N"),
        ([1 / 1000, 1 / 7], "1/N"),
        ([2 / 1000, 2 / 7], "2/N"),
        ([-1, -1], "-1"),
        ([-1000, -7], "-N"),
        ([0.5, 0.5], "1/2"),
        ([500, 3.5], "N/2"),
        ([1e6, 49], "N^2"),
        ([1 / 2000, 1 / 14], "1/(2N)"),
        ([0, 0], "0"),
        ([1.5, 1.5 / 1000 * 7], None),
        ([1000 / 64, 7 / 64], "N/64"),
        ([64 / 1000, 64 / 7], "64/N"),
        ([3.7, 3.7], None),
        ([1000, 1000], None),
    ],
)
def test_factors_are_spelled_in_the_letters_of_the_shapes(factors, symbol):
    assert name_factor(factors, [{"N": 1000}, {"N": 7}]) == symbol


def test_one_small_size_names_no_fraction_of_itself():
    assert name_factor([1.25], [{"N": 5}]) is None
    assert name_factor([5.0], [{"N": 5}]) == "N"
    assert name_factor([250.0], [{"N": 1000}]) == "N/4"
