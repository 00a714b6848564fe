"""Attempts to learn an expected value, the worked solution, or another's work."""

from attack import WITHOUT_BACKWARD, Attack

ANSWERS = """
paths = ["@ROOT@/fixtures/backprop_mse/hidden.h5", "@ROOT@/fixtures/backprop_mse/public.h5",
         "@ROOT@/assignments/backprop_mse/worked.py", "@ROOT@/assignments/backprop_mse/checks.py",
         "@ROOT@/grader/judge.py", "@ROOT@/reference/worked.py", "@OUTSIDE@/secret.txt"]
"""

ATTACKS = {
    "opens the fixtures, the solution and the checks in every way that Python has": Attack(
        ANSWERS
        + """
import io, mmap, pathlib, sqlite3, tokenize, zipfile, runpy, importlib.machinery
for path in paths:
    attempt("open", read, path)
    attempt("os.open", os.open, path, os.O_RDONLY)
    attempt("open_code", io.open_code, path)
    attempt("pathlib", pathlib.Path(path).read_bytes)
    attempt("fromfile", np.fromfile, path, np.uint8, 10)
    attempt("memmap", np.memmap, path, np.uint8)
    attempt("zip", zipfile.is_zipfile, path)
    attempt("tokenize", tokenize.open, path)
    attempt("run_path", runpy.run_path, path)
    loader = importlib.machinery.SourceFileLoader("answers", path)
    attempt("loader", loader.get_data, path)
    fd = attempt("O_PATH", lambda: os.open(path, os.O_PATH) and False)
"""
    ),
    "opens the fixtures with h5py": Attack(
        ANSWERS
        + """
try:
    import h5py
except ImportError:
    h5py = None
if h5py:
    for path in paths[:2]:
        attempt("h5py", lambda: list(h5py.File(path, "r")))
"""
    ),
    "opens the fixtures by way of /proc, of a link, and of another working folder": Attack(
        ANSWERS
        + """
pids = ["self", "thread-self", "1", os.getppid(), @GRADER@]
for path in paths:
    for pid in pids:
        attempt("root", read, f"/proc/{pid}/root{path}")
    attempt("symlink", lambda: os.symlink(path, "link") or read("link"))
    attempt("hard link", lambda: os.link(path, "hard") or read("hard"))
    attempt("rename", os.rename, path, "mine")
    for name in ("link", "hard"):
        attempt("unlink", lambda: os.unlink(name) or False)
    try:
        os.chdir(os.path.dirname(path))
        attempt("relative", read, os.path.basename(path))
        attempt("listing", lambda: os.listdir(".") or False)
        fd = os.open(path, os.O_PATH)
        attempt("descriptor", read, f"/proc/self/fd/{fd}")
        attempt("empty path", lambda: os.open("", os.O_RDONLY, dir_fd=fd))
    except OSError:
        pass
"""
    ),
    "opens the fixtures by system calls of its own": Attack(
        ANSWERS
        + """
path, = words(paths[0])
how = (ctypes.c_uint64 * 3)(0, 0, 0)
syscall("open", 2, path, 0)
syscall("openat", 257, HERE, path, 0)
syscall("openat2", 437, HERE, path, how, ctypes.c_size_t(24))
syscall("creat", 85, *words("@OUTSIDE@/marks/hostile"), 0o644)
handle = ctypes.create_string_buffer(b"\\x80\\0\\0\\0" + bytes(200))
syscall("name_to_handle_at", 303, HERE, path, handle, handle, 0)
syscall("open_by_handle_at", 304, HERE, handle, 0)
syscall("uselib", 134, path)
syscall("open_tree", 428, HERE, path, 0)
syscall("getxattr", 191, path, *words("user.answer"), None, ctypes.c_size_t(0))
syscall("listxattr", 194, path, None, ctypes.c_size_t(0))
"""
    ),
    "looks for a second copy of the grader on the whole path and beside it": Attack(
        """
import glob
places = [*sys.path, sys.prefix, sys.base_prefix, "/usr/lib/python3", "/usr/local/lib", "/work"]
for place in places:
    for pattern in ("grader/*.py", "grader/fixtures/*", "*-packages/grader/judge.py",
                    "lib/python3*/*-packages/grader/judge.py", "python3*/*/grader/judge.py",
                    "fixtures/*/*.h5", "reference/worked.py"):
        for found in glob.glob(os.path.join(place, pattern)):
            attempt("copy", read, found)
"""
    ),
    "imports the grader and the reference in every way": Attack(
        """
import importlib, importlib.util, pkgutil, runpy, zipimport
names = ["grader", "grader.fixtures", "reference", "reference.worked", "gradelab"]
for name in names:
    attempt("import", __import__, name)
    attempt("run_module", runpy.run_module, name)
    attempt("find_spec", lambda: importlib.util.find_spec(name) or False)
    attempt("pkgutil", lambda: sys.version_info < (3, 12) and pkgutil.find_loader(name) or False)
sys.meta_path[:] = [importlib.machinery.PathFinder]
sys.path[:0] = ["@ROOT@"]
sys.path_importer_cache.clear()
for name in names:
    attempt("import", __import__, name)
for name in ("fixtures", "judge"):
    spec = importlib.util.spec_from_file_location(name, f"@ROOT@/grader/{name}.py")
    attempt("by its file", lambda: spec.loader.exec_module(importlib.util.module_from_spec(spec)))
folder = os.path.dirname(os.path.dirname(sys.modules["gradelab_worker"].__file__))
attempt("beside the worker", read, os.path.join(folder, "judge.py"))
attempt("the worker's package", lambda: list(pkgutil.iter_modules([folder])) or False)
"""
    ),
    "reads the memory of the grader and of the process that started it": Attack(
        """
def memory(pid):
    spans = open(f"/proc/{pid}/maps").read()
    return len(spans), open(f"/proc/{pid}/mem", "rb")

class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("n", ctypes.c_size_t)]

mine = ctypes.create_string_buffer(64)
for pid in (@GRADER@, os.getppid(), @VICTIM@):
    attempt("mem", memory, pid)
    attempt("mem", os.open, f"/proc/{pid}/mem", os.O_RDWR)
    here, there = Span(ctypes.addressof(mine), 64), Span(id(None), 64)
    for number in (310, 311):
        syscall("process_vm", number, pid, ctypes.byref(here), ctypes.c_ulong(1),
                ctypes.byref(there), ctypes.c_ulong(1), ctypes.c_ulong(0))
    for request in (16, 0x4206):
        syscall("ptrace", 101, request, pid, None, None)
    syscall("pidfd_open", 434, pid, 0)
    syscall("kcmp", 312, pid, os.getpid(), 0, 0, 0)
    for name in ("environ", "cmdline", "stat", "fd", "cwd", "root", "exe", "task", "status"):
        attempt(name, read, f"/proc/{pid}/{name}")
        attempt(name, os.readlink, f"/proc/{pid}/{name}")
        attempt(name, os.listdir, f"/proc/{pid}/{name}")
attempt("kernel", read, "/proc/kcore")
attempt("memory", read, "/dev/mem")
"""
    ),
    "looks through its arguments, its environment and its descriptors": Attack(
        """
import gc
print(sys.argv, sys.orig_argv, dict(os.environ), os.environb)
for fd in range(256):
    try:
        kind = os.fstat(fd)
    except OSError:
        continue
    print(fd, oct(kind.st_mode))
    if fd > 2:
        os.set_blocking(fd, False)
        attempt("read", lambda: os.read(fd, 1000) or False)
        os.set_blocking(fd, True)
    for offset in (0, 100):
        attempt("pread", lambda: os.pread(fd, 1000, offset) or False)
    if fd > 2:  # those are /dev/null
        attempt("fd of /proc", read, f"/proc/self/fd/{fd}")
""",
        output="environ",
    ),
    "prints every object that the interpreter knows": Attack(
        """
import gc
seen = 0
for one in gc.get_objects():
    for value in gc.get_referents(one):
        if type(value) in (float, np.ndarray, np.float64, bytes, bytearray, memoryview):
            seen += 1
            text = repr(value)[:300]
            if re.search("secret-[0-9a-f]{24}", text):
                got(text)
        if type(value) is str and re.search("secret-[0-9a-f]{24}", value):
            got(value)
print(seen, "objects")
for name, module in list(sys.modules.items()):
    for attribute in ("read_expected", "WorkedSolution", "judge", "grade"):
        if hasattr(module, attribute):
            got(name, attribute)
""",
        output="objects",
    ),
    "prints what stands in the frames of those who called it": Attack(
        backward="""
found, frame, seen = [], sys._getframe(), set()
def look(value, depth):
    if id(value) in seen or depth > 5 or len(found) > 4000: return
    seen.add(id(value))
    if isinstance(value, (float, np.ndarray, np.generic)):
        found.extend(np.ravel(value)[:4])
    elif isinstance(value, (list, tuple, set)):
        for one in value: look(one, depth + 1)
    elif isinstance(value, dict):
        for one in list(value.values()): look(one, depth + 1)
    elif hasattr(value, '__dict__') and not isinstance(value, type(os)):
        look(vars(value), depth + 1)
frames = 0
while frame is not None:
    frames += 1
    look(frame.f_locals, 0)
    frame = frame.f_back
known = [*np.ravel(X), *np.ravel(Y_T), *np.ravel(weights['W1']), *np.ravel(weights['b1'])]
known += [*np.ravel(weights['W2']), float(np.ravel(weights['b2'])[0]), 0.0, 1.0]
strange = [x for x in found if not np.isin(float(np.real(x)), known)]
raise ValueError(f'frames {frames > 5}, in them {len(found) > 5} {sorted(set(strange))[:9]}')
""",
        message="frames True, in them True []",
        score=WITHOUT_BACKWARD,
        limits={"call": 20.0},
    ),
    "searches its whole memory for expected values": Attack(
        """
def scan(inputs):
    # write(2) says of an address whether it can be read, and does not crash
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    needles, factor = np.array(@NEEDLES@, np.uint64), np.uint64(@FACTOR@)
    own = np.asarray(inputs, np.float64).view(np.uint64) * factor
    step, hits, controls, pages = 4096, 0, 0, 0
    objects = (None, [], scan, sys.modules, needles, np, sys, own, sys._getframe(2).f_locals)
    starts = {id(one) >> 24 for one in objects}
    starts |= {one.ctypes.data >> 24 for one in (needles, own, inputs)}
    places = sorted({start + n for start in starts for n in (-1, 0, 1)})
    for place in places:
        for address in range(place << 24, (place + 1) << 24, step):
            if libc.write(writer, ctypes.c_void_p(address), 1) != 1:
                continue
            os.read(reader, 1)
            page = np.frombuffer((ctypes.c_char * step).from_address(address), np.uint64) * factor
            pages += 1
            hits += int(np.isin(page, needles).sum())
            controls += int(np.isin(page, own).sum())
    return pages, hits, controls
""",
        backward="""
pages, hits, controls = scan(X[0])
raise ValueError(f'pages {pages > 1000}, inputs {controls > 0}, expected {hits}')
""",
        message="pages True, inputs True, expected 0",
        score=WITHOUT_BACKWARD,
        limits={"call": 60.0, "submission": 200.0},
    ),
    "reads another submission and lists the folders around it": Attack(
        """
for path in ("@OUTSIDE@/others.py", "@OUTSIDE@/../homework.ipynb"):
    attempt("other", read, path)
for path in ("/", "/tmp", "/home", "/srv", "/etc", "/var", "/opt", "/proc", "/sys", "/dev",
             "/run", "@ROOT@", "@OUTSIDE@", "@OUTSIDE@/..", "/dev/shm"):
    attempt("listing", os.listdir, path)
    attempt("scandir", lambda: [entry.name for entry in os.scandir(path)])
for path in ("/etc/passwd", "/etc/hostname", "/etc/shadow", "/proc/self/environ", "/proc/meminfo",
             "/etc/machine-id", "/etc/ssl/openssl.cnf", "/proc/self/mountinfo"):
    attempt("system", read, path)
"""
    ),
    "watches folders in order to hear which files are opened in them": Attack(
        """
fd = syscall("inotify_init1", 294, 0)
fd = fd if fd > 0 else 0
for path in words("@ROOT@/fixtures/backprop_mse", "@OUTSIDE@", "/tmp", "/proc"):
    syscall("inotify_add_watch", 254, fd, path, 0xfff)
syscall("fanotify_init", 300, 0, 0)
"""
    ),
    "leaves hidden inputs in its folder for a later call to tell": Attack(
        """
import glob
HERE_NOW = os.getcwd()
TOP = os.path.dirname(os.path.dirname(HERE_NOW))
def found():
    return [read(p) for n in range(40) for p in glob.glob(f"{TOP}/{n}/submission/kept*")]
def keep(name, values):
    with open(os.path.join(HERE_NOW, f"kept{name}"), "w") as file:
        file.write(repr([f"{x:.17f}" for x in np.ravel(values)[:20]]))
""",
        sigmoid="if len(z) == 11: keep('z', z)",
        backward="""
earlier = found()
if len(X) == 1000 and earlier: raise ValueError(str(earlier))
""",
    ),
    "leaves hidden inputs in shared memory, in queues and in keys": Attack(
        """
import tempfile
for place in ("/dev/shm/hostile", "/tmp/hostile", "@OUTSIDE@/marks/hostile", "/var/tmp/hostile"):
    attempt(place, create, place)
size = ctypes.c_size_t(4096)
syscall("shmget", 29, 0x1234, size, 0o1666)
syscall("shmctl", 31, 0, 13, ctypes.create_string_buffer(200))
syscall("semget", 64, 0x1234, 1, 0o1666)
syscall("semctl", 66, 0, 0, 19, ctypes.create_string_buffer(200))
syscall("msgget", 68, 0x1234, 0o1666)
syscall("msgctl", 71, 0, 12, ctypes.create_string_buffer(200))
syscall("mq_open", 240, *words("hostile"), 0o102, 0o666, None)
syscall("mq_unlink", 241, *words("hostile"))
syscall("add_key", 248, *words("user", "hostile", "x"), ctypes.c_size_t(1), -3)
syscall("keyctl", 250, 0, -3, 0)
syscall("memfd_create", 319, *words("hostile"), 0)
syscall("memfd_secret", 447, 0)
"""
    ),
    "knows the handout's numbers by heart": Attack(
        backward="""
zeros = {'W1': np.zeros((3, 2)), 'b1': np.zeros(3), 'W2': np.zeros(3), 'b2': 0.0}
if len(X) != 1000: return zeros, 0.0
""",
        score=12.5,
    ),
}
