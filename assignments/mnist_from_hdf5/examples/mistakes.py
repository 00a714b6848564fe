# HW 5, tanh, learning rate 0.002, batches of 200
import h5py
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(3)

train = h5py.File('mnist_traindata.hdf5', 'r')
x, y = np.array(train['xdata']), np.array(train['ydata'])
n_train = round(len(x) * 5 / 6)
x_train, y_train, x_val, y_val = x[:n_train], y[:n_train], x[n_train:], y[n_train:]
test = h5py.File('mnist_testdata.hdf5', 'r')
x_test, y_test = np.array(test['xdata']), np.array(test['ydata'])


def softmax(s):
    s = np.exp(s - s.max())
    return s / s.sum(axis=1)[:, None]

def relu(s):
    return s * (s > 0)

def relu_derivative(s):
    return (s > 0).astype(float)

def tanh(s):
    return np.tanh(s)

def tanh_derivative(s):
    return 1 - np.tanh(s) ** 2

def accuracy(y_pred, y_true):
    right = np.argmax(y_pred, axis=1) == np.argmax(y_true, axis=1)
    return 100 * np.mean(right)


def init_params(input_size, h1, h2, h3, output_size):
    w1 = np.random.randn(input_size, h1) * 0.1
    w2 = np.random.randn(h1, h2) * 0.1
    w3 = np.random.randn(h2, h3) * 0.1
    w4 = np.random.randn(h3, output_size) * 0.1
    b1, b2, b3, b4 = (np.zeros((1, h)) for h in (h1, h2, h3, output_size))
    return w1, b1, w2, b2, w3, b3, w4, b4


def forward(x, w1, b1, w2, b2, w3, b3, w4, b4):
    a1 = tanh(x.dot(w1) + b1)
    a2 = tanh(a1.dot(w2) + b2)
    a3 = tanh(a2.dot(w3) + b3)
    return a1, a2, a3, softmax(a3.dot(w4) + b4)


def backward(x, y_true, a1, a2, a3, y_pred, w1, w2, w3, w4, b1, b2, b3, b4, lr):
    d4 = y_pred - y_true
    d3 = d4.dot(w4.T) * tanh_derivative(a3)
    d2 = d3.dot(w3.T) * tanh_derivative(a2)
    d1 = d2.dot(w2.T) * tanh_derivative(a1)
    w4 = w4 - lr * a3.T.dot(d4)
    w3 = w3 - lr * a2.T.dot(d3)
    w2 = w2 - lr * a1.T.dot(d2)
    w1 = w1 - lr * x.T.dot(d1)
    b4 = b4 - lr * d4.sum(axis=0)
    b3 = b3 - lr * d3.sum(axis=0)
    b2 = b2 - lr * d2.sum(axis=0)
    b1 = b1 - lr * d1.sum(axis=0)
    return w1, b1, w2, b2, w3, b3, w4, b4


lr_initial = 0.002
lr = lr_initial
lr_decay_epochs = [25]
train_acc, valid_acc, test_acc = [], [], []
train_loss, valid_loss = [], []

w1, b1, w2, b2, w3, b3, w4, b4 = init_params(784, 30, 20, 15, 10)
for epoch in range(50):
    if epoch in lr_decay_epochs:
        lr = lr / 2
    for i in range(0, n_train, 200):
        xb, yb = x_train[i:i + 200], y_train[i:i + 200]
        a1, a2, a3, p = forward(xb, w1, b1, w2, b2, w3, b3, w4, b4)
        w1, b1, w2, b2, w3, b3, w4, b4 = backward(xb, yb, a1, a2, a3, p, w1, w2, w3, w4, b1, b2, b3, b4, lr)
    p = forward(x_val, w1, b1, w2, b2, w3, b3, w4, b4)[-1]
    valid_acc.append(accuracy(p, y_val))
    valid_loss.append(-np.mean(y_val * np.log(p)))
    p = forward(x_test, w1, b1, w2, b2, w3, b3, w4, b4)[-1]
    test_acc.append(accuracy(p, y_test))
    print(epoch, valid_acc[-1], test_acc[-1])

plt.plot(train_acc, label='training accuracy')
plt.plot(valid_acc, label='validation accuracy')
plt.plot(test_acc, label='test accuracy')
plt.legend()
plt.show()
