"""The worked solution in the shape of a submission, so that the checks can be audited.

An audit spoils the worked solution with known mistakes and lets the checks grade what comes out.
For that it needs the three functions that the handout asks for, made from steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WEIGHTS = ("W1", "b1", "W2", "b2")


def functions(run: Callable[..., dict[str, Any]]) -> dict[str, Callable[..., Any]]:
    """Return the handout's functions, with values of the worked solution behind them.

    Parameters
    ----------
    run : callable
        ``run(**inputs)`` returns the quantities by name. Each function passes the inputs that a
        student's function has in its place, ``z`` or ``X, W1, ...``; `run` fills in the others
        (``T`` for as many samples as X), on which the returned values do not depend. Which steps
        it replaces is its own affair.

    Returns
    -------
    dict of str to callable
        ``sigmoid(z)`` returns S; ``forward_propagation(X, weights)`` returns Y, Z2, H, Z1;
        ``back_propagation(X, Y_T, weights)`` returns the gradients by the names of their weights,
        and L. Arguments may be given by position or by name. Nothing is changed in place.
    """

    def sigmoid(z):
        return run(z=z)["S"]

    def forward_propagation(X, weights):
        values = run(X=X, **{name: weights[name] for name in WEIGHTS})
        return values["Y"], values["Z2"], values["H"], values["Z1"]

    def back_propagation(X, Y_T, weights):
        values = run(X=X, T=Y_T, **{name: weights[name] for name in WEIGHTS})
        return {name: values[f"d{name}"] for name in WEIGHTS}, values["L"]

    return {
        "sigmoid": sigmoid,
        "forward_propagation": forward_propagation,
        "back_propagation": back_propagation,
    }
