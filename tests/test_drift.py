"""Code of older versions: what is served as it was, and what is said of the rest."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from grader import drift
from grader.worker.drift import MODULES, TABLES

HARNESS = """
import importlib, json, linecache, sys, warnings
warnings.simplefilter("ignore")
folders, serve, snippets = json.load(sys.stdin)
sys.path[:0] = folders
import numpy as np, time
before = {name: dict(vars(sys.modules[name])) for name in ("numpy", "numpy.lib", "time")}
said, loaded = [], []
if serve:
    drift = importlib.import_module("grader.worker.drift")
    former = set(sys.modules)
    drift.install(lambda kind, name: said.append([kind, name]))
    loaded = sorted(set(sys.modules) - former)
out = []
for number, source in enumerate(snippets):
    name, known = f"cell {number}", len(said)
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    namespace = {"np": np, "before": before, "x": None}
    error = None
    try:
        exec(compile(source, name, "exec"), namespace)
    except Exception as caught:
        text = caught.msg if isinstance(caught, SyntaxError) else str(caught)
        error = [type(caught).__name__, text]
    out.append({"x": repr(namespace["x"]), "error": error, "said": said[known:]})
json.dump([loaded, out], sys.stdout)
"""


def run(snippets, serve=True, folders=()):
    given = json.dumps([[str(folder) for folder in folders], serve, list(snippets)])
    command = [sys.executable, "-I", "-c", HARNESS]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


SERVED = {
    "x = np.float('1.5')": ("1.5", "np.float"),
    "x = np.array([1, 2]).astype(np.int).dtype.kind": ("'i'", "np.int"),
    "x = np.zeros(1, np.object).dtype.kind": ("'O'", "np.object"),
    "x = np.complex(0, 1)": ("1j", "np.complex"),
    "x = np.str(1)": ("'1'", "np.str"),
    "x = np.float_ is np.float64": ("True", "np.float_"),
    "x = np.zeros(1, dtype=np.complex_).dtype.name": ("'complex128'", "np.complex_"),
    "x = np.unicode_ is np.str_": ("True", "np.unicode_"),
    "x = np.string_ is np.bytes_": ("True", "np.string_"),
    "x = -np.Inf": ("-inf", "np.Inf"),
    "from numpy import Infinity\nx = Infinity": ("inf", "np.Infinity"),
    "x = np.NaN": ("nan", "np.NaN"),
    "x = np.infty": ("inf", "np.infty"),
    "x = np.PINF": ("inf", "np.PINF"),
    "x = np.NINF": ("-inf", "np.NINF"),
    "x = np.asscalar(np.array([[2.5]]))": ("2.5", "np.asscalar"),
    "x = int(np.product([2, 3]))": ("6", "np.product"),
    "x = np.cumproduct([2, 3]).tolist()": ("[2, 6]", "np.cumproduct"),
    "x = bool(np.alltrue([1, 0]))": ("False", "np.alltrue"),
    "x = bool(np.sometrue([1, 0]))": ("True", "np.sometrue"),
    "x = np.in1d([[1, 2]], [2]).tolist()": ("[False, True]", "np.in1d"),
    "x = float(np.trapz([0, 1, 2], dx=2))": ("4.0", "np.trapz"),
    "x = np.msort(np.array([[3, 1], [2, 4]])).tolist()": ("[[2, 1], [3, 4]]", "np.msort"),
    "x = type(np.mat('1 2')).__name__": ("'matrix'", "np.mat"),
    "x = float(np.round_(2.567, 1))": ("2.6", "np.round_"),
    "x = np.asfarray([1, 2], dtype='int8').tolist()": ("[1.0, 2.0]", "np.asfarray"),
    "x = np.find_common_type([np.float32], [np.int64]).name": (
        "'float32'",
        "np.find_common_type",
    ),
    "x = np.cast['float32']([1]).dtype.name": ("'float32'", "np.cast"),
    "x = np.nbytes[np.float64]": ("8", "np.nbytes"),
    "x = np.obj2sctype('f8') is np.float64": ("True", "np.obj2sctype"),
    "x = np.rank(np.zeros((2, 3)))": ("2", "np.rank"),
    "x = np.alen(np.zeros((2, 3)))": ("2", "np.alen"),
    "x = np.math.factorial(4)": ("24", "np.math"),
    "x = np.lib.pad([1], 1, 'constant').tolist()": ("[0, 1, 0]", "np.lib.pad"),
    "x = float(np.linalg.linalg.norm([3, 4]))": ("5.0", "np.linalg.linalg"),
    "from numpy.core.umath_tests import inner1d\nx = inner1d([[1, 2]], [[3, 4]]).tolist()": (
        "[11]",
        "numpy.core.umath_tests",
    ),
    "from numpy.lib.function_base import trapz\nx = float(trapz([1, 1]))": (
        "1.0",
        "numpy.lib.function_base",
    ),
    "x = np.fromstring(b'ab', dtype=np.uint8).tolist()": ("[97, 98]", "np.fromstring"),
    "import cPickle\nx = cPickle.loads(cPickle.dumps(1))": ("1", "cPickle"),
    "from collections import Iterable\nx = isinstance([], Iterable)": (
        "True",
        "collections.Iterable",
    ),
    "import itertools\nx = list(itertools.izip([1], [2]))": ("[(1, 2)]", "itertools.izip"),
    "import time\nx = time.clock() >= 0": ("True", "time.clock"),
    "from fractions import gcd\nx = gcd(4, 6)": ("2", "fractions.gcd"),
    "import inspect\nx = inspect.getargspec(lambda a, b=1: 0).args": (
        "['a', 'b']",
        "inspect.getargspec",
    ),
}


@pytest.fixture(scope="module")
def answers():
    return dict(zip(SERVED, run(SERVED)[1], strict=True))


@pytest.mark.parametrize("source", SERVED)
def test_a_removed_name_is_served_as_it_was_and_said(answers, source):
    value, name = SERVED[source]
    answer = answers[source]

    assert answer["error"] is None
    assert answer["x"] == value
    # a NumPy that still has the name is asked first
    assert answer["said"] in ([["drift", name]], [])


PROBING = """
import numpy as np
found = hasattr(np, 'float_'), hasattr(np, 'Inf')
try:
    import cPickle
    found += (True,)
except Exception:
    pass
def read():
    return np.product([2, 3])
"""
CHANGES = """
import sys
x = []
for module, names in before.items():
    now = vars(sys.modules[module])
    x += [n for n in names if now.get(n) is not names[n]] + [n for n in now if n not in names]
"""
UNKNOWN = ["np.nosuch", "np.lib.nosuch", "import time\ntime.nosuch", "import numpy.nosuch"]
OWN = {
    "a module": "try:\n    import cPickle as p\nexcept ImportError:\n    x = 'own'",
    "a name in it": "try:\n    from time import clock\nexcept (ImportError, OSError): x = 'own'",
    "a name": "try:\n    kind = np.float_\nexcept AttributeError:\n    x = 'own'",
    "hasattr": "x = 'float_' if hasattr(np, 'float_') else 'own'",
}
MIXED = {
    **OWN,
    "once": "np.float\nnp.float",
    "and another": "x = [np.float, np.int]",
    "expecting something else": "try:\n    np.NaN\nexcept ValueError:\n    pass",
    "fromstring": """
a = np.fromstring('abcd', dtype=np.uint8, count=2)
a += 1
x = a.tolist(), np.fromstring('1 2', sep=' ').tolist()
""",
    "library": "import probing\nx = probing.found",
    "library call": "import probing\nprobing.read()",
    "sibling": "import layers",
    **{source: source for source in UNKNOWN},
    "changes": CHANGES,
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    own, libraries = tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("x") / "site-packages"
    libraries.mkdir()
    (libraries / "probing.py").write_text(PROBING)
    (own / "layers.py").write_text("import numpy as np\nkind = np.complex_\n")
    loaded, answers = run(MIXED.values(), True, [own, libraries])
    return dict(zip(MIXED, answers, strict=True)) | {"loaded": loaded}


def test_a_name_is_said_once(mixed):
    assert mixed["once"]["said"] == [["drift", "np.float"]]
    assert mixed["and another"]["said"] == [["drift", "np.int"]]


def test_putting_it_all_in_place_loads_nothing(mixed):
    assert mixed["loaded"] == []


def test_nothing_changes_that_numpy_has(mixed):
    assert mixed["changes"]["error"] is None
    assert set(eval(mixed["changes"]["x"])) <= {"__getattr__", "fromstring"}


def test_an_unknown_name_is_the_error_that_it_was(mixed, raised):
    for source in UNKNOWN:
        assert mixed[source]["error"] == raised[source]


def test_fromstring_gives_an_array_of_its_own_and_still_reads_text(mixed):
    assert mixed["fromstring"]["x"] == "([98, 99], [1.0, 2.0])"


def test_libraries_are_answered_as_before_and_nothing_is_said(mixed):
    assert mixed["library"]["x"] == "(False, False)"
    assert mixed["library call"]["error"][0] == "AttributeError"
    assert mixed["library"]["said"] == mixed["library call"]["said"] == []


def test_a_sibling_of_the_submission_is_served_as_well(mixed):
    assert mixed["sibling"]["said"] == [["drift", "np.complex_"]]


@pytest.mark.parametrize("kind", OWN)
def test_code_that_has_an_answer_of_its_own_gets_the_question(mixed, kind):
    assert (mixed[kind]["x"], mixed[kind]["said"]) == ("'own'", [])


def test_a_try_for_something_else_is_no_answer(mixed):
    assert mixed["expecting something else"]["said"] == [["drift", "np.NaN"]]


def test_every_name_that_is_served_has_its_sentence():
    names = {f"{called}.{name}" for _, called, table in TABLES for name in table}
    names |= {*MODULES, "np.fromstring"}
    short = {name.replace("numpy.", "np.") for name in names if not name.startswith("np.lib.")}

    assert short - {"np.fromstring"} <= set(drift.OF_NAME)
    assert drift.served("np.float") == (
        "np.float was removed in NumPy 1.24; this ran on an older NumPy. "
        "It was put back for grading. Write float."
    )
    assert "np.frombuffer" in drift.served("np.fromstring")
    assert "Write np.pad." in drift.served("np.lib.pad")
    assert "NumPy 2.0" in drift.served("numpy.lib.function_base")


SAID = {
    # what is raised, for real: what the sentence says
    "np.float": "np.float was removed in NumPy 1.24; this ran on an older NumPy. Write float.",
    "np.Inf": "Write np.inf.",
    "np.set_string_function": "Write np.set_printoptions.",
    "from numpy import NaN": "Write np.nan.",
    "import numpy.linalg.linalg": "NumPy 2.4",
    "np.ones(2).itemset(0, 1)": "array.itemset was removed in NumPy 2.0",
    "np.float64(1).ptp()": "Write np.ptp(a).",
    "np.ones(2).tostring()": "NumPy 2.3",
    "np.percentile([1, 2], 50, interpolation='nearest')": "Write method=.",
    "np.histogram([1], normed=True)": "NumPy 1.24",
    "np.reshape(np.ones(4), newshape=(2, 2))": "NumPy 2.4",
    "float(np.ones((1, 1)))": "a.item()",
    "import math\nmath.exp(np.ones(1))": "Since NumPy 2.4",
    "a = np.zeros(3)\na[0] = np.array([1.0])": "up to NumPy 2.3",
    "np.fromstring(b'ab', dtype=np.uint8)": "np.frombuffer",
    "np.array([[1], [1, 2]])": "Since NumPy 1.24",
    "np.uint8(256)": "Since NumPy 2.0",
    "np.zeros(2, np.uint8) - 300": "Since NumPy 2.0",
    "np.array([1, 2], dtype=float, copy=False)": "np.asarray",
    "np.sum(i for i in range(3))": "Python's sum",
    "np.vstack(map(np.ones, [2, 2]))": "Since NumPy 1.25",
    "np.ones(2, bool) - np.ones(2, bool)": "Since NumPy 1.13",
    "import io\nf = io.BytesIO()\nnp.save(f, np.array([None]))\nf.seek(0)\nnp.load(f)": (
        "allow_pickle=True"
    ),
    "import sklearn.cross_validation": "scikit-learn 0.20",
    "from sklearn.grid_search import GridSearchCV": "sklearn.model_selection",
    "from sklearn.externals import joblib": "Write import joblib.",
    "from sklearn.datasets import fetch_mldata": "Write fetch_openml.",
    "from scipy.misc import imread": "SciPy 1.3",
    "import scipy.misc\nscipy.misc.imresize": "PIL.Image",
    "from sklearn import cross_validation": "scikit-learn 0.20",
    "from keras.utils import np_utils": "Keras 2.13",
    "import keras.utils.np_utils": "to_categorical",
    "from tensorflow.examples.tutorials.mnist import input_data": "TensorFlow 2.0",
    "import urllib\nurllib.urlretrieve": "urllib.request.urlretrieve",
    "import cPickle": "Write pickle.",
    "import time\ntime.clock()": "Python 3.8",
    "from collections import Mapping": "Python 3.10",
    "print 'loss'": "Python 2",
    "import sys\nprint >>sys.stderr, 'loss'": "Python 2",
    "exec 'a = 1'": "Python 2",
    "try:\n    pass\nexcept ValueError, e:\n    pass": "except Error as e",
    "import os\nos.chmod('x', 0755)": "0o",
    "f = lambda (a, b): a": "no pair of names",
    "def f(a, (b, c)):\n    pass": "no pair of names",
    "if True:\n\ta = 1\n        b = 2": "tabs",
    "xrange(3)": "Write range.",
    "raw_input('?')": "Write input.",
    "unicode('a')": "Write str.",
    "{}.has_key(1)": "Write key in d.",
    "{}.iteritems()": "Write items().",
    "{}.keys()[0]": "give no list since Python 3",
    "{}.keys().sort()": "give no list",
    "map(int, '12')[0]": "give no list",
    "len(zip('12', '34'))": "give no list",
    "import random\nrandom.shuffle(range(3))": "give no list",
    "(i for i in 'ab').next()": "Write next(...).",
}

ORDINARY = [
    "np.nosuch",
    "np.ones(2).nosuch",
    "[].nosuch",
    "{}.nosuch",
    "nosuch",
    "file",
    "import nosuch",
    "import numpy.nosuch",
    "from numpy import nosuch",
    "import sklearn.nosuch",
    "np.mean([1], nosuch=2)",
    "float('a')",
    "float([])",
    "np.ones(3).reshape(2, 2)",
    "np.ones((2, 3)) @ np.ones((2, 3))",
    "np.array([1]).item(4)",
    "import math\nmath.exp(1000)",
    "1 << 10**30",
    "a = np.zeros(2)\na.flags.writeable = False\na[0] = 1",
    "a = np.zeros(2)\na[2] = 1",
    "(1)[0]",
    "len(1)",
    "1 >> 'a'",
    "def f(:",
    "if True:\na = 1",
    "print('a'",
    "raise ValueError('only positive values')",
    "{}['print']",
]

PACKAGES = ["sklearn", "sklearn.datasets", "sklearn.externals", "scipy", "scipy.misc"]
PACKAGES += ["keras", "keras.utils", "tensorflow"]


@pytest.fixture(scope="module")
def raised(tmp_path_factory):
    """What is raised today; packages are there as far as the imports look into them."""
    folder = tmp_path_factory.mktemp("packages")
    sources = list(dict.fromkeys([*SAID, *ORDINARY, *UNKNOWN]))
    for name in PACKAGES:
        path = folder / name.replace(".", "/")
        path.mkdir()
        (path / "__init__.py").touch()
    answers = zip(sources, run(sources, False, [folder])[1], strict=True)
    return {source: answer["error"] for source, answer in answers}


@pytest.mark.parametrize("source", SAID)
def test_an_error_that_older_versions_did_not_raise_is_said_to_be_that(raised, source):
    sentence = drift.drifted(*raised[source])

    assert sentence is not None, raised[source]
    assert SAID[source] in sentence


@pytest.mark.parametrize("source", ORDINARY)
def test_an_ordinary_error_is_nobodys_but_the_codes(raised, source):
    assert raised[source] is not None
    assert drift.drifted(*raised[source], source="import pandas" * ("flags" not in source)) is None


def test_a_read_only_array_may_be_pandas_where_pandas_is_used(raised):
    error = next(error for source, error in raised.items() if "flags" in source)

    assert "pandas 3.0" in drift.drifted(*error, source="import pandas as pd")
    assert "pandas 3.0" in drift.drifted("ValueError", "array is read-only", "from pandas import *")
    assert drift.drifted(*error) is None


def test_what_pandas_has_removed_is_said():
    pytest.importorskip("pandas", minversion="3.0")
    table = "import pandas as pd\na = pd.DataFrame({'a': [1.0, 2.0]})\n"
    wanted = {
        "a.as_matrix()": "pandas 1.0",
        "a['a'].ix": "loc or iloc",
        "a.append(a)": "pd.concat",
        "a.iteritems()": "Write items().",
        "a.to_numpy()[0] = 1": "to_numpy(copy=True)",
        "np.random.shuffle(a.values)": "to_numpy(copy=True)",
    }
    answers = run([table + source for source in wanted], serve=False)[1]

    for (source, words), answer in zip(wanted.items(), answers, strict=True):
        assert words in (drift.drifted(*answer["error"], table) or ""), (source, answer)


def test_what_matplotlib_has_renamed_is_said():
    pytest.importorskip("matplotlib", minversion="3.8")
    answer = run(["from matplotlib import style\nstyle.use('seaborn-whitegrid')"], False)[1][0]

    assert "seaborn-v0_8" in drift.drifted(*answer["error"])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="these modules are still there")
def test_modules_that_python_has_removed_are_said():
    for answer in run(["import imp", "import distutils.util"], serve=False)[1]:
        assert "Python 3.12" in drift.drifted(*answer["error"])


def test_the_texts_of_numpy_2_0_are_known_too():
    text = "`itemset` was removed from the ndarray class in NumPy 2.0. Use `arr[index] = value`."

    assert "NumPy 2.0" in drift.drifted("AttributeError", text)
