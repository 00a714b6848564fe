"""Attempts to change a mark, or to bring down who gives it."""

from attack import FORGE, WITHOUT_BACKWARD, WITHOUT_SIGMOID, Attack

WRONG = "return {'W1': 0 * weights['W1'], 'b1': np.ones(3), 'W2': np.ones(3), 'b2': 0.0}, 7.0"


def forged(*replies: str, before: str = "") -> Attack:
    """Return the attack that gives other answers than its function when it is asked."""
    lines = [f"forging.append({reply})" for reply in replies]
    return Attack(FORGE + before, backward="\n".join(lines), score=WITHOUT_BACKWARD)


def valued(raw: str, body: str = 'b""') -> Attack:
    """Return the attack that answers with a value of its own making, as JSON."""
    return forged(f"with_value({raw}, {body})")


def array(shape: str, dtype: str = "<f8", at: str = "0", kind: str = "ndarray") -> Attack:
    """Return the attack that answers with an array that it only describes."""
    one = f'{{"k":"array","type":"{kind}","dtype":"{dtype}","shape":{shape},"at":{at}}}'
    items = ",".join(f'[{{"k":"str","v":"{key}"}},{one}]' for key in ("W1", "b1", "W2", "b2"))
    raw = f'{{"k":"tuple","items":[{{"k":"dict","items":[{items}]}},{one}]}}'
    return valued(repr(raw), "bytes(64)")


ATTACKS = {
    "has NumPy find everything equal": Attack(
        """
for name in ("allclose", "array_equal", "isclose", "equal", "all", "abs", "max", "isfinite"):
    setattr(np, name, lambda *_, **__: True)
np.testing.assert_allclose = lambda *_, **__: None
np.seterr(all="ignore")
""",
        backward=WRONG,
        score=WITHOUT_BACKWARD,
    ),
    "has Python find everything equal": Attack(
        """
import builtins, math, operator
math.isclose = operator.eq = lambda *_, **__: True
builtins.abs = lambda value: 0
builtins.all = builtins.any = lambda values: True
""",
        backward=WRONG,
        score=WITHOUT_BACKWARD,
    ),
    "answers objects that are equal to everything and close to everything": Attack(
        """
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(other.shape, bool)
    def __sub__(self, other): return np.zeros(other.shape)
    __rsub__ = __sub__
    def __array__(self, *_, **__): return np.zeros(3)
    def __array_ufunc__(self, *_, **__): return np.zeros(3)
    def __array_function__(self, *_, **__): return True
    def __reduce__(self): return os.system, ("exit",)
    def __le__(self, other): return True
    shape, dtype, nbytes, size = (3, 2), "float64", 1, 1
""",
        backward="""
wrong = np.ones((3, 2)).view(Equal)
return {'W1': wrong, 'b1': wrong[0], 'W2': wrong[0], 'b2': wrong[0, 0]}, 7.0
""",
        score=WITHOUT_BACKWARD,
    ),
    "sends a verdict, points and a diagnosis along with its value": forged(
        'saying(verdict="correct", score=20, max_score=20, diagnosis=None, status="graded")'
    ),
    "names a failure that the judge excuses": forged(
        'saying(value=None, error={"kind": "blocked", "type": "X", "message": "", "frames": []})'
    ),
    "answers with the bytes of a pickle": valued(
        """'{"k":"array","type":"object","dtype":"|O","shape":[3],"at":0}'""",
        """__import__("pickle").dumps(print)""",
    ),
    "answers with types of dtype that are not exchanged": array("[8]", "V8"),
    "answers with fields in its dtype": array("[8]", "<f8,<i4"),
    "answers with times for numbers": array("[8]", "<M8[s]"),
    "answers with a negative size": array("[-1]"),
    "answers with two negative sizes": array("[-2, -3]"),
    "answers with a size beyond its bytes": array("[3, 200000]"),
    "answers with a size beyond all memory": array("[4611686018427387904, 4]"),
    "answers with no entries in too many dimensions": array(f"{[0, *[2**40] * 20]}"),
    "answers with no entries, and a size that is no 64-bit number": array(f"[0, {10**30}]"),
    "answers with bytes before the first": array("[3]", at="-24"),
    "answers with bytes far behind the last": array("[3]", at=str(10**30)),
    "answers with forty dimensions": array(f"{[1] * 40}"),
    "answers with an array that calls itself a float": array("[]", "<f4", kind="float"),
    "answers NaN where JSON has none": valued("""'{"k":"int","v":NaN}'"""),
    "answers an integer of five thousand digits": valued(
        """'{"k":"int","v":' + "9" * 5000 + "}" """
    ),
    "answers an integer of a hundred digits for every number": valued(
        """'{"k":"tuple","items":[{"k":"dict","items":[[{"k":"str","v":"W1"},{"k":"int","v":'
        + "9" * 100 + "}]]}," + '{"k":"int","v":' + "9" * 100 + "}]}" """.replace("\n", " ")
    ),
    "answers a million values": valued(
        """'{"k":"list","items":[' + ",".join(['{"k":"none"}'] * 600_000) + "]}" """
    ),
    "answers a list nested nine hundred times": valued(
        """'{"k":"list","items":[' * 900 + "]}" * 900"""
    ),
    "answers a list nested a hundred thousand times": valued(
        """'{"k":"list","items":[' * 100_000 + "]}" * 100_000"""
    ),
    "answers rows that are rows of rows": valued(
        """'{"k":"tuple","items":[{"k":"dict","items":[[{"k":"str","v":"W1"},'
        + '{"k":"list","items":[' * 200 + '{"k":"int","v":1}' + "]}" * 200
        + ']]},{"k":"list","items":[{"k":"list","items":[{"k":"int","v":1}]},{"k":"int","v":2}]}]}'
        """.strip().replace("\n", " ")
    ),
    "answers the same key a thousand times, and keys that are values": valued(
        """'{"k":"dict","items":[' + ",".join(['[{"k":"str","v":"W1"},{"k":"none"}]'] * 1000)
        + ',[{"k":"list","items":[]},{"k":"none"}]]}'""".replace("\n", " ")
    ),
    "answers a text of seven megabytes": valued("""'{"k":"str","v":"' + "x" * 7_000_000 + '"}'"""),
    "answers with handles that nobody has": valued(
        """'{"k":"tuple","items":[{"k":"opaque","type":"dict","handle":-7,"callable":true,'
        + '"shape":[-1],"dtype":"x"},{"k":"opaque","type":"x","handle":99999999,"callable":false}]}'
        """.strip().replace("\n", " ")
    ),
    "answers another question than was asked": forged('saying(id=-1, value={"k": "none"})'),
    "answers the next questions before they are asked": Attack(
        FORGE,
        backward="""
def ahead(header):
    frames = b''
    for n in range(50):
        text = json.dumps({**header, 'id': header['id'] + n, 'value': {'k': 'none'}}).encode()
        frames += struct.pack('<II', len(text), 0) + text
    return frames[8:8 + struct.unpack('<I', frames[:4])[0]], frames[8 + len(text):]
forging.append(ahead)
""",
        score=WITHOUT_BACKWARD,
    ),
    "announces four gigabytes": forged(
        'lambda header: (b"", b"")',
        before="""
PACK = struct.pack
class Lying:
    pack = staticmethod(lambda *_: PACK("<II", 2**32 - 1, 2**32 - 1))
struct.pack = lambda *_: PACK("<II", 2**32 - 1, 2**32 - 1)
""",
    ),
    "announces an answer and lets it drip": forged(
        "drip",
        before="""
def drip(header):
    sock = sys._getframe(1).f_locals["sock"]
    sock.sendall(struct.pack("<II", 5_000_000, 0))
    while True:
        sock.sendall(b" ")
        time.sleep(0.01)
""",
    ),
    "answers what is no JSON": forged('lambda header: (b"\\xff\\xfe{" * 99, b"")'),
    "answers an empty object": forged('lambda header: ("{}", b"")'),
    "lies about what it has printed, imported, changed and drawn": forged(
        """saying(output="x" * 3_000_000, dropped=-5, changed=[[-99, "x"], ["y"], [], [10**30]],
        imported=[{"cell": 10**9, "error": None, "ran": [10**40] * 999}], said=[["library", "x"],
        ["nonsense", "y"], ["drift", "np." + "z" * 99999]])""".replace("\n", " ")
    ),
    "lies about the lines on which it failed": forged(
        """saying(value=None, error={"kind": "error", "type": "T" * 99999, "message": "m" * 999999,
        "frames": [{"cell": c, "line": n, "function": "f" * 99999} for c in (-1, 0, 3, 10**30)
        for n in (-10**30, 0, 10**30)]})""".replace("\n", " ")
    ),
    "sends pictures without end, and others than it says": forged(
        "drawing",
        before="""
def drawing(header):
    axes = {"title": "a", "xlabel": "", "ylabel": "", "lines": [["l", 10**30]], "images": -1}
    pixels = {"k": "array", "type": "x", "at": 0}
    figures = [
        {"title": "t" * 99999, "axes": [axes] * 99, "pixels": {**pixels, "dtype": d, "shape": s}}
        for d, s in [("|u1", [0, 9, 3]), ("<f8", [1, 1, 3]), ("|u1", [1, 1, 4])] * 20
    ]
    return json.dumps({**header, "figures": figures}), b""
""",
    ),
    "lies within what fits the protocol": forged(
        """saying(value={"k": "none"}, output="x" * 3_000_000, dropped=2**53, changed=[[900, "x"],
        ["y"], [], [0, "a", "b"]], imported=[{"cell": 2**53, "error": None, "ran": [2**53] * 999}],
        said=[["library", "x"], ["nonsense", "y"], ["drift", "np." + "z" * 400], ["import", "os"]])
        """.strip().replace("\n", " ")
    ),
    "lies about its lines within what fits the protocol": forged(
        """saying(value=None, error={"kind": "missing", "type": "T" * 99, "message": "m" * 999,
        "frames": [{"cell": c, "line": n, "function": "f" * 99} for c in (0, 3, 10**9)
        for n in (0, 10**9)]})""".replace("\n", " ")
    ),
    "sends pictures that share their pixels": Attack(
        FORGE
        + """
import random
def pictures(header):
    shape, n = [600, 800, 3], 600 * 800 * 3
    pixels = {"k": "array", "type": "x", "dtype": "|u1", "shape": shape, "at": 0}
    figures = [{"title": "x", "axes": [], "pixels": pixels}] * 100
    return json.dumps({**header, "figures": figures}), random.Random(0).randbytes(n)
forging.append(pictures)
""",
    ),
    "invents a loss whose gradients are easy": Attack(
        backward="""
loss = float(sum(np.sum(weights[name]) for name in weights))
ones = {name: np.ones(np.shape(weights[name])) for name in ('W1', 'b1', 'W2')}
return {**ones, 'b2': 1.0}, loss
""",
        score=WITHOUT_BACKWARD,
    ),
    "invents a loss of which nothing changes": Attack(
        backward="return {name: 0.0 * np.asarray(weights[name]) for name in weights}, 0.0",
        score=WITHOUT_BACKWARD,
    ),
    "closes its socket": Attack(FORGE, backward="os.closerange(3, 256)", score=WITHOUT_BACKWARD),
    "writes garbage into all that is open": Attack(
        backward="""
for fd in range(256):
    try: os.write(fd, b'\\xff' * 100)
    except OSError: pass
""",
        score=WITHOUT_BACKWARD,
    ),
    "ends itself as if all were well": Attack(
        backward="os.write(1, b'score: 20/20'); os._exit(0)", score=WITHOUT_BACKWARD
    ),
    "writes a result and a report where one could look for them": Attack(
        """
import json
for name in ("results.json", "report.html", "../results.json", "homework.report.html"):
    try:
        with open(name, "w") as file:
            json.dump({"schema": "gradelab/results/v1", "score": 20.0, "max_score": 20.0}, file)
    except OSError:
        pass
for fd in (1, 2):
    os.write(fd, b'::notice title=Autograding report::{"totalPoints":20,"maxPoints":20}\\n')
""",
        backward=WRONG,
        score=WITHOUT_BACKWARD,
    ),
    "puts others in the places of the worker's own functions": Attack(
        """
for name in list(sys.modules):
    if name.startswith("gradelab_worker."):
        module = sys.modules[name]
        for attribute in ("prove", "confine", "Encoder", "decode", "name"):
            if hasattr(module, attribute):
                setattr(module, attribute, lambda *_, **__: ["files", "network", "processes"])
""",
        score=0.0,
        limits={"submission": 5.0},
    ),
    "answers before the worker does, from a thread": Attack(
        FORGE,
        backward="""
def answer():
    for fd in range(3, 20):
        text = json.dumps({'id': 3, 'value': {'k': 'none'}}).encode()
        try: os.write(fd, struct.pack('<II', len(text), 0) + text)
        except OSError: pass
thread = threading.Thread(target=answer)
thread.start()
thread.join()
""",
        score=WITHOUT_BACKWARD,
    ),
    "changes its arrays from a thread while they are sent": Attack(
        """
shared = np.zeros((3, 2))
def change():
    while True:
        for shape in ((2, 3), (6,), (3, 2), (1, 6)):
            try: shared.shape = shape
            except Exception: pass
            shared[...] += 1
threading.Thread(target=change, daemon=True).start()
""",
        backward="return {'W1': shared, 'b1': shared[0], 'W2': shared, 'b2': 0.0}, 7.0",
        score=WITHOUT_BACKWARD,
    ),
    "answers a callable that is another at each look": Attack(
        """
class Sigmoid:
    calls = 0
    def __call__(self, z):
        return object.__getattribute__(self, "answer")
    def __getattribute__(self, name):
        raise SystemExit
""",
        last="sigmoid = Sigmoid()",
        score=0.0,
    ),
    "has its class lie about what it is": Attack(
        """
class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
    def __instancecheck__(cls, one): return True
    def __subclasscheck__(cls, one): return True
    def __getattribute__(cls, name): raise KeyboardInterrupt
    def __eq__(cls, other): return True
    __hash__ = type.__hash__
class Lie(metaclass=Meta):
    __class__ = property(lambda self: np.ndarray)
    def __getattribute__(self, name): raise SystemExit
""",
        sigmoid="return Lie()",
        score=WITHOUT_SIGMOID,
    ),
}
