import numpy as np


def expit(z):
    return 1 / (1 + np.exp(-z))
