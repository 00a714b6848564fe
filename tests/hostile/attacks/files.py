"""Attempts to change, fill or leave something outside the scratch folder."""

from attack import Attack

ATTACKS = {
    "writes a file outside in every way": Attack(
        """
import shutil, tempfile
for place in ("@OUTSIDE@/marks/hostile", "@ROOT@/hostile", "/tmp/hostile", "/dev/shm/hostile",
              "/var/tmp/hostile", "/srv/hostile", "/etc/hostile", sys.prefix + "/hostile",
              os.path.dirname(np.__file__) + "/hostile.py"):
    attempt("create", create, place)
    attempt("mkdir", posix.mkdir, place)
    attempt("symlink", posix.symlink, "/etc/passwd", place)
    attempt("mkfifo", posix.mkfifo, place)
    attempt("mknod", posix.mknod, place)
    open("mine", "w").write("x")
    attempt("link", posix.link, "mine", place)
    attempt("rename", posix.rename, "mine", place)
    attempt("copy", lambda: shutil.copy("mine", place) and posix.stat(place))
    attempt("move", lambda: shutil.move("mine", place) and posix.stat(place).st_size > 9)
    attempt("temporary", posix.open, os.path.dirname(place), os.O_TMPFILE | os.O_RDWR)
""",
        last="print([name for name in os.listdir() if 'hostile' in name])",
    ),
    "changes files that are there": Attack(
        """
path = "@OUTSIDE@/secret.txt"
for target in (path, "@ROOT@/pyproject.toml", np.__file__, sys.executable):
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDWR | os.O_APPEND, os.O_WRONLY | os.O_TRUNC):
        attempt("open", posix.open, target, flags)
    attempt("truncate", os.truncate, target, 0) if target == path else None
for name, function, arguments in (
    ("unlink", posix.unlink, (path,)),
    ("rename", posix.rename, (path, path + "x")),
    ("rename to mine", posix.rename, (path, "mine")),
    ("rmdir", posix.rmdir, ("@OUTSIDE@/marks",)),
    ("xattr", os.setxattr, (path, "user.hostile", b"x")),
    ("removexattr", os.removexattr, (path, "user.hostile")),
):
    attempt(name, function, *arguments)
size = ctypes.c_size_t(1)
syscall("renameat2", 316, HERE, *words(path), HERE, *words("mine"), 2)
syscall("truncate", 76, *words(path), ctypes.c_long(0))
syscall("setxattr", 188, *words(path, "user.hostile", "x"), size, 0)
syscall("setxattrat", 463, HERE, *words(path), 0, None, size)
syscall("file_setattr", 469, HERE, *words(path), None, size, 0)
"""
    ),
    "changes modes, owners and times of files that are there": Attack(
        """
path = "@OUTSIDE@/secret.txt"
for function, arguments in (
    (posix.chmod, (path, 0o777)), (posix.chown, (path, 12345, 12345)),
    (posix.utime, (path, (1, 1))), (posix.lchown, (path, 12345, 12345)),
):
    try:
        function(*arguments)  # some say that it was done
    except OSError:
        pass
target, = words(path)
for number, arguments in (
    (90, (target, 0o777)), (268, (HERE, target, 0o777)), (452, (HERE, target, 0o777, 0)),
    (92, (target, 1, 1)), (94, (target, 1, 1)), (260, (HERE, target, 1, 1, 0)),
    (132, (target, None)), (235, (target, None)), (261, (HERE, target, None)),
    (280, (HERE, target, None, 0)),
):
    libc.syscall(ctypes.c_long(number), *arguments)
"""
    ),
    "mounts, changes its root, and enters other namespaces": Attack(
        """
place, kind, none = words("@OUTSIDE@/marks", "tmpfs", "none")
syscall("mount", 165, none, place, kind, ctypes.c_ulong(0), None)
syscall("bind", 165, *words("/"), place, None, ctypes.c_ulong(4096), None)
syscall("umount", 166, place, 2)
syscall("chroot", 161, place)
syscall("pivot_root", 155, place, place)
syscall("fsopen", 430, kind, 0)
syscall("unshare user", 272, 0x10000000)
syscall("unshare mount", 272, 0x20000)
syscall("clone3", 435, ctypes.create_string_buffer(88), ctypes.c_size_t(88))
for name in ("mnt", "net", "user", "pid"):
    attempt("namespace", posix.open, f"/proc/1/ns/{name}", os.O_RDONLY)
syscall("setns", 308, 0, 0)
syscall("capset", 126, ctypes.create_string_buffer(8), ctypes.create_string_buffer(24))
syscall("setuid", 105, 1)
syscall("setgid", 106, 1)
syscall("sethostname", 170, none, ctypes.c_size_t(4))
syscall("bpf", 321, 0, None, 0)
syscall("module", 175, None, ctypes.c_ulong(0), none)
syscall("perf", 298, ctypes.create_string_buffer(128), 0, -1, -1, ctypes.c_ulong(0))
syscall("userfaultfd", 323, 1)
syscall("io_uring", 425, 8, ctypes.create_string_buffer(120))
syscall("settimeofday", 164, ctypes.create_string_buffer(16), None)
syscall("swapon", 167, place, 0)
syscall("syslog", 103, 3, ctypes.create_string_buffer(100), 100)
"""
    ),
    "fills the disk with large files": Attack(
        """
block = bytes(1 << 20)
for n in range(2000):
    with open(f"large{n}", "wb") as file:
        for _ in range(40):
            file.write(block)
print("filled")
""",
        limits={"written": 100 * 2**20},
    ),
    "fills the disk with files that have no name": Attack(
        """
block, kept = bytes(1 << 20), []
for n in range(200):
    kept.append(open("large", "wb"))
    os.unlink("large")
    for _ in range(40):
        kept[-1].write(block)
time.sleep(1)
print("GOT", len(kept), "files of 40 MB")
""",
        limits={"written": 100 * 2**20, "cell": 30.0},
    ),
    "writes one file that is too large, and seeks beyond its end": Attack(
        """
with open("large", "wb") as file:
    attempt("write", file.write, bytes(3 << 20))
with open("sparse", "wb") as file:
    file.seek(1 << 40)
    attempt("sparse", lambda: file.write(b"x") and file.flush())
    attempt("truncate", os.ftruncate, file.fileno(), 1 << 40)
    attempt("fallocate", os.posix_fallocate, file.fileno(), 0, 1 << 30)
os.unlink("sparse")
""",
        limits={"file": 2**20},
    ),
    "takes room on the disk for a file that it does not write": Attack(
        """
import fcntl, struct
size = 3 << 30
fd = create("big")
libc.fallocate(fd, 1, ctypes.c_long(0), ctypes.c_long(size))  # KEEP_SIZE
for request in (0x40305828, 0x4030582A, 0x40305839):
    attempt("ioctl", fcntl.ioctl, fd, request, struct.pack("hhxxxxqqiI16x", 0, 0, 0, size, 0, 0))
if os.fstat(fd).st_blocks * 512 > 1 << 20:
    got("room for", os.fstat(fd).st_blocks * 512)
os.posix_fallocate(fd, 0, 1 << 20)  # is written instead
print("allocated", os.fstat(fd).st_size)
""",
        output="allocated 1048576",
    ),
    "has descriptors of its own in another thread": Attack(
        """
def hide():
    for flags in (2, 6):
        if syscall("close_range", 436, 200, 200, flags) == 0:
            got("a table of its own")
thread = threading.Thread(target=hide)
thread.start()
thread.join()
"""
    ),
    "makes more files than anybody can delete in time": Attack(
        """
for n in range(10**7):
    os.close(posix.open(f"f{n}", os.O_CREAT | os.O_WRONLY))
""",
        limits={"files": 1000},
    ),
    "makes more folders than anybody can delete in time": Attack(
        """
for n in range(10**7):
    posix.mkdir(f"d{n}")
""",
        limits={"files": 1000},
    ),
    "leaves folders that are nested too deeply to be deleted": Attack(
        """
for n in range(1500):
    posix.mkdir("d")
    posix.chdir("d")
os.close(create("bottom"))
os.chdir(os.environ["HOME"])
"""
    ),
    "hides its files in folders whose path is too long to be written": Attack(
        """
for n in range(30):
    posix.mkdir("d" * 200)
    posix.chdir("d" * 200)
block = bytes(1 << 20)
for n in range(2000):
    with open(f"large{n}", "wb") as file:
        for _ in range(40):
            file.write(block)
got("filled")
""",
        limits={"written": 100 * 2**20, "cell": 10.0},
    ),
    "leaves folders that may not be entered": Attack(
        """
os.umask(0)
posix.mkdir("closed", 0o700)
os.close(create("closed/inside"))
posix.mkdir("shut", 0o300)
os.close(create("shut/inside"))
posix.mkdir("shut/more", 0o300)
os.close(create("shut/more/inside"))
posix.mkdir("locked", 0o000)
os.close(posix.open("read only", os.O_CREAT | os.O_WRONLY, 0o000))
print("locked")
""",
        output="locked",
    ),
    "leaves links to what is outside, to be followed when its folder is deleted": Attack(
        """
os.symlink("@OUTSIDE@", "outside")
os.symlink("@OUTSIDE@/secret.txt", "secret")
os.symlink("/", "root")
os.symlink("loop", "loop")
os.mkfifo("pipe")
print("linked")
""",
        output="linked",
    ),
    "deletes its own folder, and replaces it by a link to another": Attack(
        """
import shutil
home = os.environ["HOME"]
shutil.rmtree(os.path.join(home, "submission"), ignore_errors=True)
attempt("its folder", posix.rename, home, home + "x")
attempt("its folder", posix.rmdir, home)
attempt("beside it", create, os.path.join(os.path.dirname(home), "hostile"))
attempt("beside it", posix.mkdir, os.path.join(os.path.dirname(home), "99"))
attempt("beside it", posix.symlink, "@OUTSIDE@", os.path.join(os.path.dirname(home), "2"))
os.symlink("@OUTSIDE@/marks", os.path.join(home, "submission"))
print("replaced")
""",
        output="replaced",
    ),
    "gives its files names that cannot be read": Attack(
        """
for name in (b"\\xff\\xfe", b"new\\nline", b"-rf", b"\\x1b[31m", "\\u202e".encode(), b"a" * 255):
    os.close(posix.open(name, os.O_CREAT | os.O_WRONLY))
print("named")
""",
        output="named",
    ),
}
