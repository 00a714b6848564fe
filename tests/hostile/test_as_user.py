"""The same attacks as an ordinary user, where root runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from world import ROOT

NOBODY = 65534
SYSTEM = Path("/usr/bin/python3")

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(os.geteuid() != 0, reason="whoever runs this is an ordinary user already"),
]


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="hostile-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def readable(path: Path) -> bool:
    """Whether all may read a folder, and enter those above it."""
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (path, *path.parents))


def test_the_attacks_fail_as_an_ordinary_user_too(folder):
    packages = Path(sysconfig.get_path("purelib"))
    for path in (packages, ROOT):
        if not readable(path):
            pytest.skip(f"{path} cannot be read by others")
    python = folder / "venv" / "bin" / "python"
    made = subprocess.run([SYSTEM, "-m", "venv", "--without-pip", folder / "venv"], check=False)
    version = [python, "-c", "import sys; print(sys.version_info[:2])"]
    if made.returncode or subprocess.check_output(version, text=True).strip() != str(
        sys.version_info[:2]
    ):
        pytest.skip(f"{SYSTEM} is no Python that could use {packages}")
    own = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    Path(own.strip(), "all.pth").write_text(f"{packages}\n{ROOT}\n")
    home = folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)

    done = subprocess.run(
        [
            *(python, "-m", "pytest", ROOT / "tests" / "hostile", "-q", "-p", "no:cacheprovider"),
            # Values and reports are the same for every user.
            *("-m", "hostile or not hostile", "-k", "not values and not reader"),
            *(f"--rootdir={ROOT}", f"--basetemp={home / 'tests'}"),
        ],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd=home,
        env={"HOME": str(home), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
