import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Net:
    """2 - 3 - 1 network"""

    def __init__(self, weights, lr=0.5):
        self.W1 = np.array(weights['W1'], dtype=float)
        self.b1 = np.array(weights['b1'], dtype=float)
        self.W2 = np.array(weights['W2'], dtype=float)
        self.b2 = float(weights['b2'])
        self.lr = lr

    def forward(self, X):
        self.X = X
        self.Z1 = X @ self.W1.T + self.b1
        self.H = sigmoid(self.Z1)
        self.Z2 = self.H @ self.W2 + self.b2
        self.Y = sigmoid(self.Z2)
        return self.Y

    def backward(self, target):
        n = len(target)
        grads = {}
        # output layer
        d = (self.Y - target) / n * self.Y * (1 - self.Y)
        grads['W2'] = self.H.T @ d
        grads['b2'] = d.sum()
        self.W2 = self.W2 - self.lr * grads['W2']
        self.b2 = self.b2 - self.lr * grads['b2']
        # hidden layer
        d = np.outer(d, self.W2) * self.H * (1 - self.H)
        grads['W1'] = d.T @ self.X
        grads['b1'] = d.sum(axis=0)
        self.W1 = self.W1 - self.lr * grads['W1']
        self.b1 = self.b1 - self.lr * grads['b1']
        return grads


def forward_propagation(X, weights):
    net = Net(weights)
    net.forward(X)
    return net.Y, net.Z2, net.H, net.Z1


def back_propagation(X, Y_T, weights):
    net = Net(weights)
    Y = net.forward(X)
    L = np.sum((Y - Y_T) ** 2) / (2 * len(X))
    return net.backward(Y_T), L
