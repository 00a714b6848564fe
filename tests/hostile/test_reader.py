"""Nothing but text reaches who reads a report, whatever a submission is called and prints."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest
import report_samples as samples
from attack import Attack
from test_report_html import Page
from world import World

from grader.report import classroom, github, gradescope, html, junit, notebook, terminal
from grader.report.exported import inert
from grader.results import from_json, to_json

POISON = (
    "<script>document.title='owned'</script>",
    "</pre></details></main><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><style>*{display:none}</style>",
    "\"><iframe src='//127.0.0.1:9'></iframe>",
    "' autofocus onfocus='alert(1)",
    "<!-- ]]> --> &lt;b&gt; {{ 7*7 }} {% include 'x' %}",
    "![x](http://127.0.0.1:9/x.png) [a](javascript:alert(1)) `` ` ```\n# heading",
    "\x1b[2J\x1b[1;1H\x1b]0;owned\x07\x1b]8;;http://127.0.0.1:9\x1b\\link\x1bP\x9b31m\x9d0;x\x9c",
    "\r\n::error::owned\n::set-output name=score::20\n##[error]owned\n::stop-commands::x\n",
    '\n=HYPERLINK("http://127.0.0.1:9")\n+1+1\n-1\n@SUM(1)\t=1',
    "\u202e\u2066\u2069\u200b\u200f\ufeff\u2028\U000e0041\U000e007f\ud800\udfff\x00\x08\x7f\x85",
    "a\u0300" + "\u0301" * 300 + "\u3164\u115f",
    "x" * 5_000,
)
TEXT = "".join(POISON)
ACTING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")

POISONED = f"POISON = {TEXT!a}\n"
FIGURES = """
try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None
if plt:
    figure, axes = plt.subplots()
    axes.plot([1, 2], label=POISON.replace("$", "")[:150])
    axes.set_title(POISON[:150])
    axes.set_xlabel(POISON[150:300])
    figure.suptitle(POISON[300:450])
    axes.legend()
    plt.show()
"""

ATTACKS = {
    "in what it prints": Attack(POISONED + "print(POISON); print(POISON, file=sys.stderr)"),
    "in what it raises": Attack(POISONED, backward="raise ValueError(POISON)", score=5),
    "in what a cell raises": Attack(POISONED + "raise SystemExit(POISON)"),
    "in the name of an exception": Attack(
        POISONED,
        backward="raise type(POISON.replace('\\0', ''), (Exception,), {})(POISON)",
        score=5,
    ),
    "in a syntax error of its own": Attack(
        POISONED + "raise SyntaxError(POISON, ('code cell 2', 3, 4, POISON))"
    ),
    "in keys": Attack(POISONED, backward="return {POISON: 1, POISON[9:]: 2}, 1.0", score=5),
    "in a value": Attack(POISONED, backward="return POISON, [POISON] * 99", score=5),
    "in the name of a class": Attack(
        POISONED,
        backward="return {'W1': type(POISON.replace('\\0', ''), (), {})()}, 1.0",
        score=5,
    ),
    "in the name of a function": Attack(
        POISONED,
        backward="f = lambda: 1 / 0\nf.__code__ = f.__code__.replace(co_name=POISON)\nf()",
        score=5,
    ),
    "in its source": Attack(
        "'''"
        + TEXT.replace("\x00", "").replace("\ud800\udfff", "").replace("\\", "")
        + "'''\n1 / 0"
    ),
    "in a name that it lacks": Attack(
        POISONED + "import importlib\nimportlib.import_module(POISON.replace('\\0', ''))"
    ),
    "in a figure": Attack(POISONED + FIGURES),
    "in a warning and in a log": Attack(
        POISONED + "import warnings, logging\nwarnings.warn(POISON)\nlogging.error(POISON)"
    ),
    "in the names of dtypes": Attack(
        POISONED,
        backward="return {'W1': np.zeros(3, [(POISON[:50], 'f8')])}, np.str_(POISON)",
        score=5,
    ),
}

FILES = (
    "<img src=x onerror=alert(1)>.ipynb",
    "\x1b[31m\u202eipynb.ipynb",
    "=1+1,::error::x.ipynb",
    "'\"{{7*7}}`|.ipynb",
)


@pytest.fixture
def world(tmp_path, monkeypatch):
    with World(tmp_path, monkeypatch) as world:
        yield world


@pytest.fixture(scope="module")
def harmless():
    """Return the elements and attributes that reports of harmless submissions have."""
    pages = [
        html.render(sample()) for sample in (samples.mixed, samples.perfect, samples.unreadable)
    ]
    pages.append(notebook.render_notebook_html(samples.mixed(), None))
    elements = [element for page in pages for element in Page(page).elements]
    tags = {element.tag for element in elements}
    return tags, {(e.tag, name) for e in elements for name in e.attributes}


CASES = [
    *((attack, "homework.ipynb", name) for name, attack in ATTACKS.items()),
    *((Attack(), name, f"in its file's name {name!a}") for name in FILES),
]


@pytest.mark.parametrize(
    ("attack", "name"),
    [
        pytest.param(attack, name, id=said, marks=() if at < 2 else pytest.mark.hostile)
        for at, (attack, name, said) in enumerate(CASES)
    ],
)
def test_what_a_submission_says_is_text_wherever_it_is_shown(world, harmless, attack, name):
    struck = world.strike(attack, name)
    result = struck.result

    assert struck.faults == []
    assert result.score == attack.score
    source = (world.submission / name).read_bytes()
    for page in (html.render(result), notebook.render_notebook_html(result, source)):
        assert_harmless(page, *harmless)
    plain, coloured = (terminal.render(result, color=color) for color in (False, True))
    assert not ACTING.search(plain.replace("\n", ""))
    assert not ACTING.search(COLOURS.sub("", coloured).replace("\n", ""))
    in_log = inert(plain)
    assert not re.search(r"^\s*::|##\[", in_log, re.MULTILINE)  # what a runner looks for
    assert_data(result)
    commands = github.commands(result, name)
    assert all(re.match(r"::(notice|warning|error)( |::)", line) for line in commands.splitlines())
    assert not ACTING.search(commands.replace("\n", ""))
    assert not re.search(r"[<>]|\]\(|!\[", github.summary(result).replace("<br>", ""))


def assert_harmless(page, tags, attributes):
    assert not ACTING.search(page.replace("\n", "").replace("\t", ""))
    for element in Page(page).elements:
        assert element.tag in tags
        for name, value in element.attributes.items():
            assert (element.tag, name) in attributes
            assert not name.startswith("on")
            if name in ("href", "src"):
                assert value.startswith(("#", "data:image/png;base64,"))


def assert_data(result):
    written = to_json(result)
    assert json.loads(written)["score"] == result.score
    assert from_json(written) == result
    assert not ACTING.search(written.decode().replace("\n", ""))
    for document in (junit.render(result), classroom.render(result), gradescope.render(result)):
        text = document.decode()
        if text.startswith("<"):
            ET.fromstring(text)
        elif text.startswith("{"):
            json.loads(text)
        assert not ACTING.search(text.replace("\n", ""))
