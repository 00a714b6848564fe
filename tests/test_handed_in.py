"""Folders and zips: what comes in, what is left out, and that this is said."""

from __future__ import annotations

import os
import stat
import zipfile

import pytest
from homework import BACKWARD, FORWARD, IMPORTS, SIGMOID, SOLUTION, write_notebook

from grader import handed_in
from grader.course import find_course
from grader.errors import SubmissionError
from grader.grading import grade
from grader.handed_in import take_in
from grader.reading import focused, read_submission
from grader.sandbox.parent import WarmParent

CODE = "\n".join(SOLUTION)


def packed(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def test_a_folder_comes_in_with_its_own_files_and_without_what_tools_leave_in_it(tmp_path):
    for name in ("hw.py", "net/layers.py", "__pycache__/hw.cpython-311.pyc", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1")
    (tmp_path / "old.pyc").write_bytes(b"\x03\xf3\r\n")
    assert list(take_in(tmp_path).files) == ["hw.py", "net/layers.py"]


def test_links_in_a_folder_are_not_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("not handed in")
    folder = tmp_path / "hand-in"
    folder.mkdir()
    (folder / "hw.py").write_text("x = 1")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    found = take_in(folder)
    assert list(found.files) == ["hw.py"]
    assert found.notes == ("link.txt was left out: it is a link to somewhere else",)


def test_the_hash_of_a_folder_is_that_of_its_names_and_bytes(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    first = take_in(tmp_path).sha256
    assert take_in(tmp_path).sha256 == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert take_in(tmp_path).sha256 != first


def test_no_path_in_a_zip_leads_out_of_it(tmp_path):
    names = ["../out.py", "/etc/out.py", "a/../../out.py", "C:\\out.py", "..\\out.py", "hw.py"]
    found = take_in(packed(tmp_path / "a.zip", [(name, "x = 1") for name in names]))
    assert list(found.files) == ["hw.py"]
    assert len(found.notes) == 5
    assert all("leads out of the zip" in note for note in found.notes)


def test_a_link_in_a_zip_is_left_out(tmp_path):
    info = zipfile.ZipInfo("link.py")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = take_in(packed(tmp_path / "a.zip", [(info, "/etc/passwd"), ("hw.py", "x = 1")]))
    assert list(found.files) == ["hw.py"]


def test_a_bomb_in_a_zip_is_left_out_and_the_rest_comes_in(tmp_path, monkeypatch):
    monkeypatch.setattr(handed_in, "MAX_BYTES", 1_000_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"\0" * 50_000_000)
        archive.writestr("hw.py", "x = 1")
    found = take_in(tmp_path / "a.zip")
    assert list(found.files) == ["hw.py"]
    assert "bomb.csv was left out" in found.notes[0]


def test_many_files_together_stay_below_the_cap(tmp_path, monkeypatch):
    monkeypatch.setattr(handed_in, "MAX_TOTAL", 100)
    found = take_in(packed(tmp_path / "a.zip", [(f"{n}.py", "x" * 30) for n in range(9)]))
    assert len(found.files) == 3
    assert found.notes[-1] == "1 more files were left out"


@pytest.mark.parametrize("cut", [4, 30, -5])
def test_a_damaged_zip_is_refused_in_a_sentence(tmp_path, cut):
    data = packed(tmp_path / "a.zip", [("hw.py", "x = 1")]).read_bytes()
    (tmp_path / "a.zip").write_bytes(data[:cut])
    with pytest.raises(SubmissionError, match=r"a\.zip: this zip cannot be read"):
        take_in(tmp_path / "a.zip")


def test_an_encrypted_zip_is_refused_in_a_sentence(tmp_path):
    data = bytearray(packed(tmp_path / "a.zip", [("hw.py", "x = 1")]).read_bytes())
    data[6] |= 1  # the flag in the entry's own header, and in the directory's
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(SubmissionError, match=r"no \.ipynb or \.py file in it .*encrypted"):
        take_in(tmp_path / "a.zip")


def test_a_zip_in_an_unknown_compression_is_refused_in_a_sentence(tmp_path):
    data = bytearray(packed(tmp_path / "a.zip", [("hw.py", "x = 1")]).read_bytes())
    data[8] = 99
    data[data.index(b"PK\x01\x02") + 10] = 99
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(SubmissionError, match="cannot be unpacked"):
        take_in(tmp_path / "a.zip")


def test_a_folder_without_code_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    with pytest.raises(SubmissionError, match=r"there is no \.ipynb or \.py file in it"):
        take_in(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_left_out(tmp_path):
    (tmp_path / "hw.py").write_text("x = 1")
    (tmp_path / "locked.py").write_text("x = 1")
    (tmp_path / "locked.py").chmod(0)
    assert "locked.py was left out" in take_in(tmp_path).notes[0]


def test_the_file_that_defines_what_is_wanted_is_run(tmp_path):
    (tmp_path / "test_everything.py").write_text(CODE)
    (tmp_path / "plots.py").write_text("def draw(): pass")
    (tmp_path / "network.py").write_text(CODE)
    submission = read_submission(tmp_path, ["sigmoid", "back_propagation"])
    assert [program.path for program in submission.programs] == ["network.py"]
    assert "test_everything.py defines back_propagation and sigmoid too" in submission.notes[1]


@pytest.mark.parametrize("copy", ["hw (1).py", "Copy of hw.py", "hw - Copy.py", "hw-Copy1.py"])
def test_of_a_file_and_its_copy_the_file_is_run(tmp_path, copy):
    for name in (copy, "hw.py"):
        (tmp_path / name).write_text("def f(): pass\n")
    found = read_submission(tmp_path, ["f"])

    assert [program.path for program in found.programs] == ["hw.py"]
    assert f"{copy}" in " ".join(found.notes)


def test_a_module_that_a_program_imports_is_no_program_of_its_own(tmp_path):
    (tmp_path / "layers.py").write_text("def sigmoid(z): return z")
    (tmp_path / "train.py").write_text("from layers import *\ndef back_propagation(): pass")
    submission = read_submission(tmp_path, ["sigmoid", "back_propagation"])
    assert [program.path for program in submission.programs] == ["train.py"]
    assert list(submission.siblings) == ["layers.py"]
    made = submission.definitions["sigmoid"]
    assert submission.texts[made.cell].label == "layers.py"


def test_a_lone_file_takes_along_what_it_imports_and_names_and_nothing_else(tmp_path):
    (tmp_path / "hw.py").write_text("import helpers\nopen('table.csv')")
    (tmp_path / "helpers.py").write_text("import deeper")
    (tmp_path / "deeper.py").write_text("x = 1")
    (tmp_path / "somebody_else.py").write_text("x = 1")
    (tmp_path / "table.csv").write_text("1,2")
    (tmp_path / "other.csv").write_text("1,2")
    submission = read_submission(tmp_path / "hw.py")
    assert sorted(submission.siblings) == ["deeper.py", "helpers.py"]
    assert "table.csv" in submission.files
    assert "other.csv" not in submission.files


def test_an_unreadable_notebook_in_a_folder_is_said_and_the_others_are_read(tmp_path):
    (tmp_path / "broken.ipynb").write_text("{")
    write_notebook(tmp_path / "good.ipynb", SOLUTION)
    submission = focused(read_submission(tmp_path), ["sigmoid"], as_main=False)
    assert [program.path for program in submission.programs] == ["good.ipynb"]
    assert any("broken.ipynb: this is not a notebook" in note for note in submission.notes)


def test_a_zip_reads_as_the_folder_it_was_made_of(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "hw.py").write_text(CODE)
    packed(tmp_path / "a.zip", [("hw.py", CODE)])
    assert take_in(tmp_path / "a.zip").files == take_in(folder).files


def test_a_zip_in_a_zip_is_opened_where_there_is_no_code_beside_it(tmp_path):
    packed(tmp_path / "inner.zip", [("hw.py", "x = 1"), ("../out.py", "x")])
    data = (tmp_path / "inner.zip").read_bytes()
    found = take_in(packed(tmp_path / "a.zip", [("hand-in/b.zip", data), ("c.zip", b"no zip")]))
    assert list(found.files) == ["hw.py"]
    assert [note.split(":")[0] for note in found.notes] == [
        "../out.py was left out",
        "c.zip was left out",
    ]
    assert list(take_in(packed(tmp_path / "a.zip", [("b.zip", data), ("d.py", "")])).files) == [
        "b.zip",
        "d.py",
    ]


def test_a_zip_with_a_nameless_entry_or_an_adapter_alone_is_refused_in_a_sentence(tmp_path):
    for name in ("", "adapter.py"):
        info = zipfile.ZipInfo("x")
        info.filename = name
        with pytest.raises(SubmissionError, match=r"no code file|hand one in"):
            read_submission(packed(tmp_path / "a.zip", [(info, "x = 1")]))


def test_line_ends_in_names_are_not_shown(tmp_path):
    found = take_in(packed(tmp_path / "a.zip", [("a\nb.py", "x = 1")]))
    assert list(found.files) == ["a\ufffdb.py"]


def test_what_stands_for_a_wanted_name_is_run_from_a_file_of_its_own(tmp_path):
    folder = tmp_path / "hand-in"
    folder.mkdir()
    (folder / "maths.py").write_text("\n".join((IMPORTS, SIGMOID, FORWARD)))
    write_notebook(
        folder / "hw.ipynb",
        [
            "from maths import *\nimport numpy as np",
            BACKWARD.replace("back_propagation", "backprop"),
        ],
    )
    with WarmParent() as parent:
        result = grade(read_submission(folder), find_course().assignment("backprop_mse"), parent)
    assert result.score == 20
