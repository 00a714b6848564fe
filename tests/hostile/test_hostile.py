"""Submissions that are after a mark, the machine, or whoever reads the report: none gets there."""

from __future__ import annotations

import platform

import pytest
from attack import Attack
from attacks import files, learning, limits, marks, network, processes, values
from homework import quantities, verdicts
from world import World

from grader.worker import landlock

FAMILIES = {
    "learning": learning,
    "marks": marks,
    "files": files,
    "network": network,
    "processes": processes,
    "limits": limits,
    "values": values,
}
CORE = {
    "opens the fixtures, the solution and the checks in every way that Python has",
    "leaves hidden inputs in its folder for a later call to tell",
    "answers an integer of a hundred digits for every number",
    "writes garbage into all that is open",
    "changes files that are there",
    "leaves folders that are nested too deeply to be deleted",
    "sends by UDP",
    "starts a program in every way",
    "has signals sent by a descriptor that belongs to another process",
    "takes memory without end, in a cell",
    "returns a list that lies about its length",
}
"""One or two of each family, for every day; the others are marked `hostile`."""

ALL_ATTACKS = [
    pytest.param(attack, id=f"{family}: {name}", marks=() if name in CORE else pytest.mark.hostile)
    for family, module in FAMILIES.items()
    for name, attack in module.ATTACKS.items()
]

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() != "x86_64" or not landlock.abi(),
    reason="attacks on the walls of Linux, with system calls by their numbers on x86_64",
)


@pytest.fixture
def world(tmp_path, monkeypatch):
    with World(tmp_path, monkeypatch) as world:
        yield world


@pytest.mark.hostile
def test_files_without_a_name_are_seen_also_where_the_first_thread_has_ended(world):
    attack = Attack(
        """
def fill():
    time.sleep(0.3)
    kept = []
    for n in range(20):
        kept.append(create(f"f{n}"))
        os.unlink(f"f{n}")
        os.write(kept[-1], bytes(10 << 20))
    time.sleep(600)
threading.Thread(target=fill).start()
libc.syscall(60, 0)  # ends this thread alone
""",
        limits={"written": 100 * 2**20, "cell": 60.0},
    )
    struck = world.strike(attack)

    assert struck.faults == []
    assert any("holds more than" in (cell.message or "") for cell in struck.result.cells)
    assert struck.result.score == attack.score


@pytest.mark.parametrize("attack", ALL_ATTACKS)
def test_an_attack_gets_what_it_deserves_and_nothing_else(world, attack):
    struck = world.strike(attack)

    assert struck.faults == []
    assert struck.got == []
    assert attack.output in struck.output
    assert attack.message in quantities(struck.result)["L"].message
    assert struck.result.score == attack.score
    assert "internal" not in verdicts(struck.result).values()
    assert struck.result.isolation.level == "full"
