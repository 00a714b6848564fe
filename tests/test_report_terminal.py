import re
import subprocess
import sys

import msgspec
import pytest
import report_samples as samples

from grader.report.terminal import render
from grader.report.text import LOOKS, clip, columns, fit, points, visible, wrap
from grader.results import Cause, Cell, SubmissionFile

COLOUR = re.compile(r"\x1b\[[0-9;]*m")

ALL_SAMPLES = pytest.mark.parametrize(
    "sample", [samples.mixed, samples.perfect, samples.unreadable, samples.hostile]
)


def named(file, title="Backpropagation by hand"):
    submission = SubmissionFile(file, None)
    return msgspec.structs.replace(samples.mixed(), submission=submission, title=title)


# --- safety ------------------------------------------------------------------------------------


def test_plain_text_holds_no_control_character_whatever_the_submission_holds():
    text = render(samples.hostile(), color=False)

    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
    )
    assert r"abc\u202egnp.exe" in text


def test_coloured_text_holds_no_escape_but_those_for_colour():
    text = render(samples.hostile(), color=True)

    assert "\x1b[" in text
    assert "\x1b" not in COLOUR.sub("", text)


@ALL_SAMPLES
@pytest.mark.parametrize("width", [40, 80, 200])
def test_colour_changes_nothing_but_the_colour(sample, width):
    coloured = render(sample(), color=True, width=width)

    assert COLOUR.sub("", coloured) == render(sample(), color=False, width=width)


def test_markup_of_the_terminal_library_is_text():
    for color in (False, True):
        assert "[bold red]markup[/bold red] :smile:" in render(samples.hostile(), color=color)


def test_the_environment_decides_nothing(monkeypatch):
    expected = render(samples.mixed(), color=True)
    for name, value in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20"}.items():
        monkeypatch.setenv(name, value)

    assert render(samples.mixed(), color=True) == expected


def test_plain_text_is_made_without_importing_the_library_for_colours():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import report_samples;"
        "from grader.report.terminal import render; render(report_samples.mixed(), color=False);"
        "assert not {'rich', 'jinja2'} & set(sys.modules)"
    )
    folder = samples.__file__.rpartition("/")[0]

    subprocess.run([sys.executable, "-c", program, folder], check=True, timeout=60)


# --- layout ------------------------------------------------------------------------------------


@ALL_SAMPLES
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(sample, width):
    for line in render(sample(), color=False, width=width).splitlines():
        assert columns(line) <= width, line


def test_the_first_line_holds_file_assignment_and_score():
    first = render(samples.mixed(), color=False).splitlines()[0]

    assert first.startswith("seed002_backprop_mse.ipynb  Backpropagation by hand  ")
    assert first.endswith("  12.5 / 24  (52.1 %)")
    assert len(first) == 80


@pytest.mark.parametrize(
    "file",
    ["a" * 300 + ".ipynb", "作業" * 50 + ".ipynb", "e\u0301" * 200, "two\nlines.py", "🙂" * 99],
)
def test_the_score_stands_in_the_first_line_however_long_the_names_are(file):
    for result in (named(file), named(file, title=file)):
        first = render(result, color=False).splitlines()[0]

        assert columns(first) == 80
        assert first.endswith("  12.5 / 24  (52.1 %)")


def test_a_long_file_name_keeps_its_beginning_and_its_end():
    first = render(named("homework_" + "x" * 200 + "_final.ipynb"), color=False).splitlines()[0]

    assert re.match(r"homework_x+…x*_final\.ipynb  ", first)


def test_an_ordinary_result_fits_on_one_screen():
    assert len(render(samples.mixed(), color=False).splitlines()) <= 40


def test_causes_come_before_checks_before_cells_before_notes():
    text = render(samples.mixed(), color=False)

    headings = re.findall(r"^\w[\w ]*$", text, re.MULTILINE)
    assert headings == ["What went wrong", "Checks", "Cells that did not finish", "Notes"]


def test_a_cause_gives_its_hint_its_place_and_what_it_explains():
    text = render(samples.mixed(), color=False, width=200)

    assert f"     Hint: {samples.HARD_CODED_HINT}\n" in text
    assert "     At: code cell 6 (In [8]), line 16, in back_propagation\n" in text
    assert "     Explains: backward.L, backward.db1, backward.dW2, backward.db2\n" in text


def test_what_passed_takes_one_line_and_what_did_not_a_line_each():
    text = render(samples.mixed(), color=False)

    assert re.search(r"^  ✓ forward  Z1 H Z2 Y +4 / 4$", text, re.MULTILINE)
    assert re.search(r"^      ✗ dW1  Wrong\. Shape \(2, 3\) .* 0 / 3$", text, re.MULTILINE)
    assert re.search(r"^      ↳ L_after_1_epoch  Carried over\. .* 1.5 / 1.5$", text, re.MULTILINE)


def test_quantities_of_which_the_same_is_said_share_their_lines():
    text = render(samples.mixed(), color=False, width=120)

    assert re.search(
        r"^      ! L, db1, dW2, db2  Error\. Right on 1 .* 6 / 12$", text, re.MULTILINE
    )


def test_names_that_leave_no_room_stand_above_what_is_said_of_them():
    lines = render(samples.mixed(), color=False, width=50).splitlines()

    at = lines.index("      ✗ W1_after_1_epoch                   0 / 1.5")
    assert lines[at + 1] == "        Wrong. 4 of 6 entries differ."


def test_a_cell_that_failed_takes_one_line():
    text = render(samples.mixed(), color=False, width=120)

    assert (
        "  ! code cell 9 (In [11]), line 1: ModuleNotFoundError: No module named 'tensorflow'\n"
        in text
    )
    assert "code cell 21" not in text, "a cell that was skipped is no failure"


def test_a_title_that_is_too_long_is_cut_between_words():
    text = render(named("a.py", title="Backpropagation by hand, " * 9), color=False)

    assert re.match(r"a\.py  (Backpropagation by hand, )+(Backpropagation |by )*…  ", text)


def test_what_is_said_of_a_quantity_is_not_cut_for_the_sake_of_a_few_characters():
    check = samples.mixed().checks[0]
    for length, cut in ((165, False), (300, True)):
        quantity = msgspec.structs.replace(
            check.quantities[0], verdict="wrong", message="word " * (length // 5)
        )
        result = msgspec.structs.replace(
            samples.mixed(), checks=(msgspec.structs.replace(check, quantities=(quantity,)),)
        )

        assert ("more characters)" in render(result, color=False)) == cut


def test_the_error_of_a_cell_is_told_whole_on_several_lines():
    message = "ValueError: " + " ".join(f"word{number}" for number in range(30))
    cell = Cell("code cell 1", "", "error", message, 3)
    text = render(msgspec.structs.replace(samples.mixed(), cells=(cell,)), color=False)

    assert " ".join(f"code cell 1, line 3: {message}".split()) in " ".join(text.split())


def test_lists_without_end_are_cut_and_say_so():
    cause = Cause("id", None, "A cause.", None, ())
    cell = Cell("code cell 1", "", "error", "NameError")
    result = msgspec.structs.replace(
        samples.mixed(), causes=(cause,) * 50, cells=(cell,) * 50, notes=("A note.",) * 50
    )

    text = render(result, color=False)

    assert re.findall(r"… (\d+) more", text) == ["42", "44", "46"]


def test_a_submission_that_could_not_be_read_says_why_and_shows_no_score():
    lines = render(samples.unreadable(), color=False).splitlines()

    assert lines[0].split() == ["homework.ipynb", "Not", "graded"]
    assert lines[1:] == [samples.unreadable().message]


# --- what both reports share -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x1b[\x1b[0m31m", r"\x1b[31m"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202ea\u2066b\u200f\ufeff\u2028", r"\u202ea\u2066b\u200f\ufeff\u2028"),
        ("\ud800\U000e0041", r"\ud800\ue0041"),
        ("Grüße, 作業, שלום, 👩‍🔬", "Grüße, 作業, שלום, 👩‍🔬"),
    ],
)
def test_what_acts_unseen_becomes_visible_and_writing_stays(text, shown):
    assert visible(text) == shown


def test_cutting_says_how_much_is_left_out():
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdef", 2) == "ab… (4 more characters)"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (14.5, "14.5"), (20.0, "20"), (100.0, "100"), (1 / 3, "0.33")]
)
def test_points_have_no_zeros_to_pad_them(value, text):
    assert points(value) == text


def test_fitting_counts_the_columns_of_wide_letters():
    assert fit("作業作業作業", 12) == "作業作業作業"
    assert columns(fit("作業作業作業", 11)) <= 11
    assert fit("abcdefghij", 7) == "abc…hij"


def test_wrapping_breaks_between_words_and_within_words_that_are_too_long():
    assert list(wrap("one two three", 7)) == ["one two", "three"]
    assert list(wrap("a bcdefghijk", 4)) == ["a", "bcde", "fghi", "jk"]
    assert list(wrap("作業作業", 3)) == ["作", "業", "作", "業"]
    assert list(wrap("one\n\ntwo", 9)) == ["one", "two"]


def test_no_two_tones_share_a_mark():
    marks = {(look.mark, look.tone) for look in LOOKS.values()}

    assert all(look.label and look.icon for look in LOOKS.values())
    assert {mark for mark, tone in marks if tone == "good"} == {"✓"}
    assert "✓" not in {mark for mark, tone in marks if tone != "good"}
