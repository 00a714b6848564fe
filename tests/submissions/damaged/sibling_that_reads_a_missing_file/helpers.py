import numpy as np
RAW = open('dataset.bin').read()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))
