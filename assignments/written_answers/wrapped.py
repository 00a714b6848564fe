"""The worked solution in the shape of a submission, so that the checks can be audited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def functions(run: Callable[..., dict[str, Any]]) -> dict[str, Callable[..., Any]]:
    """Return the handout's functions, with values of the worked solution behind them.

    Parameters
    ----------
    run : callable
        ``run(**inputs)`` returns the quantities by name, as the audit makes it.

    Returns
    -------
    dict of str to callable
        ``box_weights``, ``softmax_jacobian``, ``cost_gradient``, ``general_error``,
        ``output_error``.
    """

    def box_weights(delta, h):
        values = run(delta=delta, h=h)
        return [float(weight) for weight in (*values["hidden"], *values["output"])]

    def softmax_jacobian(z):
        return run(z=z, shift=0.0)["jacobians"][0]

    def cost_gradient(a, y):
        return run(p=a, t=y)["grad_a"]

    def general_error(A, grad):
        return run(A=A, g=grad)["A_grad"]

    def output_error(z, y):
        return run(Z=z, shifts=np.zeros(len(z)), T=y)["errors"][0]

    return {
        "box_weights": box_weights,
        "softmax_jacobian": softmax_jacobian,
        "cost_gradient": cost_gradient,
        "general_error": general_error,
        "output_error": output_error,
    }
