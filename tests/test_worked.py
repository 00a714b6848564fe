"""The worked solution: order, replaced steps, given values, and what is refused at load time."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.worked import Case, Mistake, WorkedSolution, WorkedSolutionError


def function(name: str, needs: tuple[str, ...], value: Callable[..., Any]) -> Callable[..., Any]:
    """Return a documented function of this name whose parameters are `needs`."""

    def body(*arguments: Any) -> Any:
        return value(*arguments)

    body.__name__, body.__doc__ = name, f"{name}, a scalar."
    body.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in needs]
    )
    return body


def line() -> WorkedSolution:
    """Return a solution x -> a -> b -> c, defined from its end."""
    solution = WorkedSolution(inputs=("x", "w"), sizes={"N": lambda x: len(str(x))})

    @solution.step
    def c(b):
        """Third, a scalar."""
        return b + 100

    @solution.step
    def b(a, w):
        """Second, a scalar. It has a second sentence, for example
        over two lines, that is not part of the description.
        """
        return a * w

    @solution.step
    def a(x):
        """First,
        a scalar.
        """
        return x + 1

    return solution


# Order and values


def test_steps_run_in_the_order_of_their_needs_whatever_the_order_of_their_definition():
    assert line().quantities == ("a", "b", "c")


def test_run_returns_inputs_and_quantities_in_dependency_order():
    values = line().run({"w": 3, "x": 1})

    assert list(values.items()) == [("x", 1), ("w", 3), ("a", 2), ("b", 6), ("c", 106)]


def test_the_order_of_definition_is_kept_where_the_needs_leave_a_choice():
    solution = WorkedSolution(inputs=("x",))
    for name in ("q", "p", "r"):
        solution.step(function(name, ("x",), lambda x: x))

    assert solution.quantities == ("q", "p", "r")


def test_decorators_return_the_function_unchanged():
    solution = line()

    def plain(x):
        """One, a scalar."""
        return x

    def other(x):
        return -x

    assert solution.step(plain) is plain
    assert solution.mistake("plain", "The sign is wrong.")(other) is other


def test_a_step_without_parameters_is_a_constant():
    solution = WorkedSolution(inputs=())
    solution.step(function("k", (), lambda: 7))

    assert solution.run({}) == {"k": 7}


def test_a_chain_of_thousands_of_steps_is_put_in_order():
    solution = WorkedSolution(inputs=("q0",))
    for i in reversed(range(5000)):
        solution.step(function(f"q{i + 1}", (f"q{i}",), lambda v: v + 1))

    assert solution.run({"q0": 0})["q5000"] == 5000


def test_a_function_can_be_an_input_so_that_a_solution_can_run_another_one():
    outer = WorkedSolution(inputs=("inner", "x"))
    outer.step(function("twice", ("inner", "x"), lambda inner, x: inner(inner(x))))

    def run_inner(x):
        return line().run({"x": x, "w": 1})["c"]

    assert outer.run({"inner": run_inner, "x": 0})["twice"] == 202


def test_running_reads_no_signature_again(monkeypatch):
    solution = line()
    solution.mistake("b", "The weight is missing.")(function("no_w", ("a",), lambda a: a))
    solution.check()
    monkeypatch.setattr(inspect, "signature", lambda _: pytest.fail("a signature was read"))

    assert solution.run({"x": 1, "w": 3}, replace=solution.mistakes)["c"] == 102


def test_an_exception_of_a_step_passes_with_the_name_of_the_quantity():
    with pytest.raises(TypeError) as caught:
        line().run({"x": None, "w": 1})

    assert caught.value.__notes__ == ["While computing a of the worked solution."]


# Replacing, fixing and restricting


def test_a_mistake_changes_its_quantity_and_what_comes_after_it():
    solution = line()

    @solution.mistake("b", "The weight is missing.", hint="What does w do?")
    def no_weight(a):
        return a

    assert solution.run({"x": 1, "w": 3}, replace=[solution.mistakes[0]]) == {
        "x": 1,
        "w": 3,
        "a": 2,
        "b": 2,
        "c": 102,
    }
    assert solution.run({"x": 1, "w": 3})["b"] == 6


def test_mistakes_and_conventions_are_kept_apart_with_their_words():
    solution = line()

    @solution.mistake("b", "The weight is missing.", hint="What does w do?")
    def no_weight(a):
        return a

    @solution.convention("c", "Without the hundred.")
    def small(b):
        return b

    (mistake,), (convention,) = solution.mistakes, solution.conventions
    assert (mistake.id, mistake.quantity, mistake.text, mistake.hint, mistake.function) == (
        "no_weight",
        "b",
        "The weight is missing.",
        "What does w do?",
        no_weight,
    )
    assert (convention.id, convention.quantity, convention.hint) == ("small", "c", None)
    assert solution.run({"x": 1, "w": 3}, replace=[mistake, convention])["c"] == 2


def test_functions_by_quantity_replace_steps_too():
    values = line().run({"x": 1, "w": 3}, replace={"b": function("mine", ("a",), lambda a: -a)})

    assert values["c"] == 98


def test_a_replacement_may_need_what_was_computed_after_it():
    solution = WorkedSolution(inputs=("x",))
    solution.step(function("first", ("x",), lambda x: x + 1))
    solution.step(function("second", ("x",), lambda x: x + 2))
    solution.mistake("first", "From the second.")(
        function("swapped", ("second",), lambda second: 10 * second)
    )

    values = solution.run({"x": 1}, replace=solution.mistakes)

    assert list(values.items()) == [("x", 1), ("second", 3), ("first", 30)]


def test_a_given_value_stands_and_everything_after_it_is_computed_again():
    assert line().run({"x": 1, "w": 3}, given={"b": 50}) == {
        "x": 1,
        "w": 3,
        "a": 2,
        "b": 50,
        "c": 150,
    }


def test_a_given_value_stands_even_where_its_step_is_replaced():
    values = line().run(
        {"x": 1, "w": 3}, given={"b": 50}, replace={"b": function("mine", ("a",), lambda a: -a)}
    )

    assert values["b"] == 50


def test_wanted_restricts_to_the_quantities_and_what_they_need():
    assert line().run({"x": 1, "w": 3}, wanted=["a"]) == {"x": 1, "a": 2}


def test_what_only_a_given_value_would_need_is_not_computed():
    assert line().run({"x": None, "w": 3}, given={"b": 50}, wanted=["c"]) == {"b": 50, "c": 150}


# Questions about a solution


def test_ancestors_are_transitive_and_hold_inputs():
    solution = line()

    assert solution.ancestors("c") == {"a", "b", "x", "w"}
    assert solution.ancestors("a") == {"x"}
    assert solution.ancestors("x") == set()


def test_sizes_are_functions_of_inputs():
    assert line().sizes_of({"x": 1234, "w": 0}) == {"N": 4}


def test_a_quantity_is_described_by_the_first_sentence_of_its_docstring():
    solution = line()

    assert [solution.describe(q) for q in solution.quantities] == [
        "First, a scalar.",
        "Second, a scalar.",
        "Third, a scalar.",
    ]


# What is refused, and in which words


def with_step(name: str, *needs: str) -> WorkedSolution:
    solution = WorkedSolution(inputs=("X", "W1"))
    solution.step(function("Z1", ("X", "W1"), lambda X, W1: X * W1))
    solution.step(function(name, needs, lambda *a: 0))
    return solution


def test_a_misspelt_need_is_refused_with_the_name_that_was_meant():
    with pytest.raises(WorkedSolutionError) as caught:
        with_step("H", "z1").check()

    assert str(caught.value) == (
        "step H: there is no 'z1'. Did you mean 'Z1'? Known are X, W1, Z1, H."
    )


def test_a_need_like_nothing_known_is_refused_without_a_guess():
    with pytest.raises(WorkedSolutionError, match=r"^step H: there is no 'dropout'\. Known are "):
        with_step("H", "dropout").check()


def test_a_cycle_is_refused_with_its_members_only():
    solution = with_step("H", "Y")
    solution.step(function("Y", ("B", "Z1"), lambda *a: 0))
    solution.step(function("B", ("H",), lambda *a: 0))
    solution.step(function("after", ("B",), lambda *a: 0))

    with pytest.raises(WorkedSolutionError) as caught:
        solution.check()

    assert str(caught.value) == (
        "The steps form a cycle: H needs Y, Y needs B, B needs H. "
        "Let one of them need something computed earlier."
    )


def test_a_step_that_needs_itself_is_a_cycle():
    with pytest.raises(WorkedSolutionError, match="form a cycle: H needs H"):
        with_step("H", "H").check()


def test_a_mistake_that_closes_a_cycle_is_refused_by_its_name():
    solution = with_step("H", "Z1")
    solution.mistake("Z1", "Backwards.")(function("backwards", ("H",), lambda H: H))

    with pytest.raises(
        WorkedSolutionError,
        match=r"^mistake backwards: The steps form a cycle: Z1 needs H, H needs Z1\.",
    ):
        solution.check()


def test_a_cycle_between_two_replacements_is_found_when_they_meet():
    solution = WorkedSolution(inputs=("x",))
    for name, other in (("p", "q"), ("q", "p")):
        solution.step(function(name, ("x",), lambda x: x))
        solution.mistake(name, "From the other.")(
            function(f"{name}_from_{other}", (other,), lambda v: v)
        )
    solution.check()

    with pytest.raises(WorkedSolutionError, match="p needs q, q needs p"):
        solution.run({"x": 1}, replace=solution.mistakes)


def test_a_step_defined_twice_is_refused():
    with pytest.raises(WorkedSolutionError, match=r"^step Z1: defined twice"):
        with_step("Z1", "X")


def test_a_step_with_the_name_of_an_input_is_refused():
    with pytest.raises(WorkedSolutionError, match=r"^step W1: there is an input of this name"):
        with_step("W1", "X")


@pytest.mark.parametrize("doc", [None, "", "  \n "])
def test_a_step_without_a_docstring_is_refused(doc):
    step = function("H", ("X",), lambda X: X)
    step.__doc__ = doc

    with pytest.raises(
        WorkedSolutionError, match=r"^step H: the docstring is missing\. Describe the quantity"
    ):
        WorkedSolution(inputs=("X",)).step(step)


def starred(*X):
    """Hidden, a scalar."""


def keyworded(**X):
    """Hidden, a scalar."""


def keyword_only(*, X):
    """Hidden, a scalar."""


@pytest.mark.parametrize(
    ("step", "parameter"), [(starred, r"\*X"), (keyworded, r"\*\*X"), (keyword_only, "X")]
)
def test_a_parameter_that_is_not_plain_is_refused(step, parameter):
    with pytest.raises(
        WorkedSolutionError,
        match=f"^step {step.__name__}: the parameter {parameter} does not stand for one quantity",
    ):
        WorkedSolution(inputs=("X",)).step(step)


def test_a_default_value_is_refused():
    def H(X, slope=0.1):
        """Hidden, a scalar."""

    with pytest.raises(
        WorkedSolutionError, match=r"^step H: the parameter slope has a default value"
    ):
        WorkedSolution(inputs=("X", "slope")).step(H)


def test_a_default_value_is_refused_in_a_mistake_too():
    with pytest.raises(WorkedSolutionError, match=r"^mistake leaky: the parameter slope has a def"):

        @line().mistake("a", "It leaks.")
        def leaky(x, slope=0.1):
            return x


def test_a_lambda_is_refused_as_a_step():
    with pytest.raises(WorkedSolutionError, match=r"^step <lambda>: this is no name\."):
        WorkedSolution(inputs=("X",)).step(lambda X: X)


@pytest.mark.parametrize("kind", ["mistake", "convention"])
def test_a_replacement_of_an_unknown_quantity_is_refused(kind):
    solution = with_step("dY", "Z1")
    getattr(solution, kind)("dy", "The mean is missing.")(function("no_mean", ("X",), lambda X: X))

    with pytest.raises(
        WorkedSolutionError, match=rf"^{kind} no_mean: there is no 'dy'\. Did you mean 'dY'\?"
    ):
        solution.check()


def test_a_mistake_for_an_input_is_refused():
    solution = line()
    solution.mistake("x", "Not mine.")(function("wrong_input", (), lambda: 0))

    with pytest.raises(WorkedSolutionError, match=r"^mistake wrong_input: there is no 'x'\."):
        solution.check()


def test_a_mistake_that_needs_an_unknown_name_is_refused():
    solution = line()
    solution.mistake("b", "Misspelt.")(function("misspelt", ("A",), lambda A: A))

    with pytest.raises(
        WorkedSolutionError, match=r"^mistake misspelt: there is no 'A'\. Did you mean 'a'\?"
    ):
        solution.check()


def test_two_mistakes_or_conventions_of_one_name_are_refused():
    solution = line()
    solution.mistake("a", "One.")(function("same", ("x",), lambda x: x))

    with pytest.raises(
        WorkedSolutionError, match=r"^convention same: there is another mistake or convention"
    ):
        solution.convention("b", "Two.")(function("same", ("a",), lambda a: a))


@pytest.mark.parametrize("inputs", ["X", ["X"], ("X", "X")])
def test_inputs_are_a_tuple_of_different_names(inputs):
    with pytest.raises(
        WorkedSolutionError, match=r"^inputs: write a tuple of different names, not "
    ):
        WorkedSolution(inputs=inputs)


def test_a_size_of_something_else_than_inputs_is_refused():
    with pytest.raises(WorkedSolutionError, match=r"^size N: there is no 'x'\. Did you mean 'X'"):
        WorkedSolution(inputs=("X",), sizes={"N": lambda x: len(x)})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"x": 1}, "inputs: w missing. Give x, w."),
        ({}, "inputs: x, w missing. Give x, w."),
        ({"x": 1, "W": 2}, "inputs: 'W' is not expected. Did you mean 'w'? Give x, w."),
        ({"x": 1, "w": 2, "a": 3}, "inputs: 'a' is not expected. Give x, w."),
    ],
)
def test_inputs_missing_or_too_many_are_refused(inputs, message):
    with pytest.raises(WorkedSolutionError) as caught:
        line().run(inputs)

    assert str(caught.value) == message


def test_a_quantity_replaced_twice_is_refused():
    solution = line()
    for name in ("one", "two"):
        solution.mistake("b", "Wrong.")(function(name, ("a",), lambda a: a))

    with pytest.raises(WorkedSolutionError, match=r"^replacement of b: there are two\."):
        solution.run({"x": 1, "w": 1}, replace=solution.mistakes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"given": {"B": 1}}, r"^given: there is no 'B'\. Did you mean 'b'\?"),
        ({"given": {"x": 1}}, r"^given: there is no 'x'\."),
        ({"wanted": ["C"]}, r"^wanted: there is no 'C'\. Did you mean 'c'\?"),
        ({"replace": {"B": abs}}, r"^replacement of B: there is no 'B'\. Did you mean 'b'\?"),
        (
            {"replace": [Mistake("m", "b", "Wrong.", None, lambda A: A)]},
            r"^replacement of b: there is no 'A'\. Did you mean 'a'\?",
        ),
    ],
)
def test_unknown_names_in_a_call_are_refused(arguments, message):
    with pytest.raises(WorkedSolutionError, match=message):
        line().run({"x": 1, "w": 1}, **arguments)


@pytest.mark.parametrize("ask", ["ancestors", "describe"])
def test_questions_about_an_unknown_quantity_are_refused(ask):
    with pytest.raises(WorkedSolutionError, match=rf"^{ask}: there is no 'B'\. Did you mean 'b'"):
        getattr(line(), ask)("B")


def test_a_step_added_later_is_checked_too():
    solution = line()
    solution.check()
    solution.step(function("d", ("C",), lambda C: C))

    with pytest.raises(WorkedSolutionError, match=r"^step d: there is no 'C'"):
        solution.run({"x": 1, "w": 1})


# Cases


@pytest.mark.parametrize("name", ["handout", "7-rows", "one_row", "a"])
def test_a_case_has_a_name_of_small_letters_digits_and_dashes(name):
    assert Case(name, {}).name == name


@pytest.mark.parametrize("name", ["", "Handout", "-row", "_row", "a/b", "a b", "ä", "a\n"])
def test_a_case_of_another_name_is_refused(name):
    with pytest.raises(WorkedSolutionError, match="a case's name is made of small letters"):
        Case(name, {})


def test_a_case_is_hidden_unless_it_is_called_public():
    assert not Case("a", {}).public


# Laws, on random graphs of steps. Every step adds its needs to a number of its own, so that a
# change of one of them always shows.

INPUTS = ("i0", "i1", "i2")
unhurried = settings(deadline=None)  # a busy machine is no broken law


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Draw quantities, each needing some of the inputs and of the quantities before it."""
    graph: dict[str, tuple[str, ...]] = {}
    for i in range(draw(st.integers(1, 8))):
        known = [*INPUTS, *graph]
        graph[f"q{i}"] = tuple(draw(st.lists(st.sampled_from(known), unique=True, max_size=4)))
    return graph


def built(graph: dict[str, tuple[str, ...]], order: list[str] | None = None) -> WorkedSolution:
    solution = WorkedSolution(inputs=INPUTS)
    for name in order or graph:
        solution.step(function(name, graph[name], adder(name)))
    return solution


def adder(name: str) -> Callable[..., int]:
    return lambda *values: sum(values) + 10 ** int(name[1:])


def by_hand(graph: dict[str, tuple[str, ...]], inputs: dict[str, int], name: str) -> int:
    """Compute one quantity by plain recursion, as a second source."""
    if name in inputs:
        return inputs[name]
    return sum(by_hand(graph, inputs, n) for n in graph[name]) + 10 ** int(name[1:])


START = {"i0": 1, "i1": 2, "i2": 3}


@unhurried
@given(st.data())
def test_the_order_of_definition_changes_no_value(data):
    graph = data.draw(graphs())
    solution = built(graph, data.draw(st.permutations(list(graph))))

    values = solution.run(START)

    assert {q: values[q] for q in graph} == {q: by_hand(graph, START, q) for q in graph}


@unhurried
@given(st.data())
def test_every_quantity_stands_after_what_it_needs(data):
    graph = data.draw(graphs())
    order = (*INPUTS, *built(graph, data.draw(st.permutations(list(graph)))).quantities)

    assert all(order.index(n) < order.index(q) for q in graph for n in graph[q])


@unhurried
@given(st.data())
def test_giving_quantities_their_own_values_changes_nothing(data):
    graph = data.draw(graphs())
    solution = built(graph)
    values = solution.run(START)
    fixed = data.draw(st.sets(st.sampled_from(list(graph))))

    assert solution.run(START, given={q: values[q] for q in fixed}) == values


@unhurried
@given(graphs())
def test_ancestors_are_exactly_what_influences_a_quantity(graph):
    solution = built(graph)
    values = solution.run(START)
    influence: dict[str, set[str]] = {q: set() for q in graph}
    for name in (*INPUTS, *graph):
        if name in INPUTS:
            changed = solution.run({**START, name: START[name] + 1})
        else:
            changed = solution.run(START, given={name: values[name] + 1})
        for quantity in graph:
            if quantity != name and changed[quantity] != values[quantity]:
                influence[quantity].add(name)

    assert {q: solution.ancestors(q) for q in graph} == influence


@unhurried
@given(st.data())
def test_wanted_gives_the_same_values_of_exactly_the_wanted_and_their_ancestors(data):
    graph = data.draw(graphs())
    solution = built(graph)
    wanted = data.draw(st.sets(st.sampled_from(list(graph))))
    names = wanted.union(*(solution.ancestors(q) for q in wanted))
    values = solution.run(START)

    assert solution.run(START, wanted=wanted) == {n: values[n] for n in values if n in names}


@unhurried
@given(st.data())
def test_a_replacement_with_other_needs_is_computed_rightly_or_refused_as_a_cycle(data):
    graph = data.draw(graphs())
    solution = built(graph)
    quantity = data.draw(st.sampled_from(list(graph)))
    needs = tuple(data.draw(st.sets(st.sampled_from([*INPUTS, *graph]), min_size=1)))
    replacement = {quantity: function("other", needs, adder(quantity))}
    cycle = any(n == quantity or quantity in solution.ancestors(n) for n in needs)

    if cycle:
        with pytest.raises(WorkedSolutionError, match="form a cycle"):
            solution.run(START, replace=replacement)
    else:
        values = solution.run(START, replace=replacement)
        assert values == {
            n: by_hand({**graph, quantity: needs}, START, n) for n in (*INPUTS, *graph)
        }


@unhurried
@given(st.data())
def test_a_graph_with_an_added_way_back_is_refused_and_all_named_members_are_on_the_cycle(data):
    graph = data.draw(graphs())
    last = data.draw(st.sampled_from(list(graph)))
    before = [n for n in built(graph).ancestors(last) if n in graph]
    assume(before)
    first = data.draw(st.sampled_from(sorted(before)))
    closed = {**graph, first: tuple({*graph[first], last})}

    with pytest.raises(WorkedSolutionError, match="form a cycle") as caught:
        built(closed).check()

    links = str(caught.value).split(": ")[1].split(". ")[0].split(", ")
    pairs = [tuple(link.split(" needs ")) for link in links]
    assert all(b in closed[a] for a, b in pairs)
    assert [b for _, b in pairs] == [a for a, _ in pairs[1:] + pairs[:1]]
