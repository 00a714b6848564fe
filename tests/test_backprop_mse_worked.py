"""The worked solution of backprop_mse, its cases, its handout and its examples.

The figures named KNOWN are those of the homework as it was set: printed by its handout, or, to full
length, by a submission that was run with NumPy 1.26. `by_loops` is a second source for everything
else: the formulas once more in plain Python, one number at a time.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import json
import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from reference.gradcheck import check_gradients, relative_error

FOLDER = Path(__file__).parents[1] / "assignments" / "backprop_mse"


def load(path):
    spec = importlib.util.spec_from_file_location(f"backprop_mse_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worked = load(FOLDER / "worked.py")
wrapped = load(FOLDER / "wrapped.py")
solution = worked.solution
CASES = {case.name: case for case in worked.cases()}
HIDDEN = [case for case in CASES.values() if not case.public]
GRADIENTS = {"dW1": "W1", "db1": "b1", "dW2": "W2", "db2": "b2"}
OBSERVED = ("S", "Z1", "H", "Z2", "Y", "L", *GRADIENTS)
BY_QUANTITY = {"dY": "Y", "dZ2": "Z2", "dH": "H", "dZ1": "Z1"}
unhurried = settings(deadline=None)  # a busy machine is no broken law

KNOWN = {
    "L": 0.1332476222330792,
    "dW1": [[0.00244596, 0.00262019], [-0.00030765, -0.00024188], [-0.00034768, -0.000372]],
    "db1": [0.00492577, -0.00058023, -0.00065977],
    "dW2": [0.02216011, 0.02433097, 0.01797174],
    "db2": 0.029249230265318685,
}


def drawn(seed, N, dtype=np.float64):
    """Return inputs of this test's own, with weights and biases of any sign."""
    random = np.random.default_rng(seed)
    shapes = {"X": (N, 2), "W1": (3, 2), "b1": (3,), "W2": (3,), "b2": (), "z": (4,)}
    inputs = {name: random.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    return {**inputs, "b2": dtype(inputs["b2"]), "T": random.integers(0, 2, size=N)}


# Against the homework's own figures and a second implementation


def test_the_handouts_case_gives_the_figures_of_the_homework():
    values = solution.run(CASES["handout"].inputs)

    # L and b2 are known to full length; how a sum is ordered moves the last digits.
    assert values["L"] == pytest.approx(KNOWN["L"], rel=1e-14, abs=0)
    assert values["db2"] == pytest.approx(KNOWN["db2"], rel=1e-14, abs=0)
    for name in ("dW1", "db1", "dW2"):
        np.testing.assert_allclose(values[name], KNOWN[name], rtol=0, atol=5.1e-9)


def test_the_handouts_case_gives_the_figures_printed_in_the_handout():
    values = solution.run(CASES["handout"].inputs)

    assert values["L"] == pytest.approx(0.133, abs=5e-4)
    # The second of the printed figures is 0.13 % off.
    np.testing.assert_allclose(values["db1"], [0.00492, -0.000581, -0.00066], rtol=2e-3)


def by_loops(X, T, W1, b1, W2, b2, z):
    """Return the same quantities without NumPy, one sample and one unit at a time."""
    N, units, features = len(X), range(3), range(2)

    def sigma(u):
        return 1 / (1 + math.exp(-u))

    v = {name: [] for name in ("Z1", "H", "Z2", "Y", "dY", "dZ2", "dH", "dZ1")}
    v |= {"S": [sigma(u) for u in z], "L": 0.0, "db2": 0.0}
    v |= {"dW1": [[0.0, 0.0] for _ in units], "db1": [0.0] * 3, "dW2": [0.0] * 3}
    for n in range(N):
        Z1 = [sum(X[n][d] * W1[k][d] for d in features) + b1[k] for k in units]
        H = [sigma(u) for u in Z1]
        Z2 = sum(H[k] * W2[k] for k in units) + b2
        Y = sigma(Z2)
        v["L"] += (Y - T[n]) ** 2 / (2 * N)
        dY = (Y - T[n]) / N
        # sigma'(u) = e^-u / (1 + e^-u)^2, here without the help of sigma itself
        dZ2 = dY * math.exp(-Z2) / (1 + math.exp(-Z2)) ** 2
        dH = [dZ2 * W2[k] for k in units]
        dZ1 = [dH[k] * math.exp(-Z1[k]) / (1 + math.exp(-Z1[k])) ** 2 for k in units]
        v["db2"] += dZ2
        for k in units:
            v["dW2"][k] += dZ2 * H[k]
            v["db1"][k] += dZ1[k]
            for d in features:
                v["dW1"][k][d] += dZ1[k] * X[n][d]
        row = {"Z1": Z1, "H": H, "Z2": Z2, "Y": Y, "dY": dY, "dZ2": dZ2, "dH": dH, "dZ1": dZ1}
        for name, value in row.items():
            v[name].append(value)
    return v


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_quantity_agrees_with_loops_in_plain_python(case):
    values = solution.run(case.inputs)
    plain = by_loops(
        **{name: v.tolist() if isinstance(v, np.ndarray) else v for name, v in case.inputs.items()}
    )

    assert set(plain) == set(solution.quantities)
    for name, value in plain.items():
        assert np.shape(values[name]) == np.shape(value)
        assert relative_error(values[name], value) < 1e-13, name


# Against central differences


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_gradients_agree_with_central_differences_on_every_case(case):
    # With 1000 samples the derivatives by single outputs drown in the rounding of L.
    gradients = GRADIENTS if case.name == "handout" else GRADIENTS | BY_QUANTITY

    errors = check_gradients(solution, case.inputs, "L", gradients)

    assert max(errors.values()) < 1e-8, errors


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("N", [1, 2, 7, 64])
# Where a gradient is tiny beside L, as with seed 15, it is the difference that loses digits.
@pytest.mark.parametrize("seed", [0, 2, 4, 5])
def test_gradients_agree_with_central_differences_for_other_seeds(seed, N, dtype):
    errors = check_gradients(solution, drawn(seed, N, dtype), "L", GRADIENTS)

    assert max(errors.values()) < 1e-8, errors


# Types and shapes


@pytest.mark.parametrize("labels", [np.int64, np.int8, np.bool_, np.float64, list])
def test_float32_stays_float32_in_every_quantity_whatever_the_labels_are(labels):
    inputs = drawn(5, 7, np.float32)
    T = inputs["T"].tolist() if labels is list else inputs["T"].astype(labels)

    values = solution.run({**inputs, "T": T})

    assert {name: values[name].dtype for name in solution.quantities} == dict.fromkeys(
        solution.quantities, np.dtype(np.float32)
    )


@pytest.mark.parametrize("bias", [0, 0.5])
def test_a_plain_python_number_as_bias_does_not_widen_float32(bias):
    values = solution.run({**drawn(5, 7, np.float32), "b2": bias})

    assert all(values[name].dtype == np.float32 for name in solution.quantities)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_float32_agrees_with_float64_as_far_as_float32_reaches(case):
    narrow = {name: np.float32(v) if name != "T" else v for name, v in case.inputs.items()}
    wide = {name: np.float64(v) if name != "T" else v for name, v in narrow.items()}

    a, b = solution.run(narrow), solution.run(wide)

    # Sums of 1000 terms of both signs: measured 10 eps at most, 40 leave room for other kernels.
    for name in solution.quantities:
        assert relative_error(a[name], b[name]) < 40 * np.finfo(np.float32).eps, name


@pytest.mark.parametrize("N", [1, 7, 64])
def test_gradients_have_the_shapes_of_what_they_are_derivatives_by(N):
    values = solution.run(drawn(0, N))

    for gradient, variable in (GRADIENTS | BY_QUANTITY).items():
        assert np.shape(values[gradient]) == np.shape(values[variable])


def test_every_description_ends_with_the_shape_of_the_quantity():
    sizes = {**solution.sizes_of(drawn(0, 7)), "z": 4}
    values = solution.run(drawn(0, 7))
    for name in solution.quantities:
        said = re.search(r"(\([\w, ]+\)|a scalar|shape of z)\.$", solution.describe(name))
        expected = {"a scalar": (), "shape of z": (4,)}.get(said[1])
        if expected is None:
            expected = tuple(int(sizes.get(n, n)) for n in re.findall(r"\w+", said[1]))

        assert np.shape(values[name]) == expected


def test_running_changes_no_input():
    inputs = drawn(0, 7)
    before = {name: np.copy(value) for name, value in inputs.items()}

    solution.run(inputs)

    assert all(np.array_equal(before[name], inputs[name]) for name in inputs)


# Laws


def test_the_sigmoid_is_right_where_exp_overflows():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        values = worked.sigmoid(np.array([-np.inf, -1e4, -800.0, 0.0, 800.0, 1e4, np.inf]))

    assert values.tolist() == [0, 0, 0, 0.5, 1, 1, 1]


@unhurried
@given(st.floats(-700, 700))
def test_the_sigmoid_agrees_with_the_formula_and_is_symmetric(z):
    assert worked.sigmoid(z) == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-15, abs=0)
    assert worked.sigmoid(z) + worked.sigmoid(-z) == pytest.approx(1, rel=1e-15)


@unhurried
@given(st.integers(0, 2**32), st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(seed, N, random):
    inputs = drawn(seed, N)
    rows = random.sample(range(N), N)

    a = solution.run(inputs)
    b = solution.run({**inputs, "X": inputs["X"][rows], "T": inputs["T"][rows]})

    for name in ("L", *GRADIENTS):
        assert np.allclose(a[name], b[name], rtol=1e-12, atol=1e-15)


@unhurried
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_the_loss_is_a_mean_so_that_doubling_all_samples_changes_no_gradient(seed, N):
    inputs = drawn(seed, N)
    twice = {**inputs, "X": np.tile(inputs["X"], (2, 1)), "T": np.tile(inputs["T"], 2)}

    a, b = solution.run(inputs), solution.run(twice)

    for name in ("L", *GRADIENTS):
        assert np.allclose(a[name], b[name], rtol=1e-12, atol=1e-15)


@unhurried
@given(st.integers(0, 2**32), st.permutations(range(3)))
def test_hidden_units_that_change_places_take_their_gradients_with_them(seed, places):
    inputs = drawn(seed, 5)
    moved = {**inputs, **{name: inputs[name][places] for name in ("W1", "b1", "W2")}}

    a, b = solution.run(inputs), solution.run(moved)

    for name in ("dW1", "db1", "dW2"):
        assert np.allclose(a[name][places], b[name], rtol=1e-12, atol=1e-15)


@unhurried
@given(npst.arrays(np.float64, 7, elements=st.floats(0, 1)))
def test_the_loss_is_zero_for_outputs_equal_to_the_labels_and_never_negative(Y):
    inputs = drawn(0, 7)

    assert solution.run(inputs, given={"Y": Y})["L"] >= 0
    assert solution.run({**inputs, "T": Y}, given={"Y": Y})["L"] == 0


# Mistakes and conventions

REPLACEMENTS = [*solution.mistakes, *solution.conventions]


def difference(a, b):
    """Return how far two values are apart; 1 if their shapes differ."""
    return 1.0 if np.shape(a) != np.shape(b) else relative_error(a, b)


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda r: r.id)
def test_a_mistake_shows_clearly_in_its_quantity_on_a_hidden_case(replacement):
    def effect(inputs):
        right = solution.run(inputs)[replacement.quantity]
        return difference(right, solution.run(inputs, replace=[replacement])[replacement.quantity])

    assert max(effect(case.inputs) for case in HIDDEN) > 0.05


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda r: r.id)
def test_a_mistake_changes_nothing_that_does_not_depend_on_its_quantity(replacement):
    inputs = CASES["seven-rows"].inputs
    right, wrong = solution.run(inputs), solution.run(inputs, replace=[replacement])
    untouched = [
        name
        for name in solution.quantities
        if name != replacement.quantity and replacement.quantity not in solution.ancestors(name)
    ]

    assert all(np.array_equal(right[name], wrong[name]) for name in untouched)


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda r: r.id)
def test_a_mistake_keeps_float32_and_is_finite(replacement):
    values = solution.run(drawn(3, 7, np.float32), replace=[replacement])

    assert all(values[name].dtype == np.float32 for name in solution.quantities)
    assert all(np.all(np.isfinite(values[name])) for name in solution.quantities)


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda r: r.id)
def test_a_mistake_shows_clearly_in_what_a_submission_returns(replacement):
    pairs = [
        (solution.run(c.inputs), solution.run(c.inputs, replace=[replacement])) for c in HIDDEN
    ]

    assert max(difference(a[name], b[name]) for a, b in pairs for name in OBSERVED) > 0.05


def test_no_two_mistakes_return_the_same_on_the_hidden_cases():
    outcomes = {
        r.id: [solution.run(case.inputs, replace=[r]) for case in HIDDEN] for r in REPLACEMENTS
    }

    def apart(first, second):
        pairs = zip(outcomes[first], outcomes[second], strict=True)
        return any(difference(a[name], b[name]) > 0.05 for a, b in pairs for name in OBSERVED)

    assert [pair for pair in itertools.combinations(outcomes, 2) if not apart(*pair)] == []


@pytest.mark.parametrize(
    ("slips", "dZ2"),
    [
        (["no_mean", "no_output_derivative"], lambda Y, T, N: Y - T),
        (["cross_entropy_delta"], lambda Y, T, N: Y - T),
        (["sign_of_loss", "cross_entropy_delta"], lambda Y, T, N: T - Y),
        (["sign_of_loss", "no_output_derivative"], lambda Y, T, N: (T - Y) / N),
        (["target_minus_output"], lambda Y, T, N: (T - Y) * Y * (1 - Y)),
        (["full_mse_derivative", "no_output_derivative"], lambda Y, T, N: 2 * (Y - T) / N),
    ],
)
def test_deltas_that_students_write_are_made_of_known_mistakes(slips, dZ2):
    inputs = CASES["seven-rows"].inputs
    made = [r for r in REPLACEMENTS if r.id in slips]

    values = solution.run(inputs, replace=made)

    assert len(made) == len(slips)
    np.testing.assert_allclose(values["dZ2"], dZ2(values["Y"], inputs["T"], 7), rtol=1e-14)


@pytest.mark.parametrize("id", ["loss_over_1000", "mean_over_1000", "no_hidden_bias"])
def test_what_the_handouts_numbers_hide_shows_on_other_cases_only(id):
    (mistake,) = [m for m in solution.mistakes if m.id == id]

    def effect(case):
        wrong = solution.run(case.inputs, replace=[mistake])[mistake.quantity]
        return difference(solution.run(case.inputs)[mistake.quantity], wrong)

    assert effect(CASES["handout"]) < 1e-14
    assert all(effect(case) > 0.05 for case in HIDDEN)


def test_there_are_forty_mistakes_or_more_and_one_at_least_at_every_step():
    assert len(solution.mistakes) >= 40
    assert {m.quantity for m in solution.mistakes} == set(solution.quantities)


def test_mistakes_stand_in_the_order_of_the_steps():
    order = ["S", "Z1", "H", "Z2", "Y", "L", "dY", "dZ2", "dW2", "db2", "dH", "dZ1", "dW1", "db1"]
    places = [order.index(mistake.quantity) for mistake in solution.mistakes]

    assert set(order) == set(solution.quantities)
    assert places == sorted(places)


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda r: r.id)
def test_every_mistake_has_one_sentence_and_a_hint_that_asks(replacement):
    assert re.fullmatch(r"[A-Z].*\.", replacement.text)
    assert not re.search(r"[.!?] [A-Z]", replacement.text)
    assert re.fullmatch(r"\S.*[.?]", replacement.hint)
    assert "?" in replacement.hint


def test_no_two_mistakes_have_the_same_sentence_and_none_blames():
    texts = [replacement.text for replacement in REPLACEMENTS]

    assert len(set(texts)) == len(texts)
    assert not any(re.search(r"\b(you|your|forg[eo]t\w*)\b", text, re.I) for text in texts)


def test_conventions_say_what_they_are_and_what_the_handout_asks_for():
    for convention in solution.conventions:
        assert "mean squared error" in convention.text
        assert "the handout asks for half of it" in convention.text


def test_the_two_conventions_together_are_the_mean_without_the_half():
    inputs = CASES["seven-rows"].inputs
    values = solution.run(inputs)
    other = solution.run(inputs, replace=solution.conventions)

    for name in ("L", "dY", "dZ2", *GRADIENTS):
        np.testing.assert_allclose(other[name], 2 * values[name], rtol=1e-14)


# The solution as a submission


def functions(inputs, replace=()):
    """Return the wrapped solution; `inputs` are for what a call does not give."""
    return wrapped.functions(lambda **given: solution.run({**inputs, **given}, replace=replace))


def returned(namespace, inputs):
    """Return what the three functions give, by quantity."""
    sigmoid = {"S": namespace["sigmoid"](inputs["z"])}
    return {**sigmoid, **forward(namespace, inputs), **backward(namespace, inputs)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_wrapped_solution_returns_the_expected_values(case):
    right = solution.run(case.inputs)

    # Inputs that a call does not give are other ones than the case's.
    got = returned(functions(drawn(0, len(case.inputs["X"]))), case.inputs)

    assert set(got) == set(OBSERVED)
    assert all(np.array_equal(got[name], right[name]) for name in OBSERVED)


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda r: r.id)
def test_the_wrapped_solution_passes_mistakes_on(replacement):
    inputs = CASES["seven-rows"].inputs
    wrong = solution.run(inputs, replace=[replacement])

    got = returned(functions(inputs, [replacement]), inputs)

    assert all(np.array_equal(got[name], wrong[name]) for name in OBSERVED)


def test_the_wrapped_functions_have_the_handouts_names_and_parameters():
    namespace, _ = ran(FOLDER / "handout.ipynb")
    made = functions(drawn(0, 4))

    assert set(made) == {"sigmoid", "forward_propagation", "back_propagation"}
    for name, function in made.items():
        assert inspect.signature(function) == inspect.signature(namespace[name])


# Cases


def test_the_handouts_case_is_the_only_public_one():
    assert [case.name for case in CASES.values() if case.public] == ["handout"]


def test_hidden_cases_have_one_seven_and_sixty_four_samples():
    assert {solution.sizes_of(case.inputs)["N"] for case in HIDDEN} == {1, 7, 64}


def test_cases_are_the_same_each_time():
    for first, second in zip(CASES.values(), worked.cases(), strict=True):
        assert first.name == second.name
        assert all(np.array_equal(first.inputs[k], second.inputs[k]) for k in solution.inputs)


@pytest.mark.parametrize("case", HIDDEN, ids=lambda case: case.name)
def test_hidden_cases_hide_nothing_behind_zeros_and_signs(case):
    inputs, N = case.inputs, solution.sizes_of(case.inputs)["N"]

    assert np.min(np.abs(inputs["b1"])) >= 0.5
    assert abs(inputs["b2"]) >= 0.5
    assert set(np.unique(inputs["T"])) == ({0, 1} if N > 1 else {1})
    assert N == 1 or np.min(inputs["X"]) < 0 < np.max(inputs["X"])
    # The sigmoids are not saturated, so that their derivatives count.
    assert np.min(np.abs(solution.run(inputs)["dW1"])) > 1e-5


def test_hidden_cases_have_outputs_on_both_sides_of_one_half():
    outputs = np.concatenate([solution.run(case.inputs)["Y"] for case in HIDDEN])

    assert np.min(outputs) < 0.45
    assert np.max(outputs) > 0.55


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_points_of_the_sigmoid_lie_on_both_sides_and_not_in_mirror_images(case):
    z = np.sort(case.inputs["z"])

    assert z[0] < -1 < 1 < z[-1]
    assert not np.allclose(z, -z[::-1])


# The handout and the examples


def cells(path):
    """Return the code cells of a notebook as pairs of id and source."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [
        (cell["id"], "".join(cell["source"]))
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def ran(path):
    """Run a notebook's cells, each whatever became of the others; return names and errors."""
    namespace, errors = {"__name__": "__main__"}, {}
    state = np.random.get_state()
    for name, source in cells(path):
        try:
            exec(compile(source, f"cell {name}", "exec"), namespace)
        except Exception as error:
            errors[name] = error
    np.random.set_state(state)
    return namespace, errors


def backward(namespace, inputs):
    weights = {name: inputs[name] for name in ("W1", "b1", "W2", "b2")}
    gradients, L = namespace["back_propagation"](inputs["X"], inputs["T"], weights)
    return {"L": L, **{f"d{name}": gradients[name] for name in weights}}


def forward(namespace, inputs):
    weights = {name: inputs[name] for name in ("W1", "b1", "W2", "b2")}
    Y, Z2, H, Z1 = namespace["forward_propagation"](inputs["X"], weights)
    return {"Y": Y, "Z2": Z2, "H": H, "Z1": Z1}


def agrees(got, inputs):
    """Return the names of the quantities that are right, shape included."""
    right = solution.run(inputs)
    return {
        name
        for name, value in got.items()
        if np.shape(value) == np.shape(right[name]) and relative_error(value, right[name]) < 1e-12
    }


NOTEBOOKS = [FOLDER / "handout.ipynb", *sorted((FOLDER / "examples").glob("*.ipynb"))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_valid_name_their_assignment_and_hold_no_outputs(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)

    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.gradelab == {"assignment": "backprop_mse"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert not any(cell.outputs for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_seed_cell_of_every_notebook_draws_the_public_case(path):
    (source,) = [source for name, source in cells(path) if name == "seed"]
    namespace, state = {}, np.random.get_state()
    exec(source, namespace)
    np.random.set_state(state)
    inputs = CASES["handout"].inputs

    for name in ("X", "T"):
        assert np.array_equal(namespace[name], inputs[name])
    for name, value in namespace["weights"].items():
        assert np.array_equal(value, inputs[name])


def test_the_handout_leaves_three_functions_to_write_and_says_so_when_they_are_called():
    namespace, errors = ran(FOLDER / "handout.ipynb")

    for name, arguments in (
        ("sigmoid", [0]),
        ("forward_propagation", [0, 0]),
        ("back_propagation", [0, 0, 0]),
    ):
        with pytest.raises(NotImplementedError, match=r"^Task \d: "):
            namespace[name](*arguments)
    assert list(errors) == ["figures"]


def test_the_handout_prints_the_figures_and_holds_nothing_of_the_solution():
    text = (FOLDER / "handout.ipynb").read_text(encoding="utf-8")

    assert "close to 0.133" in text
    assert "[0.00492, -0.000581, -0.00066]" in text
    assert "grade submission.ipynb" in text
    for line in ("np.exp", ".T @", "outer", "1 - Y", "1 - H", "sum(", "dZ2", "dY"):
        assert line not in text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_correct_notebook_is_right_on_every_case(case):
    namespace, errors = ran(FOLDER / "examples" / "correct.ipynb")

    got = {**forward(namespace, case.inputs), **backward(namespace, case.inputs)}
    got["S"] = namespace["sigmoid"](case.inputs["z"])

    assert not errors
    assert agrees(got, case.inputs) == {"S", "Z1", "H", "Z2", "Y", "L", *GRADIENTS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_correct_module_is_right_on_every_case_and_silent_on_import(case, capsys):
    namespace = vars(load(FOLDER / "examples" / "correct.py"))

    got = {**forward(namespace, case.inputs), **backward(namespace, case.inputs)}
    got["S"] = namespace["sigmoid"](case.inputs["z"])

    assert agrees(got, case.inputs) == {"S", "Z1", "H", "Z2", "Y", "L", *GRADIENTS}
    assert capsys.readouterr().out == ""


def test_the_example_with_mistakes_fails_in_one_cell_and_goes_on_after_it(capsys):
    _, errors = ran(FOLDER / "examples" / "mistakes.ipynb")

    assert list(errors) == ["plot"]
    assert isinstance(errors["plot"], ModuleNotFoundError)
    assert capsys.readouterr().out.endswith("done\n")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_example_with_mistakes_is_wrong_in_the_four_ways_it_is_meant_to(case):
    namespace, _ = ran(FOLDER / "examples" / "mistakes.ipynb")
    right, N = solution.run(case.inputs), len(case.inputs["X"])
    got = backward(namespace, case.inputs)
    close = {"rtol": 1e-12, "atol": 0}

    assert agrees(forward(namespace, case.inputs), case.inputs) == {"Y", "Z2", "H", "Z1"}
    assert got["L"] == pytest.approx(right["L"], rel=1e-12)
    np.testing.assert_allclose(got["dW1"], right["dW1"].T, **close)
    np.testing.assert_allclose(got["dW2"], right["dW2"] * N / 1000, **close)
    assert got["db2"] == pytest.approx(right["db2"] * N, rel=1e-12)
    # One factor is missing before the sum: no common factor is left, and no sign or order.
    ratios = got["db1"] / right["db1"]
    assert np.ptp(ratios) > 0.05 * np.max(np.abs(ratios))


def test_the_broken_example_lacks_two_functions_and_keeps_the_rest():
    namespace, errors = ran(FOLDER / "examples" / "broken.ipynb")
    inputs = CASES["seven-rows"].inputs

    assert {name: type(error) for name, error in errors.items()} == {
        "backward": SyntaxError,
        "figures": NameError,
    }
    assert "sigmoid" not in namespace
    assert "back_propagation" not in namespace
    assert agrees(forward(namespace, inputs), inputs) == {"Y", "Z2", "H", "Z1"}
