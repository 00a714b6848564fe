"""What newer versions of Python and its libraries have changed."""

from __future__ import annotations


def removed_name(name: str, version: str, instead: str, served: bool = False) -> str:
    """Say that a name is no longer there, since when, and what to write.

    Parameters
    ----------
    version : str
        Of what, and which: "NumPy 1.24".
    served : bool
        Whether the code got what the name stood for all the same.
    """
    package = version.rpartition(" ")[0]
    again = " It was put back for grading." if served else ""
    return (
        f"{name} was removed in {version}; this ran on an older {package}.{again} Write {instead}."
    )


_LISTS = "keys(), values(), items(), range(), map(), zip() and filter()"


CHANGED_SINCE = {
    "number": (
        "Since NumPy 2.4 only an array of shape () is taken for a number. If this one has a single "
        "element, it was taken for one by an older NumPy: write a.item()."
    ),
    "element": (
        "If the sequence is an array with a single element: up to NumPy 2.3 it was taken for a "
        "number, and this ran there. Write a.item()."
    ),
    "ragged": (
        "Since NumPy 1.24 rows of different shapes are an error; this may have run on an older "
        "NumPy, which made an array of objects of them. Keep a list, or write dtype=object."
    ),
    "copy": (
        "Since NumPy 2.0 copy=False means that copying is an error; this ran on an older NumPy, "
        "which copied where it had to. Write np.asarray(a)."
    ),
    "pickle": (
        "Since NumPy 1.16.3 np.load reads arrays of objects only where allow_pickle=True says so; "
        "this may have run on an older NumPy."
    ),
    "bounds": (
        "Since NumPy 2.0 a Python integer that the array's type cannot hold is an error; an older "
        "NumPy wrapped it around or took a larger type. Convert first: write a.astype(int)."
    ),
    "sum": (
        "Since NumPy 2.4 np.sum takes no generator; this ran on an older NumPy. Write Python's sum."
    ),
    "stack": (
        "Since NumPy 1.25 arrays to stack must stand in a list or a tuple; this may have run on an "
        "older NumPy or on Python 2. Write np.vstack(list(...))."
    ),
    "minus": (
        "Since NumPy 1.13 arrays of bool have no minus; this may have run on an older NumPy. "
        "Write a ^ b or ~a, or convert with .astype(int)."
    ),
    "read-only": (
        "Since pandas 3.0 the arrays of .values and to_numpy() may not be written to; this may "
        "have run on an older pandas. Write to_numpy(copy=True)."
    ),
    "print": "print and exec are functions since Python 3; this is Python 2. Write print(...).",
    "except": "This is how Python 2 catches an exception. Write except Error as e.",
    "octal": "This may be an octal number of Python 2. Write 0o in front of it.",
    "pairs": (
        "Since Python 3 a parameter is a name, no pair of names; this may have run on Python 2. "
        "Write one parameter and unpack it."
    ),
    "tabs": (
        "Since Python 3 tabs and blanks may not be mixed; this may have run on Python 2. "
        "Indent with blanks."
    ),
    "lists": (
        f"{_LISTS} give no list since Python 3; this may have run on Python 2. Write list(...)."
    ),
    "style": (
        "Matplotlib 3.8 has the seaborn styles under new names only; this ran on an older "
        "Matplotlib. Write seaborn-v0_8 in place of seaborn."
    ),
}
"""What has changed since the code was written, by what it is about."""
