"""Which layer of the walls stops what: each is left out in turn, and each stands alone."""

from __future__ import annotations

import os
import sys

import pytest
from attack import Attack
from world import World

from grader.sandbox import parent
from grader.worker import landlock

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's"),
    pytest.mark.skipif(landlock.abi() < 6, reason="this Landlock does not know of signals"),
    pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of system calls"),
]

PROBES = """
import fcntl

def tcp():
    return socket.create_connection(("127.0.0.1", @TCP@), 1)

def udp():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", @UDP@))

def unix(address):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(address)
    return sock

def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    return os.waitpid(pid, 0)

def changed_mode():
    path = "@OUTSIDE@/others.py"
    posix.chmod(path, 0o640)
    return posix.stat(path).st_mode & 0o777 == 0o640

def peek():
    class Span(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("n", ctypes.c_size_t)]
    mine = ctypes.create_string_buffer(8)
    here, there = Span(ctypes.addressof(mine), 8), Span(id(None), 8)
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    n = libc.process_vm_readv(os.getppid(), ctypes.byref(here), one, ctypes.byref(there), one, none)
    return n == 8

def own_signal():
    reader, _ = os.pipe()
    fcntl.fcntl(reader, 8, @VICTIM@)
    return fcntl.fcntl(reader, 9) == @VICTIM@

def watch():
    fd = libc.inotify_init1(0)
    return libc.inotify_add_watch(fd, b"@ROOT@/fixtures", 0xfff) >= 0

def shared():
    return libc.shmget(0x60ad1ab, ctypes.c_size_t(4096), 0o1600) >= 0 and shared_gone()

def shared_gone():
    return libc.shmctl(libc.shmget(0x60ad1ab, ctypes.c_size_t(4096), 0o600), 0, None) == 0

def joined():
    os.setgroups([*os.getgroups(), 12345])
    return True

for name, probe in {
    "reads the fixtures": lambda: read("@ROOT@/fixtures/backprop_mse/hidden.h5"),
    "reads another submission": lambda: read("@OUTSIDE@/others.py"),
    "learns that a file is there": lambda: posix.stat("@ROOT@/README.md"),
    "learns that a process is there": lambda: posix.stat("/proc/@VICTIM@"),
    "writes a file outside": lambda: create("@OUTSIDE@/marks/hostile"),
    "changes the mode of a file outside": changed_mode,
    "watches a folder outside": watch,
    "reads its parent's environment": lambda: read(f"/proc/{os.getppid()}/environ"),
    "reads its parent's memory": peek,
    "signals another process": lambda: os.kill(@VICTIM@, signal.SIGCONT) is None,
    "has a signal sent to another process": own_signal,
    "changes another's priority": lambda: os.setpriority(os.PRIO_PROCESS, @VICTIM@, 5) is None,
    "starts a process": fork,
    "connects by TCP": tcp,
    "sends by UDP": udp,
    "connects to a file": lambda: unix("@OUTSIDE@/socket"),
    "connects to an abstract socket": lambda: unix("\\0@ABSTRACT@"),
    "shares memory": shared,
    "joins another group": joined,
}.items():
    attempt(name, probe)
"""

NAMED = ("view", "machine", "folder", "capabilities", "calls", "namespaces")


@pytest.fixture
def reach(tmp_path, monkeypatch):
    """Return a function that says what a submission gets to behind some layers only."""
    worlds = []

    def reach(layers):
        folder = tmp_path / str(len(worlds))
        folder.mkdir()
        with World(folder, monkeypatch) as world:
            worlds.append(world)
            monkeypatch.setattr(parent, "LAYERS", tuple(layers))
            struck = world.strike(Attack(PROBES, score=20.0))
            assert struck.result.score == 20
            gone = [fault for fault in struck.faults if "running" in fault or "scratch" in fault]
            assert gone == [], "what is swept and removed is so without walls too"
        names = {line.split(" ", 1)[1] for line in struck.got}
        return {probe for probe in probes() if any(name.startswith(probe) for name in names)}

    return reach


def probes():
    return [line.split('"')[1] for line in PROBES.splitlines() if line.startswith('    "')]


def test_every_layer_stops_something_and_all_together_stop_everything(reach, capsys):
    reached = {"none": reach(())}
    reached |= {f"only {name}": reach((name,)) for name in NAMED}
    reached["only view"] = reach(("namespaces", "view"))  # a view needs a namespace of its own
    reached |= {f"no {name}": reach([n for n in NAMED if n != name]) for name in NAMED}
    reached["all"] = reach(NAMED)
    with capsys.disabled():
        print("\n" + table(reached))

    assert reached["all"] == set()
    root = os.geteuid() == 0
    # Without walls all is open, but for what only root may do.
    assert set(probes()) - reached["none"] <= {"joins another group"}
    exists = {"learns that a file is there", "learns that a process is there"}
    assert reached["no view"] == reached["no namespaces"] == exists
    assert reached["no calls"] == {"starts a process", "shares memory"}
    assert reached["no capabilities"] == ({"joins another group"} if root else set())
    assert not reached["only view"] & {"reads the fixtures", "writes a file outside", *exists}
    assert not reached["only folder"] & {"writes a file outside", "signals another process"}
    assert not reached["only machine"] & {"writes a file outside", "reads the fixtures"}
    assert not reached["only calls"] & {"connects by TCP", "starts a process", "shares memory"}
    assert not reached["only namespaces"] & {"connects by TCP", "signals another process"}
    # The others would stop it: these two stand behind them.
    assert reached["no folder"] == reached["no machine"] == set()


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"memory": 2**30}, "its processes use more than 1,024 MB together"),
        ({"memory": 2**35, "threads": 5}, "it runs more than 5 threads"),
    ],
)
def test_where_processes_can_be_started_they_share_the_limits_of_one(
    tmp_path, monkeypatch, limits, said
):
    family = """
for _ in range(7):
    if os.fork() == 0:
        os.setsid()
        kept = np.ones(40_000_000)
        break
time.sleep(600)
"""
    attack = Attack(family, score=20.0, limits={**limits, "cell": 30.0})
    with World(tmp_path, monkeypatch) as world:
        monkeypatch.setattr(parent, "LAYERS", tuple(n for n in NAMED if n != "calls"))
        struck = world.strike(attack)

    assert struck.faults == []
    assert any(said in (cell.message or "") for cell in struck.result.cells)
    assert struck.result.score == attack.score


def table(reached):
    """Return who reached what, a mark for each."""
    lines = [" " * 38 + " ".join(f"{name:16}" for name in reached)]
    for probe in probes():
        marks = ("reached" if probe in found else "-" for found in reached.values())
        lines.append(f"{probe:38}" + " ".join(f"{mark:16}" for mark in marks))
    return "\n".join(line.rstrip() for line in lines)
