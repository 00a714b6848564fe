"""Values that are something else than they seem, in the place of one gradient or of the sigmoid."""

from attack import WITHOUT_SIGMOID, Attack

VALUES = {
    "NaN": "z * np.nan",
    "infinity": "z + np.inf",
    "a masked array with everything masked": "np.ma.masked_all(z.shape)",
    "a structured array": "np.zeros(z.shape, [('a', 'f8')])",
    "an array of objects that are right": "(1 / (1 + np.exp(-z))).astype(object)",
    "dates": "z.astype('M8[s]')",
    "time spans": "z.astype('m8[ns]')",
    "complex numbers": "1 / (1 + np.exp(-z)) + 0j",
    "texts of numbers": "z.astype(str)",
    "a matrix": "np.matrix(1 / (1 + np.exp(-z)))",
    "long doubles of another shape": "np.longdouble(z)[None]",
    "a huge view of one number": "np.broadcast_to(0.5, 2**33)",
    "an array without entries": "z[:0]",
    "a list that holds itself": "(lambda x: x.append(x) or x)([])",
    "a list nested a thousand times": "eval('[' * 90 + ']' * 90) if 0 else __import__('functools')"
    ".reduce(lambda x, _: [x], range(100_000), [])",
    "a dictionary with itself as value": "(lambda d: d.update(a=d) or d)({})",
    "a list of a million numbers": "[0.5] * 1_000_000",
    "a hundred lists of lists that are the same": "__import__('functools').reduce("
    "lambda x, _: [x] * 10, range(18), [])",
    "an endless generator": "iter(int, 1)",
    "an integer that is too large": "10 ** 10_000",
    "a text of a hundred megabytes": "'x' * 10**8",
    "a float with a method of its own": "type('F', (float,), {'__float__': lambda s: 1 / 0})(1)",
    "a list that lies about its length": "type('L', (list,), {'__len__': lambda s: 10**9,"
    " '__iter__': lambda s: 1 / 0})([1])",
    "a dictionary that lies about its items": "type('D', (dict,), {'items': lambda s: 1 / 0,"
    " 'keys': lambda s: 1 / 0, '__iter__': lambda s: 1 / 0})(a=1)",
    "a text that lies about itself": "type('S', (str,), {'__str__': lambda s: 1 / 0,"
    " '__len__': lambda s: -1, '__getitem__': lambda s, i: 1 / 0})('x')",
    "an object that says it is an array": "type('A', (), {'__array__': lambda s, *a, **k: z,"
    " '__array_interface__': {'shape': (13,), 'typestr': '<f8', 'data': (8, False),"
    " 'version': 3}})()",
    "an array over memory that is not there": "np.ctypeslib.as_array("
    "ctypes.cast(8, ctypes.POINTER(ctypes.c_double)), z.shape)",
    "an array with strides out of bounds": "np.lib.stride_tricks.as_strided(z, (13,), (1 << 40,))",
    "an array that is closed": "(lambda b: (np.frombuffer(b), b.close())[0])"
    "(__import__('mmap').mmap(-1, 104))",
    "an exception for a value": "ValueError('1')",
    "a module": "np",
    "a class": "type('C', (), {})",
    "a coroutine": "(lambda: (yield))()",
    "a memory view": "memoryview(z)",
    "a scalar of NumPy's that lies": "type('N', (np.float64,), {'dtype': 'x', 'shape': 'y'})(1.0)",
}

ATTACKS = {
    f"returns {name}": Attack(sigmoid=f"return {value}", score=WITHOUT_SIGMOID)
    for name, value in VALUES.items()
} | {
    "overwrites its arguments": Attack(
        backward="X[:] = X; weights['W1'].flags.writeable = False; Y_T.resize(Y_T.shape)",
    ),
    "raises an exception that cannot be shown": Attack(
        """
class Unspeakable(Exception):
    def __str__(self): raise self
    __repr__ = __str__
    args = property(lambda self: 1 / 0)
    __traceback__ = property(lambda self: 1 / 0)
""",
        sigmoid="raise Unspeakable",
        score=WITHOUT_SIGMOID,
    ),
}
