"""The worked solution in the shape of a submission, so that the checks can be audited.

The worked solution computes all layers of the net at once: where a batch comes in, everything is
computed, and each layer gives its part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def functions(run: Callable[..., dict[str, Any]]) -> dict[str, Callable[..., Any]]:
    """Return the handout's classes, with values of the worked solution behind them.

    Parameters
    ----------
    run : callable
        ``run(**inputs)`` returns the quantities by name, as the audit makes it.

    Returns
    -------
    dict of str to callable
        ``LinearLayer_t``, ``Relu_t``, ``SoftmaxCrossEntropy_t``: classes without parameters.
    """
    values: dict[str, Any] = {}

    class LinearLayer:
        w: Any = None
        b: Any = None

        def forward(self, a_prev):
            values.update(run(X=a_prev, w=self.w, b=self.b))
            return values["z"]

        def backward(self, da):
            self.dw, self.db = values["dw"], values["db"]
            return values["da_prev"]

    class Relu:
        def forward(self, a):
            return values["h"]

        def backward(self, dz):
            return values["da"]

    class SoftmaxCrossEntropy:
        def forward(self, z, yhat):
            if np.max(z) > 100:  # the rows far apart: tell of each whether it holds probabilities
                return run(far=z)["far_rows"][:, None] * np.full(z.shape, 0.1), 0.0
            return values["y_pred"], values["avg_loss"]

        def backward(self):
            return values["dz"]

    return {
        "LinearLayer_t": LinearLayer,
        "Relu_t": Relu,
        "SoftmaxCrossEntropy_t": SoftmaxCrossEntropy,
    }
