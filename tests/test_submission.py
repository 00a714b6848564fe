from __future__ import annotations

import ast
import contextlib
import json
import os
import re
from pathlib import Path

import pytest
from homework import BACKWARD, SOLUTION, assert_linear, notebook, write_notebook
from hypothesis import given
from hypothesis import strategies as st

from grader.definitions import line_of
from grader.errors import SubmissionError
from grader.magics import to_python
from grader.places import is_replaced
from grader.reading import read_submission
from grader.worker.statements import statements


def read(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_submission(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.ipynb", b"", "the file is empty"),
        ("a.ipynb", b"  \n", "the file is empty"),
        ("a.ipynb", b"not JSON", "it is not valid JSON"),
        ("a.ipynb", b"\xff\xfe\x00", "it is not valid JSON"),
        ("a.ipynb", b"[" * 100_000, "it is not valid JSON"),
        ("a.ipynb", b"[]", "it has no nbformat"),
        ("a.ipynb", b'{"nbformat": 4}', "no list of cells"),
        ("a.ipynb", b'{"nbformat": 4, "cells": {}}', "no list of cells"),
        ("a.ipynb", b'{"nbformat": 3, "worksheets": 5}', "old format that cannot be read"),
        ("a.ipynb", b'{"nbformat":4,"cells":[{"cell_type":"code","source":5}]}', "holds no text"),
        ("a.py", b"", "the file is empty"),
        ("a.txt", b"x", "this is a .txt file"),
        ("a", b"x", "hand in an .ipynb or .py file"),
    ],
)
def test_a_file_that_cannot_be_read_ends_in_one_sentence(tmp_path, name, content, words):
    with pytest.raises(SubmissionError, match=re.escape(words)) as caught:
        read(tmp_path / name, content)

    assert "\n" not in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


def test_a_folder_and_a_missing_file_are_said_to_be_that(tmp_path):
    (tmp_path / "folder.ipynb").mkdir()

    with pytest.raises(SubmissionError, match=r"there is no \.ipynb or \.py file in it"):
        read_submission(tmp_path / "folder.ipynb")
    with pytest.raises(SubmissionError, match="no such file"):
        read_submission(tmp_path / "nowhere.ipynb")


def test_notebooks_without_outputs_counts_and_metadata_are_read(tmp_path):
    data = {
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": "text"},
            {"cell_type": "code", "source": "a = 1\nb = 2"},
            {"cell_type": "code", "source": ["c = 3\n", "d = 4"], "execution_count": 12},
            {"cell_type": "code"},
            "no cell",
        ],
    }
    cells = read(tmp_path / "a.ipynb", json.dumps(data)).cells

    assert [cell.label for cell in cells] == ["code cell 1", "code cell 2 (In [12])", "code cell 3"]
    assert [cell.source for cell in cells] == ["a = 1\nb = 2", "c = 3\nd = 4", ""]


def test_notebooks_of_format_3_are_read(tmp_path):
    cell = {"cell_type": "code", "input": ["x = 1"], "prompt_number": 7, "outputs": []}
    cell |= {"language": "python", "metadata": {}, "collapsed": False}
    data = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    (read_cell,) = read(tmp_path / "a.ipynb", json.dumps(data)).cells

    assert (read_cell.source, read_cell.label) == ("x = 1", "code cell 1 (In [7])")


def test_byte_order_marks_line_ends_and_lone_surrogates_do_no_harm(tmp_path):
    data = json.dumps(notebook(["x = 'ä'\r\ny = '\ud800'"]))
    (cell,) = read(tmp_path / "a.ipynb", b"\xef\xbb\xbf" + data.encode()).cells

    assert cell.source == "x = 'ä'\ny = '?'"


def test_utf_16_is_read_by_its_byte_order_mark(tmp_path):
    (cell,) = read(tmp_path / "a.py", "x = 'ä'\r\n".encode("utf-16")).cells
    assert cell.source == "x = 'ä'\n"
    assert "UTF-16" in cell.notes[0]
    data = json.dumps(notebook(["x = 1"])).encode("utf-16")
    assert read(tmp_path / "a.ipynb", data).cells[0].source == "x = 1"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("x = 'ä'".encode(), "x = 'ä'"),
        ("x = 'ä'".encode("utf-8-sig"), "x = 'ä'"),
        ("# coding: latin-1\nx = 'ä'".encode("latin-1"), "# coding: latin-1\nx = 'ä'"),
        ("x = 'ä'".encode("latin-1"), "x = 'ä'"),
        (b"# coding: no-such-encoding\nx = 1", "# coding: no-such-encoding\nx = 1"),
    ],
)
def test_modules_are_decoded_as_python_does_and_else_as_latin_1(tmp_path, content, text):
    (cell,) = read(tmp_path / "layers.py", content).cells

    assert (cell.label, cell.source) == ("layers.py", text)


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if True:\n    !ls -l\n    x = 1", "if True:\n    pass\n    x = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%time x = 1", "x = 1"),
        ("files = !ls", "files = None"),
        ("t = %timeit -o f()", "t = None"),
        ("np.dot?\nx = 1", "pass\nx = 1"),
        ("?np.dot", "pass"),
        ("%%bash\nrm -rf /\nls", "\n\n"),
        ("s = '''\n%d is 5 % of\n!x\n'''\n%autoreload 2", "s = '''\n%d is 5 % of\n!x\n'''\npass"),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
        ("print 'hello'\n%matplotlib inline", "print 'hello'\npass"),
        ("!pip install \\\n  numpy\nx = 1", "pass\n\nx = 1"),
        ("d['a'] = !ls", "d['a'] = None"),
        ("%time f(\n% 3)\n%who", "f(\n% 3)\npass"),
        ('%who\n"k=%d" % 5', 'pass\n"k=%d" % 5'),
        ("%who\n# really?\nx = 'why?'", "pass\n# really?\nx = 'why?'"),
        ("x = np.dot?\ny = 1", "pass\ny = 1"),
        ("\n  # a\n  def f():\n    x\n  y", "\n# a\ndef f():\n  x\ny"),
        (
            "%pylab inline\nx = pi",
            "import numpy as np; import matplotlib.pyplot as plt; from pylab import *\nx = pi",
        ),
        ("%run layers.py\nx = 1", "from layers import *\nx = 1"),
        ("%run './layers'", "from layers import *"),
        ("%run -i layers.py\n%run class.py", "pass\npass"),
        ("if x:\n    %run layers.py\n", "if x:\n    pass\n"),
        ("%run ../other/layers.py\n%run a-b.py", "pass\npass"),
    ],
)
def test_what_is_not_python_is_left_out_line_by_line(source, python):
    assert to_python(source)[0] == python


def test_a_cell_that_writes_a_file_writes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for option, text in (("", "x = 1\n"), ("-a ", "%who\ny = 'ä'")):
        python, notes = to_python(f"%%writefile {option}utils.py\n{text}")
        assert python.count("\n") == 1 + text.count("\n")
        assert notes == ("the cell was written to utils.py: not run",)
        exec(python)
    assert (tmp_path / "utils.py").read_text("utf-8") == "x = 1\n%who\ny = 'ä'"


def test_what_was_left_out_is_noted():
    assert to_python("%run layers.py")[1] == ()
    assert to_python("%autoreload 2\n!pip install x\n%time y = 1")[1] == (
        "line 1 is not Python and was left out: %autoreload 2",
        "line 2 is not Python and was left out: !pip install x",
    )


@given(st.text(st.sampled_from("%!?'\"\n x=():#\\"), max_size=60))
def test_the_number_of_lines_never_changes(source):
    assert to_python(source)[0].count("\n") == source.count("\n")


@given(st.text(st.sampled_from("%!?'\"\n x=():#\\[]f"), max_size=60))
def test_what_python_can_read_is_never_changed(source):
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return

    assert to_python(source) == (source, ())


@pytest.mark.parametrize(
    ("repeated", "end"),
    [
        ("\n", "x?"),
        ("!pip install x\n", ""),
        ("x = 1\n!ls\n", ""),
        (" ", "!ls"),
        ("%time ", ""),
        ("(\n", "!ls"),
        ("'''\n!x\n'''\n!x\n", ""),
        ("= ", "!"),
        ("x[\n", "]= !"),
        ("def f\n", "!"),
    ],
    ids=repr,
)
def test_the_time_to_read_a_cell_grows_only_with_its_length(tmp_path, repeated, end):
    path = tmp_path / "a.ipynb"

    def read(length):
        source = repeated * (length // len(repeated)) + end
        cells = [{"cell_type": "code", "source": source}]
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
        statements.cache_clear()
        (cell,) = read_submission(path).cells
        assert cell.python.count("\n") == source.count("\n")

    assert_linear(read, 60_000, 480_000)


def test_of_many_lines_that_are_no_python_the_first_are_noted():
    notes = to_python("!ls\n" * 3000)[1]

    assert len(notes) == 6
    assert notes[-1] == "2995 more lines were left out"


def test_a_cell_with_more_code_than_is_run_is_left_out_and_the_others_are_run(tmp_path):
    cells = ["x = 1", "data = '" + "a" * 1_000_000 + "'", "y = 1"]
    _, long, last = read_submission(write_notebook(tmp_path / "a.ipynb", cells)).cells

    assert (long.python, len(long.source)) == ("", 1000)
    assert "more than 1,000,000 characters" in long.notes[0]
    assert last.python == "y = 1"


def test_a_module_with_more_code_than_is_run_is_refused(tmp_path):
    with pytest.raises(SubmissionError, match="1,200,000 bytes and at most 1,000,000 are read"):
        read(tmp_path / "a.py", b"x = 12345 \n\n" * 100_000)


@pytest.mark.parametrize(
    "encoding", ["undefined", "punycode", "idna", "utf-7", "utf-16", "hex", "rot13", "zip"]
)
def test_a_module_in_an_encoding_that_is_none_of_text_is_read_as_latin_1(tmp_path, encoding):
    text = f"# -*- coding: {encoding} -*-\nx = 'a-b+c'\n"
    (cell,) = read(tmp_path / "a.py", text).cells

    assert cell.source == text
    assert "read as Latin-1" in cell.notes[0]


def test_a_file_name_that_is_not_utf_8_is_shown_with_replacement_characters(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/hw\xff.py"))
    submission = read(path, "x = 1")

    assert (submission.name, submission.programs[0].module) == ("hw\ufffd.py", "hw\ufffd")
    assert submission.cells[0].label == "hw\ufffd.py"
    with pytest.raises(SubmissionError, match=re.escape("hw\ufffd.py: the file is empty")):
        read(path, "")


def test_definitions_are_found_with_their_last_place_even_in_cells_that_do_not_parse(tmp_path):
    cells = [
        "def f(a, b): pass\nX = 1",
        "class C: pass\ndef f(c): pass",
        "x = (\ndef g(z):\n  pass",
    ]
    found = read_submission(write_notebook(tmp_path / "a.ipynb", cells)).definitions

    assert {name: (d.cell, d.line) for name, d in found.items()} == {
        "f": (1, 2),
        "X": (0, 2),
        "C": (1, 1),
        "g": (2, 2),
    }
    assert found["f"].parameters == ("c",)


def test_definitions_under_conditions_and_imports_are_found_and_no_second_tries(tmp_path):
    cells = [
        "if fast:\n    def f(x): pass\nelse:\n    def f(y): pass",
        "try:\n    import g\nexcept ImportError:\n    from h import i as g, j",
        "x = 1\nprint 'x'\nwhile True:\n    def k(z): pass",
    ]
    found = read_submission(write_notebook(tmp_path / "a.ipynb", cells)).definitions

    assert {name: (d.kind, d.cell, d.line) for name, d in found.items()} == {
        "f": ("function", 0, 4),
        "g": ("import", 1, 4),
        "j": ("import", 1, 4),
        "x": ("value", 2, 1),
        "k": ("function", 2, 4),
    }
    assert not found["f"].earlier


@pytest.mark.parametrize("quantity", ["dW1", "db1", "L", "dW2"])
def test_the_line_that_computes_a_quantity_is_found_by_its_usual_names(tmp_path, quantity):
    path = write_notebook(tmp_path / "a.ipynb", SOLUTION)
    definition = read_submission(path).definitions["back_propagation"]
    line = line_of(definition, quantity)

    wanted = {"L": "L = "}.get(quantity, f"dLd{quantity[1:]} = ")
    assert BACKWARD.strip("\n").splitlines()[line - 1].strip().startswith(wanted)


def test_a_quantity_that_is_never_assigned_has_no_line(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", SOLUTION)

    assert line_of(read_submission(path).definitions["back_propagation"], "dH") is None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    for name in ("fuzz.ipynb", "fuzz.py"):
        with contextlib.suppress(SubmissionError):
            assert read(folder / name, data).cells is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "source", "cell_type", "metadata", "nbformat", "gradelab"]),
            inner | st.sampled_from(["code", 4, 3, 2]),
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_any_json_is_read_or_refused_with_a_sentence(tmp_path_factory, data):
    if isinstance(data, dict):
        data.setdefault("nbformat", 4)
    with contextlib.suppress(SubmissionError):
        read(tmp_path_factory.getbasetemp() / "fuzz.ipynb", json.dumps(data))


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("net.f = g", True),
        ("net.e, net.f = g, h", True),
        ("net.f: object = g", True),
        ("setattr(Net, 'f', g)", True),
        ("y = net.f(x)", False),
        ("plot(net.f, color=1)", False),
        ("net.f == g", False),
        ("net.of = g", False),
    ],
)
def test_texts_that_may_replace_a_method_are_found(text, replaced):
    assert is_replaced("f", f"x = 1\n{text}\n") is replaced
