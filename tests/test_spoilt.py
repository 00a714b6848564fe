"""What may well follow from a value that is not finite."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.closeness import Tolerance
from grader.findings import Expected, compared
from grader.spoilt import spoilt_by, visible_steps


class Network:
    """R and S are functions, a = S(z), and W comes out of a loop that takes S by itself.

    Who could see z needs none of its steps any more.
    """

    needs: ClassVar = {
        "R": {"R", "relu"},
        "S": {"S", "softmax"},
        "z": {"z", "bias"},
        "a": {"a", "z", "softmax", "bias"},
        "b": {"b", "z", "bias"},
        "L": {"L", "a", "z", "softmax", "bias"},
        "W": {"W", "softmax", "bias"},
    }

    def ancestors(self, quantity):
        return frozenset(self.needs[quantity])

    def segment(self, quantity):
        return frozenset(
            self.needs[quantity] - ({"z", "bias"} if "z" in self.needs[quantity] else set())
        )


RIGHT, WRONG, LOST = 1.0, 2.0, np.nan


def found_of(values):
    """Return findings, from the values of each quantity on one case after another."""
    findings = {}
    for quantity, its in values.items():
        cases = [
            Expected(
                f"case {n}", False, {}, {quantity: np.ones(())}, {quantity: Tolerance(1e-6)}, {}
            )
            for n in range(len(its))
        ]
        findings[quantity] = [
            compared(quantity, value, case) for value, case in zip(its, cases, strict=True)
        ]
    return findings


def spoilt(**values):
    return spoilt_by(found_of(values), Network())


def visible(**values):
    return visible_steps(found_of(values), Network())


def test_what_is_computed_from_nan_is_spoilt_whatever_it_is():
    assert spoilt(a=[LOST], L=[WRONG]) == {"L": "a"}
    assert spoilt(a=[LOST], L=[LOST]) == {"L": "a"}


def test_what_shares_a_step_with_nan_is_spoilt_where_it_is_not_finite_either():
    assert spoilt(S=[LOST], W=[LOST]) == {"W": "S"}
    assert spoilt(S=[LOST], W=[WRONG]) == {}


def test_functions_that_share_nothing_are_two_troubles():
    assert spoilt(R=[LOST], S=[LOST]) == {}


def test_what_shares_only_steps_before_what_was_seen_is_a_trouble_of_its_own():
    assert spoilt(z=[RIGHT], a=[LOST], b=[LOST]) == {}


def test_what_is_wrong_on_other_cases_too_needs_another_reason():
    assert spoilt(a=[LOST, RIGHT], L=[LOST, WRONG]) == {}
    assert spoilt(a=[LOST, LOST], L=[RIGHT, LOST]) == {"L": "a"}


def test_all_that_follows_is_told_with_the_first_of_them():
    assert spoilt(S=[LOST], a=[LOST], L=[WRONG], W=[LOST]) == {"a": "S", "L": "S", "W": "S"}


def test_no_mistake_is_seen_behind_what_is_not_finite_also_where_another_is_told_of_first():
    # S comes first and is told of; it is from a, all the same, that L is computed.
    found = visible(S=[LOST, LOST], a=[RIGHT, LOST], L=[RIGHT, LOST])

    assert found == {"L": Network.needs["a"]}
    assert visible(z=[LOST], a=[LOST], L=[LOST])["L"] == Network.needs["z"]
    assert visible(a=[LOST, RIGHT], L=[LOST, WRONG]) == {}


def test_what_is_right_or_finite_spoils_nothing():
    assert spoilt(z=[WRONG], a=[WRONG], L=[WRONG]) == {}
    assert spoilt(a=[LOST], L=[RIGHT]) == {}


values = st.lists(st.sampled_from([RIGHT, WRONG, LOST]), min_size=2, max_size=2)


@given(st.fixed_dictionaries(dict.fromkeys(Network.needs, values)))
def test_only_the_wrong_are_spoilt_by_one_before_them_that_is_not_spoilt_itself(values):
    found = spoilt(**values)
    order = list(values)

    assert not found.keys() & {*found.values()}
    for quantity, first in found.items():
        assert order.index(first) < order.index(quantity)
        assert values[quantity] != [RIGHT, RIGHT]
        for own, other in zip(values[quantity], values[first], strict=True):
            assert own == RIGHT or np.isnan(other)
