"""Attempts to use up the time, the memory and the patience of a machine."""

from attack import ALL, WITHOUT_BACKWARD, Attack

DEAF = """
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
"""

ATTACKS = {
    "takes memory without end, in a cell": Attack(
        "kept = []\nwhile True: kept.append(bytes(1 << 24))"
    ),
    "takes memory without end, when asked for gradients": Attack(
        backward="kept = []\nwhile True: kept.append(np.ones(1 << 22))", score=WITHOUT_BACKWARD
    ),
    "takes memory by way of maps": Attack(
        """
import mmap
kept = []
while True:
    kept.append(mmap.mmap(-1, 1 << 26))
    kept[-1].write(bytes(1 << 26))
"""
    ),
    "computes for ever with every signal ignored": Attack(
        backward=DEAF + "while True: pass", score=WITHOUT_BACKWARD
    ),
    "hangs in C and holds the interpreter": Attack(
        backward="re.match(r'(a+)+$', 'a' * 64 + 'b')", score=WITHOUT_BACKWARD
    ),
    "sleeps for ever with every signal ignored": Attack(
        backward=DEAF + "while True: time.sleep(999)", score=WITHOUT_BACKWARD
    ),
    "stops itself": Attack(backward="os.kill(os.getpid(), signal.SIGSTOP)", score=WITHOUT_BACKWARD),
    "computes a power that takes years": Attack(
        backward="10 ** 10 ** 10 ** 2", score=WITHOUT_BACKWARD
    ),
    "recurses in Python": Attack("def f(): return f()\nf()"),
    "recurses in C": Attack(
        """
sys.setrecursionlimit(10**9)
class Deep:
    def __repr__(self): return repr(self)
repr(Deep())
"""
    ),
    "recurses while it is asked": Attack(
        backward="sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()", score=WITHOUT_BACKWARD
    ),
    "prints without end": Attack("while True: print('x' * 10_000)"),
    "prints one text of half a gigabyte": Attack("print('x' * (1 << 29))"),
    "prints from every one of thousands of statements": Attack(
        "1 / 0\n" + "print('x' * 20_000)\n" * 3_000, limits={"cell": 10.0}
    ),
    "prints from every one of hundreds of calls": Attack(
        backward="print('x' * 20_000)",
    ),
    "swallows what stops it": Attack(
        """
while True:
    try:
        while True: pass
    except BaseException: pass
"""
    ),
    "catches its end with a destructor": Attack(
        """
class Late:
    def __del__(self):
        while True: pass
import atexit
late = Late()
atexit.register(Late().__del__)
""",
        backward="sys.exit(3)",
        score=WITHOUT_BACKWARD,
    ),
    "switches off the clock and the collector": Attack(
        """
import gc
gc.disable()
signal.setitimer = signal.alarm = lambda *_: None
clock = sys.modules["gradelab_worker.clock"]
clock._arm = lambda *_: None
clock.Clock._ring = lambda *_: None
while True: pass
""",
    ),
    "crashes the interpreter": Attack(backward="ctypes.string_at(0)", score=WITHOUT_BACKWARD),
    "opens files until there are no descriptors left": Attack(
        "kept = []\nwhile True: kept.append(open('many', 'w'))"
    ),
    "raises its limits": Attack(
        """
import resource
for name in ("AS", "CPU", "FSIZE", "NOFILE", "CORE"):
    number = getattr(resource, f"RLIMIT_{name}")
    _, hard = resource.getrlimit(number)
    attempt(name, resource.setrlimit, number, (hard + 1, hard + 1))
    attempt(name, resource.setrlimit, number, (-1, -1))
"""
    ),
    "hands in source that is nested too deeply for a parser": Attack(
        last="x = " + "-" * 50_000 + "1"
    ),
    "hands in a sum of a hundred thousand numbers": Attack(last="x = " + "1+" * 100_000 + "1"),
    "hands in a chain of a hundred thousand names": Attack(last="x = a" + ".a" * 100_000),
    "hands in a line of a million characters": Attack(last="x = '" + "((((" * 250_000 + "'"),
    "hands in a hundred thousand statements, the first of which fails": Attack(
        last="1 / 0\n" + "x = 1\n" * 100_000,
        limits={"submission": 60.0},  # each replay takes its two seconds
    ),
    "hands in what regular expressions are slow with": Attack(
        last="x = 1 #" + " " * 100_000 + "\n" + "%" + " " * 100_000 + "x\n" + "!" * 100_000 + "\n"
    ),
    "draws figures without end": Attack(
        """
try:
    import matplotlib.pyplot as plt
except ImportError:
    pass
else:
    for n in range(100_000):
        plt.figure()
        plt.plot([1, 2])
        plt.show()
"""
    ),
    "draws figures that take for ever, and titles that are no text": Attack(
        """
try:
    import matplotlib.pyplot as plt
except ImportError:
    pass
else:
    class Title(str):
        def __str__(self):
            while True: pass
    figure, axes = plt.subplots(figsize=(10_000, 10_000))
    axes.set_title(Title("x" * 100_000))
    axes.draw = lambda *_: time.sleep(999)
    figure.suptitle(Title("y"))
    plt.figure(figsize=(1e-9, 1e9))
""",
        score=ALL,
    ),
}
