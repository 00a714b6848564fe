"""How to get the quantities out of a submission to backprop_mse."""

from __future__ import annotations

from typing import Any

from grader.checks import Inputs, check, pick, unpack
from grader.student import Student


def weights(case: Inputs) -> dict[str, Any]:
    """Return the weights as the handout's dictionary."""
    return {"W1": case.W1, "b1": case.b1, "W2": case.W2, "b2": case.b2}


@check
def sigmoid(student: Student, case: Inputs) -> dict[str, Any]:
    """sigmoid(z), entry by entry."""
    return {"S": student.sigmoid(case.z)}


@check
def forward(student: Student, case: Inputs) -> dict[str, Any]:
    """forward_propagation(X, weights) returns Y, Z2, H, Z1."""
    returned = student.forward_propagation(case.X, weights(case))
    Y, Z2, H, Z1 = unpack(returned, "Y", "Z2", "H", "Z1")
    return {"Z1": Z1, "H": H, "Z2": Z2, "Y": Y}


@check
def backward(student: Student, case: Inputs) -> dict[str, Any]:
    """back_propagation(X, Y_T, weights) returns the gradients and the loss."""
    returned = student.back_propagation(case.X, case.T, weights(case))
    gradients, loss = unpack(returned, "gradients", "L")
    return {"L": loss, **pick(gradients, dW1="W1", db1="b1", dW2="W2", db2="b2")}
