"""How to get the quantities out of a submission to written_answers.

Weights of a box are not compared with other weights: they are put into the network of the homework,
and what that computes is observed. So every right choice is right. No point lies on an edge of the
box, where f depends on what the step is at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.checks import Inputs, check
from grader.results import Failure
from grader.student import Student, StudentFault

LOST = 2.0  # stands for a row that is not finite: no derivative or error is that large
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
        values = list(returned)
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
        raise fault(f"should return {name} as a number")
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
    return w3 * (w1 * x + b1 > 0) + w4 * (w2 * x + b2 > 0) + b3


def rows(function: Callable[..., Any], *inputs: Any) -> Any:
    """Return what a function gives for each row, one above the other."""
    # Copies: a function may write into what it is given.
    given = [[np.array(row) for row in parts] for parts in zip(*inputs, strict=True)]
    returned = [function(*arguments) for arguments in given]
    shapes = {value.shape if isinstance(value, np.ndarray) else None for value in returned}
    # What is no array, or has no single shape, is judged as it is.
    return np.stack(returned) if len(shapes) == 1 and None not in shapes else returned[0]


def finite_rows(values: Any) -> Any:
    """Return an array, LOST in all of a row that has an entry that is not finite.

    Which rows are lost says why they are; so they have to be numbers.
    """
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or not values.ndim:
        return values
    kept = np.isfinite(values).all(axis=tuple(range(1, values.ndim)), keepdims=True)
    return np.where(kept, values, values.dtype.type(LOST))


def far_from(case: Inputs) -> Any:
    """Return the scores with a number of its own added to each row."""
    return case.Z + case.shifts[:, None]


@check
def box(student: Student, case: Inputs) -> dict[str, Any]:
    """box_weights(delta, h) gives a network that is h between 0 and delta, and 0 elsewhere."""
    weights = weights_of(student.box_weights(float(case.delta), float(case.h)))
    return {"f": network(weights, case.x)}


@check
def jacobian(student: Student, case: Inputs) -> dict[str, Any]:
    """softmax_jacobian(z) returns d y_i / d z_j in row i and column j."""
    return {"J": rows(student.softmax_jacobian, case.Z)}


@check(needs=("jacobian",))
def jacobian_far(student: Student, case: Inputs) -> dict[str, Any]:
    """softmax_jacobian(z + c) is softmax_jacobian(z), for large c too; nan and inf count as 2."""
    return {"J_shifted": finite_rows(rows(student.softmax_jacobian, far_from(case)))}


@check
def cost(student: Student, case: Inputs) -> dict[str, Any]:
    """cost_gradient(a, y) returns the gradient of the cross entropy with respect to a."""
    return {"grad_a": rows(student.cost_gradient, case.P, case.T)}


@check
def general(student: Student, case: Inputs) -> dict[str, Any]:
    """general_error(A, grad) returns A grad_a C, for any A in the denominator convention."""
    error = student.general_error(case.A, case.g)
    column = isinstance(error, np.ndarray) and error.shape == (len(case.g), 1)
    return {"A_grad": error.reshape(-1) if column else error}


@check
def output(student: Student, case: Inputs) -> dict[str, Any]:
    """output_error(z, y) returns a - y, one sample in each row."""
    return {"error": student.output_error(case.Z, case.T)}


@check(needs=("output",))
def output_far(student: Student, case: Inputs) -> dict[str, Any]:
    """output_error(z + c, y) is output_error(z, y), for large c too; nan and inf count as 2."""
    return {"error_shifted": finite_rows(student.output_error(far_from(case), case.T))}
