"""Quantities without an expected value, and gradients that are only applied."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_fixtures import CHECKS, DOUBLED, TOML, WORKED

from grader import build, wording
from grader.audit import audit
from grader.checks import Check, applied, check, number_after
from grader.closeness import Tolerance
from grader.compare import Outcome, compare
from grader.course import Course
from grader.errors import AssignmentError
from grader.estimated import Estimated
from grader.grading import grade
from grader.printed import numbers_after
from grader.reading import read_submission
from grader.requirements import at_least, at_most, between, count, decide, falls, finite, shape
from grader.results import Failure, Opaque, from_json, to_json
from grader.sandbox.parent import WarmParent
from grader.student import StudentFault

NUMBERS = st.floats(-1e6, 1e6)
ARRAYS = hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=4), elements=NUMBERS)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just(Opaque("Net\x1b[31m"))
    | st.builds(object)
    | hnp.arrays(st.sampled_from(["f8", "f4", "f2", "i8", "?", "c16"]), st.integers(0, 3)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
REQUIREMENTS = st.one_of(
    NUMBERS.map(at_least),
    NUMBERS.map(at_most),
    st.lists(NUMBERS, min_size=2, max_size=2).map(lambda pair: between(*sorted(pair))),
    st.integers(0, 5).map(count),
    st.floats(0, 2).map(falls),
    st.just(finite()),
    st.lists(st.none() | st.integers(0, 3), max_size=3).map(lambda sides: shape(*sides)),
)


def said(requirement, value, hidden=False):
    return wording.decided(decide(requirement, value), hidden)


def met(requirement, value):
    return decide(requirement, value).why is None


# What a requirement decides -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "value", "sentence"),
    [
        (at_least(0.95), 0.53, "is 0.53, should be at least 0.95"),
        (at_most(60), 61, "is 61, should be at most 60"),
        (between(0, 1), 95.3, "is 95.3, should be between 0 and 1"),
        (
            between(0, 1),
            np.array([0.5, 2.0, -3.0]),
            "has 2 of 3 values that do not fit, the worst is -3, should be between 0 and 1",
        ),
        (at_least(0.95), True, "is True, should be at least 0.95"),
        (at_least(0.95), None, "is None, should be at least 0.95"),
        (at_least(0.95), "0.97", "is text, should be at least 0.95"),
        (at_least(0.95), Opaque("Net\n" * 50), None),
        (at_least(0.95), [0.97, "high"], "holds text, should be at least 0.95"),
        (
            at_least(0),
            np.array([True]),
            "is an array of shape (1,) and dtype bool, should be at least 0",
        ),
        (at_least(0.95), math.nan, "is not finite (nan or inf), should be at least 0.95"),
        (at_least(0.95), [], "holds no numbers, should be at least 0.95"),
        (finite(), [0.5, math.nan, [math.inf, -math.inf]], "has 3 values that are not finite"),
        (finite(), {"loss": [1.0, 10**400]}, "has 1 value that is not finite"),
        (finite(), np.array([]), "holds no numbers, should be finite numbers"),
        (count(6), [1, 2, 3, 4], "there are 4, should be 6"),
        (count(at_least=2, at_most=3), {}, "there are 0, should be between 2 and 3"),
        (count(6), np.int64(5), "there are 5, should be 6"),
        (count(6), "abcdef", "is text, should be 6"),
        (count(6), np.array(math.nan), "is not finite (nan or inf), should be 6"),
        (falls(), [0.5, 0.2, 0.5], "is at the end what it was at first, should be lower at the"),
        (falls(), 0.5, "is one number alone, should be lower at the end"),
        (falls(by=0.5), [0.8, 0.6], "is lower by 25 % at the end, should be lower by 50 %"),
        (falls(), [0.8, 1.2], "is higher by 50 % at the end, should be lower at the end"),
        (falls(), {"loss": [2.0, 1.0]}, "is a dictionary with the keys 'loss', should be lower"),
        (shape(3, None), np.zeros((2, 3)), "has shape (2, 3), should be an array of shape (3, any"),
        (shape(3), 4.0, "is one number, should be an array of shape (3,)"),
    ],
)
def test_each_way_to_miss_a_requirement_has_its_own_sentence(requirement, value, sentence):
    text = said(requirement, value)

    assert not met(requirement, value)
    assert sentence is None or text.startswith(sentence)
    assert "\n" not in text
    assert len(text) < 200


@pytest.mark.parametrize(
    ("requirement", "value"),
    [
        (at_least(0.95), np.asarray(np.float32(0.95))),  # a little less than 0.95
        (between(0.95, 1), 1),
        (at_most(0), -0.0),
        (finite(), {"loss": [0.5, 0.2], "accuracy": np.ones(3)}),
        (finite(), Estimated(np.zeros(2), 1e-9)),
        (count(3), (1, 2, 3)),
        (count(at_least=3), np.zeros((4, 2))),
        (count(3), np.asarray(3)),
        (falls(), np.array([3, 5, 2])),
        (falls(by=0.5), [-1.0, -2.0]),
        (falls(), [0.0, -1.0]),
        (shape(None, 2), np.zeros((7, 2), np.float32)),
    ],
)
def test_what_satisfies_a_requirement_meets_it(requirement, value):
    assert met(requirement, value)
    assert decide(requirement, value).share == 1


@given(ARRAYS, NUMBERS)
def test_at_least_holds_where_the_smallest_entry_is_not_below_but_for_rounding(array, low):
    assert met(at_least(low), array) == (array.min() >= low - 1e-6 * abs(low))
    assert met(at_least(low), array) == met(at_most(-low), -array)


@given(ARRAYS, NUMBERS, NUMBERS)
def test_between_is_both_limits_at_once(array, a, b):
    low, high = sorted((a, b))
    both = met(at_least(low), array) and met(at_most(high), array)

    assert met(between(low, high), array) == both


@given(NUMBERS, NUMBERS)
def test_a_number_that_misses_a_limit_is_not_shown_as_that_limit(number, low):
    text = said(at_least(low), number)
    shown = re.match(r"is (\S+), should be at least (\S+)$", text)

    assert met(at_least(low), number) or (shown and shown[1] != shown[2])


@given(REQUIREMENTS, PLAIN, st.booleans())
def test_whatever_a_submission_gives_is_decided_and_told_in_one_plain_line(
    requirement, value, hidden
):
    decision = decide(requirement, value)
    text = wording.decided(decision, hidden)

    assert (decision.share == 1) == (decision.why is None)
    assert text.isprintable()
    assert len(text) < 600


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_a_hidden_case_shows_no_value(a, b):
    for requirement in (at_most(0), count(0), falls(2)):
        values = ([a], [b]) if requirement.kind == "count" else (a, b)
        values = ([b, a], [a, b]) if requirement.kind == "falls" else values

        assert said(requirement, values[0], True) == said(requirement, values[1], True)


def test_half_of_the_points_stand_on_a_wider_limit():
    requirement = at_least(0.95, half=0.9)

    assert [decide(requirement, value).share for value in (0.96, 0.92, 0.8)] == [1, 0.5, 0]
    assert said(requirement, 0.92).endswith("; that earns 50 % of the points")
    assert decide(at_most(10, half=20), 15).share == 0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: at_least("0.95"),
        lambda: at_least(math.nan),
        lambda: at_least(True),
        lambda: at_least(0.95, half=0.97),
        lambda: between(1, 0),
        lambda: count(),
        lambda: count(3, at_least=2),
        lambda: count(0.5),
        lambda: count(at_least=3, at_most=2),
        lambda: falls(by=-1),
        lambda: shape(2.0),
    ],
)
def test_a_requirement_that_means_nothing_is_refused(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


# Numbers that were printed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Accuracy: 0.95", 0.95),
        ("accuracy = 95.3 %", 0.953),
        ("ACCURACY np.float64(0.953)", 0.953),
        ("Accuracy:\n0.9\n", 0.9),
        ("Accuracy of the net [[1.5e-05 2]]", 1.5e-5),
        ("Accuracy 10,000 of 60,000", 10_000),
        ("accuracy tensor(.5)", 0.5),
        ("accuracy \N{MINUS SIGN}0.2", -0.2),
        ("Accuracy on x2: 7.", 7),
        ("accuracy 0.1\naccuracy 0.2\naccuracy is fine", 0.2),
        ("accuracy: inf", math.inf),
        ("val_accuracy 0.3, accuracy 0.4, val_accuracy 0.5", 0.4),
    ],
)
def test_the_number_after_the_words_is_found(text, number):
    assert number_after(text, "Accuracy") == pytest.approx(number, abs=0)


def test_the_first_place_other_words_and_words_in_parts_can_be_asked_for():
    text = "Test_Accuracy: 0.1\nTest - accuracy 0.2"

    assert number_after(text, "test accuracy") == 0.2
    assert number_after(text, "test accuracy", which="first") == 0.1
    assert number_after("acc = 3", "accuracy", "acc =") == 3


@given(st.floats(allow_nan=False), st.sampled_from(["{!r}", "{:.4f}", "{:e}", "{:,.2f}", "[{}]"]))
def test_what_python_prints_is_read_as_it_was_printed(number, form):
    printed = form.format(number)
    wanted = float(printed.strip("[]").replace(",", ""))

    assert number_after(f"...\nThe loss is {printed}\n", "loss") == wanted
    assert number_after(f"loss: np.float64({number!r})", "loss") == number


def test_no_number_is_a_missing_value_in_words():
    for text in ("", "Accuracy: high", "Inaccuracy 3", "Accuracy of float64", "accuracy\n\n0.9"):
        with pytest.raises(StudentFault, match=r"^printed no number after 'Accuracy' or 'acc'$"):
            number_after(text, "Accuracy", "acc")
    with pytest.raises(StudentFault, match="should give text, and gave None"):
        number_after(None, "Accuracy")
    with pytest.raises(ValueError, match="needs words"):
        number_after("1", " ")


@pytest.mark.parametrize(
    "text",
    ["accuracy " * 10_000, "accuracy" + "1,000" * 20_000, "a" * 100_000, ("accuracy,-." * 9000)],
)
@pytest.mark.parametrize("words", ["accuracy", "a - a _ a", "accuracy :"])
def test_no_text_makes_the_search_slow(text, words):
    assert len(numbers_after(text, words)) <= len(text)  # would not end, were it not linear


# Gradients that were only applied -----------------------------------------------------------------

WEIGHTS = hnp.arrays(np.float64, (3, 2), elements=st.floats(-10, 10))
GRADIENTS = hnp.arrays(np.float64, (3, 2), elements=st.floats(0.1, 10))
RATES = st.floats(0.01, 100)
TOLERANCE = Tolerance(1e-9)


@given(WEIGHTS, GRADIENTS, RATES, st.sampled_from([np.float64, np.float32]))
def test_a_gradient_that_was_applied_is_found_but_for_its_noise(weights, gradient, rate, dtype):
    before = weights.astype(dtype)
    found = applied(before, before - (rate * gradient).astype(dtype), rate)

    assert np.abs(found.value - gradient).max() <= found.noise + 1e-15 * np.abs(gradient).max()


@given(WEIGHTS, GRADIENTS, RATES)
def test_it_is_right_where_the_gradient_is_and_wrong_where_that_is_doubled(weights, gradient, rate):
    right = applied(weights, weights - rate * gradient, rate)
    doubled = applied(weights, weights - rate * 2 * gradient, rate)

    assert compare(right, gradient, TOLERANCE).outcome is Outcome.EQUAL
    assert compare(doubled, gradient, TOLERANCE).pattern.factor == pytest.approx(2)


@given(GRADIENTS, st.floats(0, 1e300))
def test_zeros_never_pass_however_large_the_noise(gradient, noise):
    compared = compare(Estimated(np.zeros((3, 2)), noise), gradient, TOLERANCE)

    assert compared.outcome is Outcome.VALUES
    assert compared.pattern.factor == 0


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (np.zeros(3), None, "leaves W1 as None after the update, no array of numbers"),
        (np.zeros(3), [1, 2, 3], "leaves W1 as a list of 3 values after the update"),
        (np.zeros(2, bool), np.zeros(2), "leaves W1 as an array of shape (2,) before the update"),
        (np.zeros((3, 2)), np.zeros((2, 3)), "changes the shape of W1 from (3, 2) to (2, 3)"),
    ],
)
def test_what_cannot_be_weights_stands_as_a_failure_in_its_place(before, after, sentence):
    found = applied(before, after, 0.1, "W1")

    assert isinstance(found, Failure)
    assert found.text.startswith(sentence)


@pytest.mark.parametrize("rate", [0, math.nan, math.inf])
def test_no_gradient_is_found_from_no_rate(rate):
    with pytest.raises(ValueError, match="is no learning rate"):
        applied(1.0, 2.0, rate)


# Through the whole of grading ---------------------------------------------------------------------

TRAINING = """
title = "Training"
functions = []
[points.training]
accuracy = 4
history = 2
curves = 1
"""

REQUIRE = """
from grader.checks import at_least, check, count, falls, number_after

@check(
    requires={"accuracy": at_least(0.95, half=0.9), "history": falls(), "curves": count(2)},
    once=True,
)
def training(student, case):
    "Training to 95 per cent"
    return {
        "accuracy": number_after(student.printed, "Accuracy"),
        "history": student.history,
        "curves": student.curves,
    }
"""

TRAINED = """
printed = "Epoch 1\\nAccuracy: 97 %"
history = [0.7, 0.3]
curves = ["loss", "accuracy"]
"""


@pytest.fixture
def course(tmp_path):
    """Return a function that writes an assignment ``toy``; a file without text is left out."""

    def make(toml=TRAINING, checks=REQUIRE, worked=None, **examples):
        folder = tmp_path / "assignments" / "toy"
        (folder / "examples").mkdir(parents=True, exist_ok=True)
        texts = {"assignment.toml": toml, "checks.py": checks, "worked.py": worked}
        texts |= {f"examples/{name}.py": text for name, text in examples.items()}
        for name, text in texts.items():
            if text is not None:
                (folder / name).write_text(text)
        return Course(tmp_path).assignment("toy")

    return make


@pytest.fixture
def graded(tmp_path):
    def graded(assignment, source):
        path = tmp_path / "submission.py"
        path.write_text(source)
        with WarmParent() as parent:
            return grade(read_submission(path), assignment, parent)

    return graded


def by_name(result):
    return {q.name: q for c in result.checks for q in c.quantities}


def test_requirements_alone_need_neither_a_worked_solution_nor_fixtures(course, graded):
    result = graded(course(), TRAINED)

    assert (result.status, result.score, result.max_score) == ("graded", 7, 7)
    assert [case.name for case in by_name(result)["history"].cases] == ["run"]
    assert by_name(result)["accuracy"].message == "meets the requirement (at least 0.95)"
    assert result.causes == ()


def test_a_requirement_can_say_what_it_means_where_a_number_misses_it(course, graded):
    saying = 'falls().saying("It has learned nothing.", hint="Is there a step?")'
    assignment = course(checks=REQUIRE.replace("falls()", saying, 1))

    (high,) = graded(assignment, TRAINED.replace("0.3]", "0.9]")).causes
    (text,) = graded(assignment, TRAINED.replace("0.3]", "'low']")).causes

    assert high.text.startswith("history is higher by ")
    assert high.text.endswith(". It has learned nothing.")
    assert high.hint == "Is there a step?"
    # Where there is no number at all, that is another matter.
    assert "learned nothing" not in text.text
    assert text.hint is None


def test_a_requirement_that_is_not_met_is_its_own_cause(course, graded):
    bad = TRAINED.replace("97 %", "np.float64(0.53)").replace('"loss", ', "")
    result = graded(course(), bad)

    assert result.score == 2
    assert [(q.name, q.verdict) for q in result.checks[0].quantities] == [
        ("accuracy", "wrong"),
        ("history", "correct"),
        ("curves", "wrong"),
    ]
    assert [(c.id, c.text, c.explains) for c in result.causes] == [
        (
            "requirement",
            "accuracy is 0.53, should be at least 0.95.",
            ("training.accuracy",),
        ),
        ("requirement", "curves: there are 1, should be 2.", ("training.curves",)),
    ]
    assert by_name(result)["accuracy"].diagnosis.text == result.causes[0].text
    assert b"known cause" not in to_json(result)
    assert from_json(to_json(result)) == result


def test_half_an_accuracy_earns_half_its_points(course, graded):
    assert graded(course(), TRAINED.replace("97 %", "0.92")).score == 2 + 2 + 1


def test_a_number_that_was_not_printed_is_missing_and_said_so(course, graded):
    result = graded(course(), TRAINED.replace("97 %", "fine"))

    assert by_name(result)["accuracy"].verdict == "missing"
    assert result.causes[0].text == "printed no number after 'Accuracy'."


MIXED_TOML = f"{TOML}\n{TRAINING.partition('functions = []')[2]}"
MIXED_CHECKS = CHECKS + REQUIRE


def test_beside_fixtures_a_requirement_is_held_on_the_first_case_where_it_is_asked_once(
    course, graded
):
    assignment = course(MIXED_TOML, MIXED_CHECKS, WORKED)
    build.build(assignment)
    result = graded(assignment, f"f = lambda x: 2 * x\n{TRAINED}")

    assert build.verify(assignment) == []
    assert result.score == 8
    assert [case.name for case in by_name(result)["accuracy"].cases] == ["shown"]
    assert len(by_name(result)["Q"].cases) == 2

    result = graded(assignment, f"f = lambda x: 3 * x\n{TRAINED.replace('97', '50')}")
    assert [cause.id for cause in result.causes] == ["times-1.5", "requirement"]
    assert result.score == 3


def test_a_requirement_on_every_case_is_judged_on_each_and_hides_what_is_hidden(course, graded):
    checks = """
from grader.checks import at_most, check

@check(requires={"Q": at_most(4)})
def one(student, case):
    'f(x)'
    return {"Q": student.f(case.x)}
"""
    assignment = course(TOML, checks, WORKED.replace("def Q", "def P"))
    build.build(assignment)
    result = graded(assignment, "f = lambda x: 2 * x")
    shown, hidden = by_name(result)["Q"].cases

    assert (shown.verdict, hidden.verdict, result.score) == ("correct", "wrong", 0.5)
    assert "8" not in hidden.message
    assert "should be at most 4" in result.causes[0].text
    assert "It happens on other." in result.causes[0].text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"checks": MIXED_CHECKS.replace('"curves": count(2)', '"curve": count(2)')}, "of curve,"),
        ({"checks": MIXED_CHECKS.replace("count(2)", "2")}, "2 is no requirement for curves"),
        ({"checks": MIXED_CHECKS.replace("count(2)", "count(-2)")}, "-2 is no whole number"),
        (
            {"checks": MIXED_CHECKS.replace('"curves": count(2)', "")},
            "[points] names curves, which worked.py has no step for, and no check a requirement",
        ),
        (
            {"worked": WORKED + "\n@solution.step\ndef history(Q):\n    'It.'\n    return Q\n"},
            "history has a requirement, and worked.py has a step for it",
        ),
        (
            {"toml": MIXED_TOML + '\n[loss]\nquantity = "history"\ngradients = {}\n'},
            "[loss] names history, which has a requirement instead of a value",
        ),
    ],
)
def test_what_does_not_fit_together_is_an_error_of_the_assignment(course, change, words):
    parts = {"toml": MIXED_TOML, "checks": MIXED_CHECKS, "worked": WORKED} | change

    with pytest.raises(AssignmentError, match=re.escape(words)):
        build.build(course(**parts))


def test_the_commands_of_the_instructor_accept_an_assignment_without_fixtures(command, course):
    course()
    done = [
        command("--course", ".", *arguments, of="gradelab")
        for arguments in (["list"], ["fixtures", "build", "toy"], ["fixtures", "verify", "toy"])
    ]

    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    assert "cases: run" in done[0].stdout
    assert "there is no fixture" in done[1].stdout


def test_an_audit_grades_the_examples_of_what_has_requirements_alone(course):
    found = audit(course(correct=TRAINED, correct_too=TRAINED.replace("97", "30")))

    assert found.problems == ("correct_too.py got 3 of 7 points and should get 7",)
    assert any("only submissions show" in note for note in found.notes)


def test_an_audit_leaves_requirements_out_where_there_is_a_worked_solution(course):
    correct = f"f = lambda x: 2 * x\n{TRAINED}"
    assignment = course(MIXED_TOML, MIXED_CHECKS, WORKED + DOUBLED, correct=correct)
    wrapped = "def functions(run):\n    return {'f': lambda x: run(x=x)['Q']}\n"
    (assignment.folder / "wrapped.py").write_text(wrapped)
    build.build(assignment)

    assert audit(assignment).problems == ()


# A neuron that is trained and returns no gradient -------------------------------------------------

NEURON = """
import numpy as np
from reference.worked import Case, WorkedSolution

solution = WorkedSolution(inputs=("X", "T", "w"), sizes={"N": lambda X: len(X)})

@solution.step
def Y(X, w):
    'Output.'
    return X @ w

@solution.step
def dw(X, Y, T):
    'Gradient of half the mean squared error.'
    return X.T @ (Y - T) / len(X)

@solution.mistake("Y", "A sigmoid stands where the neuron is linear.", hint="Can Y be 2?")
def sigmoid_output(X, w):
    return 1 / (1 + np.exp(-(X @ w)))

@solution.mistake("dw", "The sum over the samples is not divided.", hint="L has a factor 1/N.")
def no_mean(X, Y, T):
    return X.T @ (Y - T)

@solution.mistake("dw", "The targets are left out.", hint="Where do they go?")
def no_targets(X, Y):
    return X.T @ Y / len(X)

def drawn(seed, N):
    random = np.random.default_rng(seed)
    parts = {"X": (N, 2), "T": (N,), "w": (2,)}
    return {name: random.normal(size=shape) for name, shape in parts.items()}

cases = [Case("shown", drawn(0, 20), public=True), Case("one", drawn(1, 1)), Case("7", drawn(2, 7))]
"""

NEURON_TOML = """
title = "Neuron"
functions = ["predict", "step"]
[points.predict]
Y = 1
[points.update]
dw = 2
[scoring]
mistake = 0.5
"""

NEURON_CHECKS = """
from grader.checks import applied, check

@check
def predict(student, case):
    'predict(X, w)'
    return {"Y": student.predict(case.X, case.w)}

@check
def update(student, case):
    'step(X, T, w, rate) returns the weights after one update'
    return {"dw": applied(case.w, student.step(case.X, case.T, case.w, 0.1), 0.1, "w")}
"""

NEURON_RIGHT = """
import numpy as np

def predict(X, w):
    return X @ w

def step(X, T, w, rate):
    gradient = X.T @ (predict(X, w) - T) / len(X)
    return w - rate * gradient
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict", "score", "cause"),
    [
        ("", "", "correct", 3, None),
        ("w - rate * gradient", "np.float32(w - rate * gradient)", "correct", 3, None),
        (" / len(X)", "", "mistake", 2, "no_mean"),
        ("- T) / len(X)", ") / len(X)", "mistake", 2, "no_targets"),
        ("X @ w\n", "1 / (1 + np.exp(-(X @ w)))\n", "carried", 2.5, "sigmoid_output"),
        ("X @ w\n", "X @ w * 1.3 + 0.1\n", "carried", 2, "unknown"),
        ("return w - rate *", "return w + rate *", "wrong", 1, "times--1"),
        ("return w -", "return w; w -", "wrong", 1, "unchanged"),
        ("return w -", "return np.zeros((3, 2)) -", "missing", 1, "missing"),
        ("return w -", "return w + np.nan -", "wrong", 1, "unknown"),
    ],
)
def test_a_gradient_that_is_only_applied_is_judged_like_any_other(
    course, graded, old, new, verdict, score, cause
):
    assignment = course(NEURON_TOML, NEURON_CHECKS, NEURON)
    build.build(assignment)
    result = graded(assignment, NEURON_RIGHT.replace(old, new, 1))

    assert by_name(result)["dw"].verdict == verdict
    assert result.score == score
    assert [c.id for c in result.causes] == ([] if cause is None else [cause])


def test_a_copy_without_the_worked_solution_names_mistakes_in_applied_gradients(course, graded):
    assignment = course(NEURON_TOML, NEURON_CHECKS, NEURON)
    build.build(assignment)
    (assignment.folder / "worked.py").unlink()
    result = graded(assignment, NEURON_RIGHT.replace(" / len(X)", ""))

    assert [c.id for c in result.causes] == ["no_mean"]


def test_a_check_keeps_what_it_requires_and_can_be_run_once():
    @check(requires={"a": finite()}, once=True)
    def one(student, case):
        """Title."""
        return {}

    assert isinstance(one, Check)
    assert (dict(one.requires), one.once, one.needs) == ({"a": finite()}, True, ())
