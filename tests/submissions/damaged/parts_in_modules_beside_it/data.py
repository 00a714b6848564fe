import numpy as np

X = np.zeros((4, 2))
