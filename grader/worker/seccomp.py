"""A seccomp filter: system calls that homework has no use for are refused (Linux).

What Landlock cannot see is refused here: other processes, sockets of every kind, file modes and
times, memory without a file. The kernel runs the filter, a program of classic BPF, at each call.

Source: docs.kernel.org/userspace-api/seccomp_filter.html, linux/seccomp.h, linux/bpf_common.h; the
numbers of calls are those of asm/unistd_64.h (x86_64) and asm-generic/unistd.h (aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2

LOAD, JUMP_EQ, JUMP_GE, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000

NUMBER, ARCHITECTURE, FIRST = 0, 4, 16  # offsets in struct seccomp_data; FIRST: low half of args[0]
CLONE_THREAD = 0x00010000
X32 = 0x40000000  # x86_64's second set of numbers
NEWEST = 462  # mseal, Linux 6.10; calls that came later are unknown here

# Name: (x86_64, aarch64), None where there is no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "tkill": (200, 130),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "kcmp": (312, 272),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    # sockets, and memory that others can share
    "socket": (41, 198),
    "socketpair": (53, 199),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # the system
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "personality": (135, 92),
    "vhangup": (153, 58),
    "syslog": (103, 116),
    "ioperm": (173, None),
    "iopl": (172, None),
    "modify_ldt": (154, None),
    "capset": (126, 91),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}

# Landlock does not see these; refused loudly they would break shutil.copy within the own folder.
PRETENDED: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "utimensat": (280, 88),
    "futimesat": (261, None),
}

# Allowed towards oneself only: the first argument is 0 or the own process.
OWN: dict[str, tuple[int | None, int | None]] = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
}
CLONE, CLONE3 = (56, 220), (435, 435)

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def _op(code: int, value: int, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, true, false, value)


def program(machine: str, pid: int) -> bytes:
    """Return the filter for a process as BPF.

    Parameters
    ----------
    machine : str
        As `platform.machine` names it.
    pid : int
        The process that may send signals to itself.

    Raises
    ------
    KeyError
        If this machine's calls are not known.
    """
    column, architecture = MACHINES[machine]
    refuse = _op(RETURN, ERRNO | errno.EPERM)
    allow = _op(RETURN, ALLOW)
    ops = [
        _op(LOAD, ARCHITECTURE),
        _op(JUMP_EQ, architecture, true=1),
        _op(RETURN, KILL),
        _op(LOAD, NUMBER),
        _op(JUMP_GE, X32, false=1),
        _op(RETURN, KILL),
        _op(JUMP_GE, NEWEST + 1, false=1),
        _op(RETURN, ERRNO | errno.ENOSYS),
        # The C library turns to clone, whose arguments can be seen.
        _op(JUMP_EQ, CLONE3[column], false=1),
        _op(RETURN, ERRNO | errno.ENOSYS),
        _op(JUMP_EQ, CLONE[column], false=4),
        *(_op(LOAD, FIRST), _op(JUMP_SET, CLONE_THREAD, false=1), allow, refuse),
    ]
    for numbers in OWN.values():
        ops += [
            _op(JUMP_EQ, numbers[column] or 0, false=5),
            *(_op(LOAD, FIRST), _op(JUMP_EQ, pid, true=1), _op(JUMP_EQ, 0, false=1), allow, refuse),
        ]
    for table, answer in ((REFUSED, refuse), (PRETENDED, _op(RETURN, ERRNO))):
        for numbers in table.values():
            number = numbers[column]
            if number is not None:
                ops += [_op(JUMP_EQ, number, false=1), answer]
    return b"".join([*ops, allow])


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict() -> None:
    """Install the filter in this process, for good, and in all its threads to come.

    Raises
    ------
    OSError
        If the kernel has no seccomp filters, or this machine's calls are not known.
    """
    try:
        code = program(platform.machine(), os.getpid())
    except KeyError as error:
        raise OSError(f"no filter for {error}") from error
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = _Program(len(code) // 8, ctypes.addressof(buffer))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(filter_), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
