"""Attempts to start processes, to outlive the grading, and to reach those of others."""

from attack import WITHOUT_BACKWARD, Attack

ATTACKS = {
    "starts a program in every way": Attack(
        """
import multiprocessing, pty, subprocess
from concurrent.futures import ProcessPoolExecutor
command = ["/bin/sh", "-c", "echo x > @OUTSIDE@/marks/hostile"]
attempt("run", subprocess.run, command)
attempt("system", lambda: os.WEXITSTATUS(os.system(" ".join(command[:2]) + " exit")) == 0)
attempt("popen", lambda: os.popen("id").read())
attempt("spawn", os.spawnv, os.P_WAIT, command[0], command)
attempt("posix_spawn", os.posix_spawn, command[0], command, {})
attempt("exec", os.execv, "/bin/true", ["true"])
attempt("fork", os.fork)
attempt("forkpty", os.forkpty)
attempt("pool", lambda: ProcessPoolExecutor(1).submit(os.getpid).result(5))
attempt("process", lambda: multiprocessing.get_context("fork").Process(target=print).start())
attempt("spawned", lambda: multiprocessing.get_context("spawn").Process(target=print).start())
libc.fork.restype = ctypes.c_int
attempt("libc", lambda: libc.fork() != -1)
attempt("libc's system", lambda: libc.system(b"exit 0") == 0)
"""
    ),
    "starts processes by system calls of its own": Attack(
        """
path, = words("/bin/true")
for name, number, arguments in (
    ("fork", 57, ()), ("vfork", 58, ()), ("clone", 56, (17, None, None, None, None)),
    ("clone of a namespace", 56, (0x10000011, None, None, None, None)),
    ("clone3", 435, (ctypes.create_string_buffer(64), ctypes.c_size_t(64))),
    ("execve", 59, (path, None, None)), ("execveat", 322, (HERE, path, None, None, 0)),
):
    if libc.syscall(ctypes.c_long(number), *arguments) == 0:
        os._exit(0)
    print("not", name, errno.errorcode[ctypes.get_errno()])
""",
        output="not execveat",
    ),
    "leaves a program behind in a session of its own": Attack(
        """
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(20)
            os.close(create("@OUTSIDE@/marks/hostile"))
        os._exit(0)
attempt("daemon", daemon)
attempt("session", os.setsid)
attempt("group", os.setpgid, 0, 0)
"""
    ),
    "starts processes without end": Attack(
        """
for n in range(30):
    try:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
    except OSError as error:
        print("stopped after", n)
        break
""",
        output="stopped after 0",
    ),
    "starts processes while it is asked for gradients": Attack(
        backward="""
for n in range(5): os.fork()
""",
        score=WITHOUT_BACKWARD,
    ),
    "starts threads without end": Attack(
        """
threading.stack_size(32 << 10)
n = 0
try:
    while n < 20_000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        n += 1
except BaseException as error:
    print("stopped", type(error).__name__)
else:
    got(n, "threads")
""",
        limits={"cell": 20.0},
    ),
    "signals the grader and the process that started it": Attack(
        """
for pid in (@GRADER@, os.getppid(), @VICTIM@, 1):
    for number in (0, signal.SIGUSR1):
        attempt("kill", lambda: os.kill(pid, number) is None)
        syscall("tkill", 200, pid, number)
        syscall("tgkill", 234, pid, pid, number)
        syscall("sigqueue", 129, pid, number, ctypes.create_string_buffer(128))
        syscall("tgsigqueue", 297, pid, pid, number, ctypes.create_string_buffer(128))
    attempt("killpg", lambda: os.killpg(pid, 0) is None)
syscall("pidfd_send_signal", 424, 0, 0, None, 0)
"""
    ),
    "has signals sent by a descriptor that belongs to another process": Attack(
        """
import fcntl
reader, writer = os.pipe()
for pid in (@GRADER@, @VICTIM@, os.getppid()):
    owner = ctypes.create_string_buffer(b"\\x01\\0\\0\\0" + pid.to_bytes(4, "little"), 8)
    for fd in (reader, writer, 3, 4, 5, 6):
        for name, call in (
            ("setown", lambda: fcntl.fcntl(fd, 8, pid)),
            ("setown_ex", lambda: fcntl.fcntl(fd, 15, owner.raw)),
            ("siocspgrp", lambda: fcntl.ioctl(fd, 0x8902, pid.to_bytes(4, "little"))),
            ("fiosetown", lambda: fcntl.ioctl(fd, 0x8901, pid.to_bytes(4, "little"))),
        ):
            attempt(name, call)
        try:
            fcntl.fcntl(fd, 10, int(signal.SIGUSR1))
            fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | 0o20000)
        except OSError:
            pass
    os.write(writer, b"x")
fcntl.fcntl(reader, fcntl.F_SETFL, 0)
""",
    ),
    "traces the grader, and lets itself be traced": Attack(
        """
for pid in (@GRADER@, os.getppid(), @VICTIM@):
    for request in (16, 0x4206, 0x4207, 2):
        syscall("ptrace", 101, request, pid, None, None)
syscall("traceme", 101, 0, 0, None, None)
"""
    ),
    "changes limits, priorities and processors of others": Attack(
        """
import resource
for pid in (@GRADER@, os.getppid(), @VICTIM@):
    attempt("prlimit", resource.prlimit, pid, resource.RLIMIT_NOFILE, (3, 3))
    attempt("prlimit", resource.prlimit, pid, resource.RLIMIT_NOFILE)
    attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19) is None)
    attempt("user", lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19) is None)
    attempt("affinity", lambda: os.sched_setaffinity(pid, {0}) is None)
    param = ctypes.create_string_buffer(64)
    syscall("scheduler", 144, pid, 5, param)
    syscall("param", 142, pid, param)
    syscall("attr", 314, pid, param, 0)
    syscall("ioprio", 251, 1, pid, 3 << 13)
    syscall("oom", 448, pid, 0)
    syscall("pages", 256, pid, ctypes.c_ulong(0), None, None)
    attempt("oom", posix.open, f"/proc/{pid}/oom_score_adj", os.O_WRONLY)
"""
    ),
    "asks who else is there": Attack(
        """
for pid in (@GRADER@, @VICTIM@, 1):
    attempt("getpgid", os.getpgid, pid)
    attempt("getsid", os.getsid, pid)
    attempt("priority", lambda: (os.getpriority(os.PRIO_PROCESS, pid),))
    attempt("affinity", os.sched_getaffinity, pid)
    attempt("scheduler", lambda: (os.sched_getscheduler(pid),))
    syscall("param", 143, pid, ctypes.create_string_buffer(8))
    syscall("attr", 315, pid, ctypes.create_string_buffer(48), 48, 0)
    syscall("robust list", 274, pid, ctypes.create_string_buffer(8), ctypes.create_string_buffer(8))
    syscall("ioprio", 252, 1, pid)
    attempt("cputime", lambda: time.clock_gettime((~pid << 3) | 2))
attempt("processes", os.listdir, "/proc")
"""
    ),
    "frees itself from whoever ends it": Attack(
        """
libc.prctl(1, 0, 0, 0, 0)     # no signal when the parent ends
libc.prctl(36, 1, 0, 0, 0)    # become the reaper of what is left
libc.prctl(4, 0, 0, 0, 0)     # not to be looked at
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def forever():
    while True:
        time.sleep(0.01)
threading.Thread(target=forever).start()
print("free")
""",
        output="free",
    ),
    "ends the grader by way of the terminal and of the log": Attack(
        """
import termios, fcntl
for fd in (0, 1, 2):
    attempt("tiocsti", lambda: fcntl.ioctl(fd, termios.TIOCSTI, b"x") and False)
attempt("tty", posix.open, "/dev/tty", os.O_RDWR)
attempt("ptmx", posix.open, "/dev/ptmx", os.O_RDWR)
attempt("console", posix.open, "/dev/console", os.O_RDWR)
attempt("log", posix.open, "/dev/kmsg", os.O_WRONLY)
for fd in (0, 1, 2):
    os.write(fd, b"::error::hostile\\n") if fd else None
"""
    ),
}
