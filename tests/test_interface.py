"""Names that differ from those asked for: accepted, adapted, guessed, and never picked silently."""

from __future__ import annotations

import pytest

from grader.definitions import merged, outline
from grader.errors import SubmissionError
from grader.interface import Wanted, fit, read_adapter

BACKWARD = Wanted(parameters=("X", "Y_T", "weights"), returns=("gradients", "L"))


def fitted(text, wanted=BACKWARD, adapter=None):
    definitions = merged([(0, outline(text, text))])
    adapter = None if adapter is None else read_adapter(adapter.encode())
    return fit(["back_propagation"], {"back_propagation": wanted}, definitions, adapter)


def test_the_name_that_is_asked_for_needs_nothing():
    found = fitted("def back_propagation(X, Y, w): pass")
    assert (found.names, found.arguments, found.notes) == ({}, {}, ())


def test_an_accepted_alias_is_used_and_said():
    wanted = Wanted(aliases=("propagate_errors",))
    found = fitted("def propagate_errors(a, b, c): pass", wanted)
    assert found.names == {"back_propagation": "propagate_errors"}
    assert found.notes == (
        "propagate_errors was taken for back_propagation: the assignment accepts this name",
    )


@pytest.mark.parametrize("name", ["backprop", "BackPropagation", "back_prop", "backward_pass"])
def test_another_spelling_of_the_name_is_guessed_and_said(name):
    found = fitted(f"def {name}(a, b, c): pass")
    assert found.names == {"back_propagation": name}
    assert found.notes == (
        f"back_propagation is not defined. {name} is named almost as "
        "back_propagation: used instead",
    )


def test_a_function_with_the_same_parameters_is_guessed_and_takes_them_in_its_own_order():
    found = fitted("def learn(weights, X, Y_T): pass")
    assert found.names == {"back_propagation": "learn"}
    assert found.ordered("back_propagation", ["x", "y", "w"]) == ["w", "x", "y"]
    assert "has the parameters of back_propagation" in found.notes[0]
    assert "weights, X and Y_T" in found.notes[1]


def test_between_two_nothing_is_picked_and_both_are_named():
    found = fitted("def backprop(a, b): pass\ndef backward(c, d): pass")
    assert found.names == {}
    assert found.candidates == {"back_propagation": ("backprop", "backward")}


def test_a_function_of_another_meaning_is_not_guessed():
    found = fitted("def load_data(path): pass\ndef plot(x): pass\nback_propagation_rate = 0.1")
    assert (found.names, found.candidates) == ({}, {})


def test_an_order_counts_only_where_the_assignment_accepts_it():
    text = "def back_propagation(weights, X, Y_T): pass"
    assert fitted(text).arguments == {}
    accepting = Wanted(BACKWARD.parameters, orders=(("weights", "X", "Y_T"),))
    found = fitted(text, accepting)
    assert found.ordered("back_propagation", ["x", "y", "w"]) == ["w", "x", "y"]


def test_what_may_be_overwritten_is_known_by_the_submissions_own_name():
    wanted = Wanted(aliases=("learn",), in_place=True)
    assert fitted("def learn(a, b, c): pass", wanted).in_place == {"learn"}
    assert fitted("def back_propagation(a, b, c): pass").in_place == frozenset()


def test_an_adapter_says_names_orders_constants_and_returns():
    adapter = """
    [names]
    back_propagation = "learn"
    [attributes]
    W1 = "weights1"
    [arguments]
    back_propagation = ["weights", "X", "Y_T", 64]
    [returns]
    back_propagation = ["L", "gradients"]
    """
    found = fitted("def learn(w, a, b, batch): pass", adapter=adapter)
    assert found.names == {"back_propagation": "learn"}
    assert found.attributes == {"W1": "weights1"}
    assert found.ordered("back_propagation", ["x", "y", "w"]) == ["w", "x", "y", 64]
    assert found.returned("back_propagation", (0.5, {"W1": 1})) == ({"W1": 1}, 0.5)


@pytest.mark.parametrize("text", ["names = 3", "[names", "[nmaes]\na = 'b'", "[names]\na = 1"])
def test_a_wrong_adapter_is_refused_in_a_sentence(text):
    with pytest.raises(SubmissionError, match="this adapter cannot be read"):
        read_adapter(text.encode())


def test_an_adapter_whose_returns_do_not_fit_is_refused_in_a_sentence():
    with pytest.raises(
        SubmissionError,
        match="are not the assignment's names; back_propagation returns gradients and L",
    ):
        fitted("def back_propagation(): pass", adapter='[returns]\nback_propagation = ["loss"]')
