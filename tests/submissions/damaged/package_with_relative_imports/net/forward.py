import numpy as np
from . import maths


def forward_propagation(X, weights):
    Z1 = X @ weights['W1'].T + weights['b1']
    H = maths.sigmoid(Z1)
    Z2 = H @ weights['W2'] + weights['b2']
    Y = maths.sigmoid(Z2)
    return Y, Z2, H, Z1
