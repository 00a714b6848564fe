"""HW 5: three hidden layers by hand, first tanh or ReLU with three rates, then the best one."""

import h5py
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(541)


def load(path):
    with h5py.File(path, "r") as f:
        return f["xdata"][:], f["ydata"][:]


X, Y = load("mnist_traindata.hdf5")
cut = len(X) * 5 // 6  # 50,000 of 60,000
X_train, Y_train = X[:cut], Y[:cut]
X_valid, Y_valid = X[cut:], Y[cut:]


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def relu(x):
    return np.maximum(x, 0)


def relu_derivative(a):
    return np.where(a > 0, 1.0, 0.0)


def tanh(x):
    return np.tanh(x)


def tanh_derivative(a):
    """a is tanh(z) already."""
    return 1 - a**2


# the configuration of this run: each of the 6 was run once for the report
activation, activation_derivative = tanh, tanh_derivative
lr_initial = 0.5
batch_size = 200
n_epochs = 50
lr_decay_epochs = [20, 40]


def accuracy(y_pred, y_true):
    return np.mean(y_pred.argmax(axis=1) == y_true.argmax(axis=1))


def cross_entropy(y_pred, y_true):
    return -np.mean(np.sum(y_true * np.log(y_pred + 1e-12), axis=1))


def init_params(input_size, h1, h2, h3, output_size):
    params = []
    sizes = [input_size, h1, h2, h3, output_size]
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        params.append(rng.normal(0, np.sqrt(1 / n_in), size=(n_in, n_out)))
        params.append(np.zeros((1, n_out)))
    return tuple(params)


def forward(x, w1, b1, w2, b2, w3, b3, w4, b4):
    a1 = activation(x @ w1 + b1)
    a2 = activation(a1 @ w2 + b2)
    a3 = activation(a2 @ w3 + b3)
    return a1, a2, a3, softmax(a3 @ w4 + b4)


def backward(x, y_true, a1, a2, a3, y_pred, w1, w2, w3, w4, b1, b2, b3, b4, lr):
    n = len(x)
    d4 = (y_pred - y_true) / n
    d3 = d4 @ w4.T * activation_derivative(a3)
    d2 = d3 @ w3.T * activation_derivative(a2)
    d1 = d2 @ w2.T * activation_derivative(a1)
    w4 -= lr * a3.T @ d4
    w3 -= lr * a2.T @ d3
    w2 -= lr * a1.T @ d2
    w1 -= lr * x.T @ d1
    b4 -= lr * d4.sum(axis=0)
    b3 -= lr * d3.sum(axis=0)
    b2 -= lr * d2.sum(axis=0)
    b1 -= lr * d1.sum(axis=0)
    return w1, b1, w2, b2, w3, b3, w4, b4


def train(X, Y, validation=None):
    params = init_params(X.shape[1], 32, 24, 16, 10)
    history = {"lr": [], "train_acc": [], "valid_acc": [], "valid_loss": []}
    lr = lr_initial
    for epoch in range(n_epochs):
        if epoch in lr_decay_epochs:
            lr /= 2
        for j in range(0, len(X), batch_size):
            x, y = X[j : j + batch_size], Y[j : j + batch_size]
            a1, a2, a3, y_pred = forward(x, *params)
            w1, b1, w2, b2, w3, b3, w4, b4 = params
            params = backward(x, y, a1, a2, a3, y_pred, w1, w2, w3, w4, b1, b2, b3, b4, lr)
        history["lr"].append(lr)
        if validation is not None:
            history["train_acc"].append(accuracy(forward(X, *params)[-1], Y))
            y_pred = forward(validation[0], *params)[-1]
            history["valid_acc"].append(accuracy(y_pred, validation[1]))
            history["valid_loss"].append(cross_entropy(y_pred, validation[1]))
    return params, history


params, history = train(X_train, Y_train, (X_valid, Y_valid))
train_acc, valid_acc = history["train_acc"], history["valid_acc"]
valid_loss, lr = history["valid_loss"], history["lr"][-1]

plt.figure()
plt.plot(train_acc, label="training accuracy")
plt.plot(valid_acc, label="validation accuracy")
for epoch in lr_decay_epochs:
    plt.axvline(epoch, linestyle=":", color="gray")
plt.title(f"{activation.__name__}, learning rate {lr_initial}")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.legend()
plt.show()
print(f"Validation accuracy: {valid_acc[-1]:.4f}")

# the best configuration once more, with all the pictures, and then the test
(w1, b1, w2, b2, w3, b3, w4, b4), _ = train(X, Y)
X_test, Y_test = load("mnist_testdata.hdf5")
test_acc = accuracy(forward(X_test, w1, b1, w2, b2, w3, b3, w4, b4)[-1], Y_test)
print(f"Test accuracy: {test_acc:.4f}")
