"""The graded notebook: what is in it, and that nothing foreign in it can act."""

import base64
import json
import re
import subprocess
import sys

import msgspec
import nbformat
import pytest
import report_samples as samples
from test_report_html import Page, browse, counting_server, needs_browser

from grader.errors import UsageError
from grader.report.notebook import render_notebook, render_notebook_html
from grader.results import Case, Cell, Place, Result

counting_server = counting_server  # the fixture, for this module


def handed_in(*cells, **notebook):
    """The file of a notebook made of (type, text) and of whole cells."""
    whole = [
        cell
        if isinstance(cell, dict)
        else {"cell_type": cell[0], "source": cell[1], "metadata": {}}
        | ({"outputs": [], "execution_count": 7} if cell[0] == "code" else {})
        for cell in cells
    ]
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": whole} | notebook
    ).encode()


def renumbered(result):
    """A sample whose cells are all there, and the notebook that it came from."""
    cells, names = [], {}
    for number, cell in enumerate(result.cells, 1):
        names[cell.label] = f"code cell {number}"
        cells.append(msgspec.structs.replace(cell, label=f"code cell {number}"))
    place = Place(names[samples.PLACE.cell], samples.PLACE.line, samples.PLACE.function)
    causes = [msgspec.structs.replace(c, place=c.place and place) for c in result.causes]
    source = handed_in(("markdown", "# Title\n$x$"), *(("code", c.source) for c in cells))
    return msgspec.structs.replace(result, cells=tuple(cells), causes=tuple(causes)), source


def read(data):
    notebook = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize(
    "sample", [samples.mixed, samples.perfect, samples.unreadable, samples.hostile]
)
@pytest.mark.parametrize("source", [None, b"", b"[]", b'{"nbformat": 4}', handed_in(("code", "1"))])
def test_every_result_gives_a_valid_notebook(sample, source):
    notebook = read(render_notebook(sample(), source))

    assert notebook.nbformat_minor == 5
    assert notebook.cells[0].id == "marks-0"


def test_cells_stand_in_order_with_what_grading_saw_and_marks_below_them():
    result, source = renumbered(samples.mixed())
    cells = read(render_notebook(result, source)).cells

    assert [cell.id for cell in cells[:4]] == ["marks-0", "cell-1", "cell-2", "marks-1"]
    assert cells[1].source == "# Title\n$x$"
    assert [cell.source for cell in cells if cell.cell_type == "code"] == [
        cell.source for cell in result.cells
    ]
    (at,) = [i for i, cell in enumerate(cells) if cell.source == samples.BACKWARD]
    marks = cells[at + 1].source
    assert marks.startswith("**gradelab: 6 / 12 points here**\n\n```text\n* back_propagation")
    assert "Hint: Which number in this line" in marks
    assert "! backward.dW2: 1.5 / 3, Error" in marks
    stream, picture, words = cells[at + 2].outputs
    assert stream == {"output_type": "stream", "name": "stdout", "text": "0.1332476222330792\n"}
    assert base64.b64decode(picture.data["image/png"]) == samples.PNG
    assert words.data == {
        "text/plain": "A figure, not pictured here: Digits. Plot 1: 1 image. Plot 2: empty"
    }
    (error,) = cells[at + 3].outputs
    assert error.traceback == ["ModuleNotFoundError: No module named 'tensorflow' (line 1)"]


def test_every_mark_is_given_once_and_the_first_cell_holds_the_score_and_what_has_no_place():
    result, source = renumbered(samples.mixed())
    ours = [cell.source for cell in read(render_notebook(result, source)).cells]
    ours = [text for text in ours if text.startswith("**gradelab")]

    assert ours[0].startswith("**gradelab: 12.5 / 24 points (52.1 %)**")
    for check in result.checks:
        for quantity in check.quantities:
            name = f" {check.name}.{quantity.name}: "
            assert sum(text.count(name) for text in ours) == 1
    assert " forward.H: 1 / 1, Correct" in ours[0]
    assert "dW1 is transposed" in ours[0], "its cause has no place, and no case names this cell"


def test_a_quantity_without_a_cause_belongs_to_the_cell_that_its_public_case_names():
    result, source = renumbered(samples.mixed())
    check = result.checks[3]
    public = Case("handout", False, "wrong", "x", place=Place("code cell 4", 2))
    hidden = Case("secret", True, "wrong", "x", place=Place("code cell 3", 2))
    quantities = (
        msgspec.structs.replace(check.quantities[0], cases=(hidden, public)),
        msgspec.structs.replace(check.quantities[1], cases=(hidden,)),
    )
    check = msgspec.structs.replace(check, quantities=quantities)
    result = msgspec.structs.replace(result, checks=(check,), causes=())

    cells = {c.id: c.source for c in read(render_notebook(result, source)).cells}

    assert "train.W1_after_1_epoch" in cells["marks-4"]
    assert "train.Y_after_1_epoch" in cells["marks-0"]
    assert "marks-3" not in cells


def test_saved_outputs_metadata_and_unknown_parts_are_dropped():
    html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>OLD"}}
    code = {
        "cell_type": "code",
        "source": ["x = 1\n", "y"],
        "metadata": {"tags": ["TAG"], "collapsed": True},
        "outputs": [html],
        "execution_count": 3,
        "extra": "EXTRA",
    }
    source = handed_in(code, {"cell_type": "odd", "source": 3}, metadata={"widgets": {"a": "META"}})
    result = Result(
        **msgspec.structs.asdict(samples.perfect())
        | {"cells": (Cell("code cell 1 (In [3])", "x = 1\ny", "ran"),)}
    )

    data = render_notebook(result, source)

    assert not re.search(rb"OLD|TAG|META|EXTRA|collapsed", data)
    assert read(data).cells[1].source == "x = 1\ny"
    assert read(data).cells[2].cell_type == "raw"


def test_a_photograph_in_a_markdown_cell_stays_and_other_attachments_go():
    attached = {
        "a.png": {"image/png": base64.b64encode(samples.PNG).decode()},
        "b.png": {"image/png": '" onerror="alert(1)'},
        "c.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
        "d": 3,
    }
    cell = {"cell_type": "markdown", "source": "![](attachment:a.png)", "attachments": attached}

    cells = read(render_notebook(samples.mixed(), handed_in(cell))).cells

    assert list(cells[1].attachments) == ["a.png"]


def test_an_old_notebook_keeps_its_cells():
    worksheet = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "text"},
            {"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []},
        ],
        "metadata": {},
    }
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [worksheet]}
    result = msgspec.structs.replace(
        samples.mixed(), cells=(Cell("code cell 1", "x = 1", "ran", output="seen"),), causes=()
    )

    cells = read(render_notebook(result, json.dumps(old).encode())).cells

    assert [cell.source for cell in cells[1:]] == ["text", "x = 1"]
    assert cells[2].outputs[0].text == "seen"


def test_a_module_becomes_one_code_cell_for_each_of_its_files():
    cells = tuple(Cell(f"{name}.py", f"# {name}", "ran", output=name) for name in ("a", "b"))
    result = msgspec.structs.replace(samples.perfect(), cells=cells)

    notebook = read(render_notebook(result, None))

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(c.source, c.outputs[0].text) for c in code] == [("# a", "a"), ("# b", "b")]
    named = [cell.source for cell in notebook.cells if cell.id.startswith("name-")]
    assert [text.split("\n")[3] for text in named] == ["- a.py", "- b.py"]


FENCES = "```\n<script>1</script>\n`````\n~~~\n    $x$ **b** [a](javascript:alert(1))\n</details>"


def test_foreign_text_in_our_cells_stays_inside_its_fence():
    cause = msgspec.structs.replace(samples.mixed().causes[0], text=FENCES, hint=FENCES)
    result = msgspec.structs.replace(
        samples.mixed(), causes=(cause,), notes=(FENCES,), title=FENCES
    )
    mistune = pytest.importorskip("mistune")

    for data in (render_notebook(result, None), render_notebook(samples.hostile(), None)):
        for cell in read(data).cells:
            if cell.cell_type != "markdown":
                continue
            first, _, rest = cell.source.partition("\n\n")
            assert re.fullmatch(r"\*\*gradelab: [\w /.()%]+\*\*", first)
            fence = rest.partition("text\n")[0]
            assert re.fullmatch("`{3,}", fence)
            assert rest.endswith("\n" + fence)
            assert rest.count(fence) == 2
            parts = mistune.create_markdown(renderer="ast")(cell.source)
            kinds = [part["type"] for part in parts if part["type"] != "blank_line"]
            assert kinds == ["paragraph", "block_code"]


def test_without_nbconvert_the_html_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbconvert", None)
    monkeypatch.setitem(sys.modules, "nbconvert.exporters", None)

    with pytest.raises(UsageError, match=r"pip install 'gradelab\[notebook\]'"):
        render_notebook_html(samples.mixed(), None)


def test_neither_form_of_nbconvert_nor_nbformat_is_imported_for_a_notebook_file():
    code = (
        "import sys, report_samples as samples\n"
        "from grader.report.notebook import render_notebook\n"
        "render_notebook(samples.mixed(), None)\n"
        "print([n for n in ('nbconvert', 'nbformat') if n in sys.modules])"
    )
    path = [entry for entry in sys.path if entry]
    run = f"import sys; sys.path[:0] = {path!r}\n{code}"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


# --- as a page ---------------------------------------------------------------------------------


def attack(url):
    """A result and a notebook in which every text is an attack."""
    remote = samples.remote(url)
    text = "\n".join((*samples.PAYLOADS, remote, f"![x]({url}/image) [y](javascript:alert(1))"))
    html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": remote}}
    script = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"application/javascript": text},
    }
    code = {
        "cell_type": "code",
        "source": f"%%html\n{text}",
        "metadata": {"tags": [remote], "magics_language": text},
        "outputs": [html, script],
        "execution_count": text,
        "id": text,
    }
    source = handed_in(
        ("markdown", text),
        ("markdown", "marks-0"),
        code,
        ("raw", text),
        {"cell_type": "raw", "source": text, "metadata": {"raw_mimetype": "text/html"}},
        {"cell_type": remote, "source": text},
        ("markdown", f'<iframe src="{url}/frame"></iframe>$\\href{{javascript:alert(1)}}{{x}}$'),
        metadata={
            "title": text,
            "language_info": {"name": remote, "pygments_lexer": text},
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": text}},
        },
    )
    hostile = samples.hostile(url)
    (cell,) = hostile.cells
    cell = msgspec.structs.replace(cell, label="code cell 1 (In [1])")
    return msgspec.structs.replace(hostile, cells=(cell,)), source


@pytest.fixture(scope="module")
def page():
    pytest.importorskip("nbconvert")
    result, source = renumbered(samples.mixed())
    return render_notebook_html(result, source)


class TestPage:
    def test_it_shows_the_cells_their_outputs_and_the_marks_below(self, page):
        shown = Page(page)

        assert shown.one("title").text == "seed002_backprop_mse.ipynb · Backpropagation by hand"
        assert shown.one("pre", class_="typed").text == "# Title\n$x$"
        text = shown.one("main").text
        at = [
            text.index(part)
            for part in ("12.5 / 24", "def back_propagation(", "6 / 12", "0.133", "tensorflow")
        ]
        assert at == sorted(at)
        image = shown.one("img")
        assert image.attributes["alt"].startswith("Training; L over epoch")

    def test_it_is_a_page_of_the_report_with_its_policy(self, page):
        shown = Page(page)

        policy = shown.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert policy.endswith("img-src data:; base-uri 'none'; form-action 'none'")
        assert "http" not in page.replace("http-equiv", "")

    def test_nothing_foreign_in_it_is_html(self, page):
        pytest.importorskip("nbconvert")
        source = render_notebook_html(*attack("http://evil.example"))
        shown = Page(source)

        harmless = Page(page)
        assert {e.tag for e in shown.elements} <= {e.tag for e in harmless.elements} | {"br"}
        for element in shown.elements:
            for name, value in element.attributes.items():
                assert not name.startswith("on")
                assert name not in {"href", "action", "srcset"} or value.startswith("#i-")
                assert name != "src" or value.startswith("data:image/png;base64,")
        assert len(shown.all("section", class_="marks")) == 2, "nobody can ask for marks"
        source.encode()


class TestInABrowser:
    pytestmark = needs_browser

    def test_a_hostile_notebook_reaches_no_server(self, tmp_path, counting_server):
        pytest.importorskip("nbconvert")
        url, requests = counting_server
        page = tmp_path / "notebook.html"
        page.write_text(render_notebook_html(*attack(url)), encoding="utf-8")

        document = browse(page)

        assert "&lt;script&gt;document.title='owned'" in document
        assert "<title>owned" not in document
        assert requests == []
