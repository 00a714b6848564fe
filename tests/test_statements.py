from __future__ import annotations

import ast

import pytest
from homework import assert_linear
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.statements import MAX_PIECES, rest, statements


def split(source):
    return [(s.first, s.last, s.text) for s in statements(source)]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("x = 1\ny = (\n  2)", [(1, 1, "x = 1"), (2, 3, "y = (\n  2)")]),
        ("import a, b as c", [(1, 1, "import a"), (1, 1, "import b as c")]),
        ("from a import (\n b,\n c)", [(1, 3, "from a import b"), (1, 3, "from a import c")]),
        ("import a; x = 1; import b", [(1, 1, "import a"), (1, 1, "x = 1"), (1, 1, "import b")]),
        ("@f\n@g\ndef h():\n    pass", [(1, 4, "@f\n@g\ndef h():\n    pass")]),
        ("", []),
        ("# only words", []),
    ],
)
def test_a_cell_is_split_into_its_statements(source, parts):
    assert split(source) == parts


def test_of_a_cell_that_does_not_parse_what_parses_is_kept():
    source = (
        "import numpy as np\n"
        "print 'hello'\n"
        "@staticmethod\n"
        "def f(x):\n"
        "    return (x +\n"
        "1)\n"
        "\n"
        "def broken(:\n"
        "    pass\n"
        "class C:\n"
        "    y = 2\n"
    )

    # f's last line stands at the start of a line, so that f is lost as well
    assert [(first, last) for first, last, _ in split(source)] == [(1, 1), (10, 11)]
    fine = source.replace("\n1)", "\n    1)")
    assert [(first, last) for first, last, _ in split(fine)] == [(1, 1), (3, 6), (10, 11)]


@given(st.text(st.sampled_from("abx=1()[]:\n @#'\";,defimport "), max_size=80))
def test_any_text_gives_statements_that_parse_and_stand_on_their_lines(source):
    lines = source.split("\n")
    for statement in statements(source):
        (node,) = ast.parse(statement.text).body
        assert 1 <= statement.first <= statement.last <= len(lines)
        assert statement.text.count("\n") <= statement.last - statement.first
        if statement.text in source:  # several on one line are written anew
            assert lines[statement.first - 1].startswith(statement.text.split("\n")[0])
            assert node.end_lineno == statement.last - statement.first + 1


def test_long_texts_that_do_not_parse_are_split_in_time_proportional_to_their_length():
    def split_all(n):
        for source in ("@f\n" * n + "x = 1\n(", "x = 1\n" * n + "(", "(\n" * n):
            assert len(statements.__wrapped__(source)) <= MAX_PIECES

    assert_linear(split_all, 8_000, 64_000)


@pytest.mark.parametrize("source", ["x = 1\nreturn x\ny = 2", "x = 1\nfrom __future__ import a\ny"])
def test_of_a_cell_that_parses_and_does_not_compile_nothing_has_run(source):
    assert len(rest(source, 2)) == 3
