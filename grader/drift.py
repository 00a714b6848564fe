"""Which exceptions come from newer versions of Python and its libraries, not from a mistake.

What could be served as it was, `grader.worker.drift` has served. This is for the rest: from an
exception's type and text to a sentence that says what has changed, or None for all others.

Sources: NumPy's release notes of each version named and its 2.0 migration guide; SciPy 1.3.0,
scikit-learn 0.20, 0.22 and 0.23, pandas 1.0, 2.0 and 3.0, TensorFlow 2.0 (release notes); Keras
2.13.1 against 2.12.0 (the packages); docs.python.org/3/whatsnew and /3.0.
"""

from __future__ import annotations

import collections.abc
import re
from collections.abc import Iterator

from . import wording

FROMSTRING = "The binary mode of np.fromstring"
LIB = "arraypad arraysetops arrayterator function_base histograms index_tricks nanfunctions"
LIB += " polynomial shape_base twodim_base type_check ufunclike utils"

REMOVED: dict[str, dict[str, str]] = {
    "NumPy 1.18": {"np.rank": "np.ndim", "np.testing.rand": "np.random.rand"},
    "NumPy 1.23": {"np.alen": "len", "np.asscalar": "a.item()"},
    "NumPy 1.24": {
        **{f"np.{name}": name for name in ("bool", "complex", "float", "int", "object", "str")},
        "np.histogram(normed=)": "density=",
        "np.long": "int",
        "np.typeDict": "np.sctypeDict",
        "np.unicode": "str",
    },
    "NumPy 1.25": {"np.dual": "np.linalg", "np.testing.utils": "np.testing"},
    "NumPy 2.0": {
        **dict.fromkeys(("np.Inf", "np.Infinity", "np.PINF", "np.infty"), "np.inf"),
        **dict.fromkeys(("np.complex_", "np.cfloat"), "np.complex128"),
        **dict.fromkeys(("np.clongfloat", "np.longcomplex"), "np.clongdouble"),
        **{f"np.lib.{name}": "from numpy import ..." for name in LIB.split()},
        "np.NINF": "-np.inf",
        "np.NZERO": "-0.0",
        "np.NaN": "np.nan",
        "np.PZERO": "0.0",
        "np.alltrue": "np.all",
        "np.asfarray": "np.asarray(a, dtype=float)",
        "np.bool8": "np.bool_",
        "np.bytes0": "np.bytes_",
        "np.byte_bounds": "np.lib.array_utils.byte_bounds",
        "np.cast": "np.asarray(a, dtype=...)",
        "np.compare_chararrays": "np.char.compare_chararrays",
        "np.core.umath_tests": "np.einsum('ij,ij->i', a, b) for inner1d",
        "np.cumproduct": "np.cumprod",
        "np.deprecate": "warnings.warn",
        "np.disp": "print",
        "np.fastCopyAndTranspose": "a.T.copy()",
        "np.find_common_type": "np.result_type",
        "np.float_": "np.float64",
        "np.format_parser": "np.rec.format_parser",
        "np.int0": "np.intp",
        "np.issctype": "issubclass(a, np.generic)",
        "np.issubclass_": "issubclass",
        "np.issubsctype": "np.issubdtype",
        "np.longfloat": "np.longdouble",
        "np.lookfor": "help",
        "np.mat": "np.asmatrix",
        "np.math": "math, with import math",
        "np.maximum_sctype": "a fixed dtype",
        "np.msort": "np.sort(a, axis=0)",
        "np.nbytes": "np.dtype(...).itemsize",
        "np.obj2sctype": "np.dtype(a).type",
        "np.object0": "np.object_",
        "np.product": "np.prod",
        "np.recfromcsv": "np.genfromtxt with a comma as delimiter",
        "np.recfromtxt": "np.genfromtxt",
        "np.round_": "np.round",
        "np.safe_eval": "ast.literal_eval",
        "np.sctype2char": "np.dtype(a).char",
        "np.sctypes": "the dtypes themselves",
        "np.set_string_function": "np.set_printoptions",
        "np.singlecomplex": "np.complex64",
        "np.sometrue": "np.any",
        "np.source": "inspect.getsource",
        "np.str0": "np.str_",
        "np.string_": "np.bytes_",
        "np.uint0": "np.uintp",
        "np.unicode_": "np.str_",
        "np.void0": "np.void",
        "np.who": "locals()",
        "array.itemset": "a[index] = value",
        "array.newbyteorder": "a.view(a.dtype.newbyteorder())",
        "array.ptp": "np.ptp(a)",
    },
    "NumPy 2.3": {
        FROMSTRING: "np.frombuffer(data, dtype=...).copy()",
        "array.tostring": "a.tobytes()",
    },
    "NumPy 2.4": {
        **{
            f"np.{name}(interpolation=)": "method="
            for name in ("percentile", "nanpercentile", "quantile", "nanquantile")
        },
        "np.fft.helper": "np.fft",
        "np.in1d": "np.isin",
        "np.linalg.linalg": "np.linalg",
        "np.reshape(newshape=)": "np.reshape(a, shape)",
        "np.save(fix_imports=)": "np.save without it",
        "np.trapz": "np.trapezoid",
    },
    "NumPy 2.5": {"np.row_stack": "np.vstack"},
    "SciPy 1.3": {
        **{
            f"scipy.misc.{name}": f"scipy.special.{name}"
            for name in ("comb", "factorial", "logsumexp")
        },
        **dict.fromkeys(("scipy.misc.imread", "scipy.ndimage.imread"), "plt.imread"),
        "scipy.misc": "PIL.Image for images, scipy.special for functions",
        "scipy.misc.imresize": "PIL.Image.fromarray(a).resize(...)",
        "scipy.misc.imsave": "plt.imsave",
        "scipy.misc.imshow": "plt.imshow",
        "scipy.misc.toimage": "PIL.Image.fromarray",
    },
    "scikit-learn 0.20": {
        f"sklearn.{name}": "sklearn.model_selection"
        for name in ("cross_validation", "grid_search", "learning_curve")
    },
    "scikit-learn 0.22": {"sklearn.datasets.fetch_mldata": "fetch_openml"},
    "scikit-learn 0.23": {
        "sklearn.externals": "import joblib or import six",
        "sklearn.externals.joblib": "import joblib",
        "sklearn.externals.six": "import six",
    },
    "Keras 2.13": {"keras.utils.np_utils": "from keras.utils import to_categorical"},
    "TensorFlow 2.0": {
        "tensorflow.contrib": "tensorflow.keras",
        "tensorflow.examples": "tensorflow.keras.datasets.mnist.load_data()",
    },
    "pandas 1.0": {
        **{f"{kind}.as_matrix": "to_numpy()" for kind in ("DataFrame", "Series")},
        **{f"{kind}.ix": "loc or iloc" for kind in ("DataFrame", "Series")},
    },
    "pandas 2.0": {
        **{f"{kind}.append": "pd.concat" for kind in ("DataFrame", "Series")},
        **{f"{kind}.iteritems": "items()" for kind in ("DataFrame", "Series")},
    },
    "Python 3": {
        **{f"dict.iter{part}": f"{part}()" for part in ("items", "keys", "values")},
        **{name: name.lower() for name in ("ConfigParser", "Queue", "Tkinter")},
        **dict.fromkeys(("basestring", "unicode"), "str"),
        **dict.fromkeys(("generator.next", "map.next", "zip.next"), "next(...)"),
        "unichr": "chr",
        "StringIO": "io",
        "cPickle": "pickle",
        "cmp": "a - b, or a key= function",
        "dict.has_key": "key in d",
        "execfile": "exec(open(...).read())",
        "itertools.ifilter": "filter",
        "itertools.imap": "map",
        "itertools.izip": "zip",
        "itertools.izip_longest": "itertools.zip_longest",
        "raw_input": "input",
        "reduce": "functools.reduce",
        "reload": "importlib.reload",
        "urllib.urlopen": "urllib.request.urlopen",
        "urllib.urlretrieve": "urllib.request.urlretrieve",
        "urllib2": "urllib.request",
        "xrange": "range",
    },
    "Python 3.8": {"time.clock": "time.perf_counter"},
    "Python 3.9": {"fractions.gcd": "math.gcd"},
    "Python 3.11": {"inspect.getargspec": "inspect.getfullargspec"},
    "Python 3.12": {"distutils": "shutil or subprocess", "imp": "importlib"},
}
"""By version: what it has removed, and what to write instead."""

# Of the built-in names of Python 2 those that nobody uses for a variable.
BUILTINS = {"basestring", "cmp", "execfile", "raw_input", "reduce", "reload", "unichr", "unicode"}
BUILTINS |= {"xrange"}

OF_NAME = {
    name: (version, new) for version, table in REMOVED.items() for name, new in table.items()
}
OF_NAME |= {
    f"collections.{name}": ("Python 3.10", f"collections.abc.{name}")
    for name in collections.abc.__all__
}

# The kind of exception, its text, and what of it is the name.
NAMES = (
    ("AttributeError", r"module '(?P<a>[\w.]+)' has no attribute '(?P<b>\w+)'"),
    ("AttributeError", r"`(?P<a>np)\.(?P<b>\w+)` was removed"),
    ("AttributeError", r"'(?P<a>[\w.]+)' object has no attribute '(?P<b>\w+)'"),
    ("AttributeError", r"`(?P<b>\w+)` was removed from the (?P<a>ndarray) class"),
    ("ImportError", r"cannot import name '(?P<b>\w+)' from '(?P<a>[\w.]+)'"),
    ("ModuleNotFoundError", r"No module named '(?P<a>[\w.]+)'"),
    ("TypeError", r"(?P<a>\w+)\(\) got an unexpected keyword argument '(?P<b>\w+)'"),
)

CHANGED = (
    ("TypeError", r"only 0-dimensional arrays can be converted to Python scalars", "number"),
    ("ValueError", r"setting an array element with a sequence\.$", "element"),
    ("ValueError", r"setting an array element .* inhomogeneous shape", "ragged"),
    ("ValueError", r"Unable to avoid copy while creating an array", "copy"),
    ("ValueError", r"Object arrays cannot be loaded when allow_pickle=False", "pickle"),
    ("OverflowError", r"Python integer -?\d+ out of bounds for u?int\d+", "bounds"),
    ("TypeError", r"Calling np\.sum\(generator\)", "sum"),
    ("TypeError", r"arrays to stack must be passed as a \"sequence\"", "stack"),
    ("TypeError", r"numpy boolean subtract|The numpy boolean negative", "minus"),
    ("SyntaxError", r"Missing parentheses in call to '(print|exec)'", "print"),
    ("TypeError", r"unsupported operand type\(s\) for >>: 'builtin_function_or_method'", "print"),
    ("SyntaxError", r"multiple exception types must be parenthesized", "except"),
    ("SyntaxError", r"leading zeros in decimal integer literals", "octal"),
    ("SyntaxError", r"(Function|Lambda expression) parameters cannot be parenthesized", "pairs"),
    ("TabError", r"inconsistent use of tabs and spaces", "tabs"),
    ("TypeError", r"'(dict_\w+|map|zip|filter)' object is not subscriptable", "lists"),
    ("TypeError", r"object of type '(map|zip|filter)' has no len\(\)", "lists"),
    ("AttributeError", r"'dict_\w+' object has no attribute '(sort|index|append)'", "lists"),
    ("TypeError", r"'range' object does not support item assignment", "lists"),
    ("OSError", r"'seaborn[\w-]*' is not a valid package style", "style"),
)
READ_ONLY = r"(assignment destination|output array|sort array|array) is read-only"


def drifted(type_name: str, message: str, source: str = "") -> str | None:
    """Return a sentence for an exception that older versions did not raise, else None.

    Parameters
    ----------
    type_name : str
        The name of the exception's class.
    message : str
        Its text.
    source : str
        The submission's text. A read-only array is pandas' only where pandas is used.
    """
    for kind, pattern, key in CHANGED:
        if kind == type_name and re.match(pattern, message, re.DOTALL):
            return wording.CHANGED_SINCE[key]
    if type_name == "ValueError" and re.match(READ_ONLY, message) and "pandas" in source:
        return wording.CHANGED_SINCE["read-only"]
    for name in _names(type_name, message):
        if name in OF_NAME:
            return wording.removed_name(name, *OF_NAME[name])
    return None


def served(name: str) -> str:
    """Return the sentence for a name that was served as it was, as the worker calls it."""
    name = FROMSTRING if name == "np.fromstring" else _short(name)
    version, new = OF_NAME.get(name, ("NumPy 2.0", name.replace("np.lib.", "np.")))
    return wording.removed_name(name, version, new, served=True)


def _names(type_name: str, message: str) -> Iterator[str]:
    """Yield the removed names that an exception can be about, the longest first."""
    if type_name == "ValueError" and message.startswith("The binary mode of fromstring"):
        yield FROMSTRING
    if type_name == "NameError":
        found = re.match(r"name '(\w+)' is not defined", message)
        if found and found[1] in BUILTINS:
            yield found[1]
    for kind, pattern in NAMES:
        found = re.match(pattern, message) if kind == type_name else None
        if found is None:
            continue
        parts = found.groupdict()
        if kind == "TypeError":
            yield f"np.{parts['a']}({parts['b']}=)"
        elif "object" in pattern or parts["a"] == "ndarray":
            yield f"{_kind(parts['a'])}.{parts['b']}"
        else:
            name = ".".join(filter(None, (_short(parts["a"]), parts.get("b"))))
            yield name
            while kind == "ModuleNotFoundError" and "." in name:
                name = name.rpartition(".")[0]
                yield name


def _short(name: str) -> str:
    """Return a name as code writes it, with ``np``."""
    return re.sub(r"^numpy\b", "np", name.replace("numpy._core", "numpy.core"))


def _kind(name: str) -> str:
    """Return what a class is called here: scalars and arrays have lost the same methods."""
    return "array" if name.startswith(("numpy.", "ndarray")) else name
