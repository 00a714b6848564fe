"""Whatever a submission has made of its folder, it can be removed."""

# ruff: noqa: PTH102, PTH123  (relative to a folder that no path can name)

from __future__ import annotations

import os

import pytest

from grader.worker import walls
from grader.worker.removal import remove


def test_a_folder_is_removed_however_deep_it_is(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        for _ in range(3000):  # beyond what a path can name, and what recursion can reach
            os.mkdir("deeper")
            os.chdir("deeper")
        with open("file", "w"):
            pass
    finally:
        os.fchdir(here)
        os.close(here)

    remove(folder)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_removed_with_what_may_not_be_read_and_links_are_not_followed(tmp_path):
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    (folder / "shut" / "more").mkdir(parents=True)
    (folder / "locked").mkdir()
    outside.mkdir()
    (outside / "file").write_text("kept")
    (folder / "shut" / "more" / "link").symlink_to(outside)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    for name, mode in (("shut/more", 0o300), ("shut", 0o500), ("locked", 0o000), ("", 0o500)):
        (folder / name).chmod(mode)

    remove(folder)

    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert (outside / "file").read_text() == "kept"


def test_what_is_not_there_or_no_folder_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("kept")

    remove(tmp_path / "nothing")
    remove(tmp_path / "file")

    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    "where", ["grader", "site-packages/grader", "python3.12/site-packages/grader"]
)
def test_other_installations_of_ours_are_found_to_be_guarded(tmp_path, where):
    (tmp_path / where / "worker").mkdir(parents=True)
    (tmp_path / where / "worker" / "walls.py").touch()
    (tmp_path / "site-packages" / "other").mkdir(parents=True)

    found = list(walls._copies([str(tmp_path), str(tmp_path / "nothing")]))

    assert [path.name for path in found] == ["grader", "reference"]
    assert found[0] == tmp_path / where
