"""Linux's system calls by what becomes of them in a worker; all others are allowed.

The numbers are those of asm/unistd_64.h (x86_64) and asm-generic/unistd.h (aarch64).
"""

from __future__ import annotations

Numbers = tuple[int | None, int | None]
"""A call's number on x86_64 and on aarch64, None where there is no such call."""

NEWEST = 462  # mseal, Linux 6.10; calls that came later are unknown here and refused

REFUSED: dict[str, Numbers] = {
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
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
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
    "statmount": (457, 457),
    "listmount": (458, 458),
    # what happens to files elsewhere
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}

# Landlock does not see these; refused loudly they would break shutil.copy within the own folder.
PRETENDED: dict[str, Numbers] = {
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
    # all that could be saved is thrown away, and the disk is everybody's
    "sync": (162, 81),
    "syncfs": (306, 267),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
}

# Landlock does not see these either; shutil.copy takes the answer "there are none here", and who
# wants room for a file writes it then, within the limits for that.
UNSUPPORTED: dict[str, Numbers] = {
    "getxattr": (191, 8),
    "lgetxattr": (192, 9),
    "listxattr": (194, 11),
    "llistxattr": (195, 12),
    "fallocate": (285, 47),
}

# Allowed towards oneself only: this argument is 0 or the own process.
OWN: dict[str, tuple[Numbers, int]] = {
    "kill": ((62, 129), 0),
    "tgkill": ((234, 131), 0),
    "prlimit64": ((302, 261), 0),
    "sched_setaffinity": ((203, 122), 0),
    # what these tell of others is that they are there
    "sched_getaffinity": ((204, 123), 0),
    "sched_getscheduler": ((145, 120), 0),
    "sched_getparam": ((143, 121), 0),
    "sched_getattr": ((315, 275), 0),
    "sched_rr_get_interval": ((148, 127), 0),
    "get_robust_list": ((274, 100), 0),
    "getpgid": ((121, 155), 0),
    "getsid": ((124, 156), 0),
    "getpriority": ((140, 141), 1),
    "ioprio_get": ((252, 31), 1),
}

# Refused with these values of this argument.
COMMANDS: dict[str, tuple[Numbers, int, tuple[int, ...]]] = {
    # F_SETOWN, F_SETSIG, F_SETOWN_EX: have the kernel send a signal to another process
    "fcntl": ((72, 25), 1, (8, 10, 15)),
    # FIOSETOWN, SIOCSPGRP: the same; TIOCSTI, TIOCLINUX: type into a terminal; FS_IOC_RESVSP,
    # FS_IOC_RESVSP64, FS_IOC_ZERO_RANGE: allocate as fallocate does
    "ioctl": (
        (16, 29),
        1,
        (0x8901, 0x8902, 0x5412, 0x541C, 0x40305828, 0x4030582A, 0x40305839),
    ),
    # CLOSE_RANGE_UNSHARE: descriptors of a thread's own, which nobody would look for
    "close_range": ((436, 436), 2, (2, 6)),
    # PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER: outlive us, not be looked at
    "prctl": ((157, 167), 0, (1, 4, 36)),
}

# Refused with a negative first argument, which stands for the clock of another process.
CLOCKS: dict[str, Numbers] = {
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "timer_create": (222, 107),
}

CLONE, CLONE3 = (56, 220), (435, 435)
