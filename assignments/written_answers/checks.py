"""How to get the quantities out of a submission to written_answers.

Weights of a box are not compared with other weights: they are put into the network of the homework,
and what that computes is observed. So every right choice is right. No point lies on an edge of the
box, where f depends on what the step is at 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks import Inputs, check
from grader.results import Failure
from grader.student import Student, StudentFault

NAMES = ("w1", "w2", "b1", "b2", "w3", "w4", "b3")


def weights_of(returned: Any) -> list[float]:
    """Return the seven weights, from a dictionary by their names or from a sequence in order."""
    if isinstance(returned, dict):
        absent = [name for name in NAMES if name not in returned]
        if absent:
            raise fault(f"should return all of {', '.join(NAMES)}; there is no {absent[0]}")
        values = [returned[name] for name in NAMES]
    elif isinstance(returned, (tuple, list)) or (
        isinstance(returned, np.ndarray) and returned.ndim
    ):
        values = list(np.ravel(returned) if isinstance(returned, np.ndarray) else returned)
        if len(values) != len(NAMES):
            raise fault(f"should return the seven numbers {', '.join(NAMES)}, not {len(values)}")
    else:
        raise fault(f"should return the seven numbers {', '.join(NAMES)}")
    return [number(value, name) for value, name in zip(values, NAMES, strict=True)]


def number(value: Any, name: str) -> float:
    """Return a weight as a number, where it is one or an array with one entry."""
    while isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    array = np.asarray(value) if isinstance(value, (int, float, np.ndarray, np.generic)) else None
    if array is None or array.dtype.kind not in "iuf" or array.size != 1:
        raise fault(f"should return {name} as a number, an int or a float")
    weight = float(array.reshape(())[()])
    if not np.isfinite(weight):
        raise fault(f"should return {name} as a finite number, not {weight}")
    return weight


def fault(text: str) -> StudentFault:
    """Return what ends a check because something was not there."""
    return StudentFault(Failure("missing", text))


def network(weights: list[float], x: Any) -> Any:
    """Return what the network of two steps with these weights computes."""
    w1, w2, b1, b2, w3, w4, b3 = weights
    with np.errstate(all="ignore"):
        return w3 * (w1 * x + b1 > 0) + w4 * (w2 * x + b2 > 0) + b3


def numbers(returned: Any) -> Any:
    """Return lists of numbers as an array: the answers are mathematics, whatever holds them."""
    if not isinstance(returned, (list, tuple)):
        return returned
    try:
        array = np.array(returned)
    except ValueError:  # rows of different lengths
        return returned
    return array if array.dtype.kind in "iufc" else returned


def vector(returned: Any) -> Any:
    """Return a vector as an array (C,); the denominator convention writes it as a column."""
    value = numbers(returned)
    column = isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 1
    return value.reshape(-1) if column else value


@check
def box(student: Student, case: Inputs) -> dict[str, Any]:
    """box_weights(delta, h) gives a network that is h between 0 and delta, and 0 elsewhere."""
    weights = weights_of(student.box_weights(float(case.delta), float(case.h)))
    return {"f": network(weights, case.x)}


@check
def jacobian(student: Student, case: Inputs) -> dict[str, Any]:
    """softmax_jacobian(z) returns d y_i / d z_j in row i and column j."""
    return {"J": numbers(student.softmax_jacobian(case.z))}


@check(needs=("jacobian",))
def jacobian_far(student: Student, case: Inputs) -> dict[str, Any]:
    """softmax_jacobian(z + c) is softmax_jacobian(z), for large c too."""
    return {"J_shifted": numbers(student.softmax_jacobian(case.z + case.shift))}


@check
def cost(student: Student, case: Inputs) -> dict[str, Any]:
    """cost_gradient(a, y) returns the gradient of the cross entropy with respect to a."""
    return {"grad_a": vector(student.cost_gradient(case.p, case.t))}


@check
def general(student: Student, case: Inputs) -> dict[str, Any]:
    """general_error(A, grad) returns A grad_a C, for any A in the denominator convention."""
    return {"A_grad": vector(student.general_error(case.A, case.g))}


@check
def output(student: Student, case: Inputs) -> dict[str, Any]:
    """output_error(z, y) returns a - y, one sample in each row."""
    return {"error": numbers(student.output_error(case.Z, case.T))}


@check(needs=("output",))
def output_far(student: Student, case: Inputs) -> dict[str, Any]:
    """output_error(z + c, y) is output_error(z, y), for large c too."""
    far = case.Z + case.shifts[:, None]  # another number in each row
    return {"error_shifted": numbers(student.output_error(far, case.T))}
