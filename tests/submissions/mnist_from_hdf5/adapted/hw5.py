"""Other names, another order of arguments, a dictionary of parameters, and float32."""

import h5py
import numpy as np
from matplotlib import pyplot as plt

f = h5py.File("./mnist_traindata.hdf5")
x = f["xdata"][:].astype(np.float32)
y = f["ydata"][:].astype(np.float32)
m = len(x) - len(x) // 6


def normed_exp(z):
    e = np.exp(z - np.amax(z, 1)[:, None])
    return e / e.sum(1)[:, None]


def ramp(z):
    return np.clip(z, 0, None)


def ramp_slope(z):
    return np.heaviside(z, 0.5)


def tanh(z):
    return 2 / (1 + np.exp(-2 * z)) - 1


def tanh_slope(a):
    return (1 - a) * (1 + a)


def score(truth, guess):
    return sum(truth.argmax(1) == guess.argmax(1)) / len(truth)


def start(*units):
    r = np.random.default_rng(0)
    p = []
    for i, o in zip(units, units[1:]):
        p += [r.normal(0, i**-0.5, (i, o)).astype(np.float32), np.zeros((1, o), np.float32)]
    return p


def run(batch, *p):
    p = [np.asarray(v, np.float32) for v in p]
    h = [np.asarray(batch, np.float32)]
    for w, b in zip(p[0:6:2], p[1:6:2]):
        h.append(tanh(h[-1] @ w + b))
    h.append(normed_exp(h[-1] @ p[6] + p[7]))
    return h[:0:-1]


def learn(rate, out, h3, h2, h1, batch, truth, w1, b1, w2, b2, w3, b3, w4, b4):
    given = (out, h3, h2, h1, batch, truth)
    out, h3, h2, h1, batch, truth = (np.asarray(v, np.float32) for v in given)
    w = [np.asarray(v, np.float32) for v in (w1, w2, w3, w4)]
    b = [np.asarray(v, np.float32) for v in (b1, b2, b3, b4)]
    step = np.float32(rate / len(batch))
    d = out - truth
    for k, h in ((3, h3), (2, h2), (1, h1), (0, batch)):
        behind = d @ w[k].T
        w[k] = w[k] - step * (h.T @ d)
        b[k] = b[k] - step * d.sum(0, keepdims=True)
        if k:
            d = behind * tanh_slope(h)
    return (*w, *b)


lr_initial, lr_decay_epochs = 0.4, (21, 41)


def everything(x, y, seen=None):
    p, rate, log = start(784, 30, 20, 15, 10), lr_initial, []
    for epoch in range(1, 51):
        rate = rate / 2 if epoch in lr_decay_epochs else rate
        for j in range(0, len(x), 250):
            batch = x[j : j + 250]
            w = learn(rate, *run(batch, *p), batch, y[j : j + 250], *p)
            w1, w2, w3, w4, b1, b2, b3, b4 = w
            p = [w1, b1, w2, b2, w3, b3, w4, b4]
        if seen is not None:
            out = run(seen[0], *p)[0]
            loss = -np.log(out[seen[1] == 1]).mean()
            log.append((score(y, run(x, *p)[0]), score(seen[1], out), loss))
    return p, rate, log


_, lr, log = everything(x[:m], y[:m], (x[m:], y[m:]))
train_acc, valid_acc, valid_loss = zip(*log)
plt.plot(train_acc, label="train")
plt.plot(valid_acc, label="valid")
plt.ylabel("accuracy")

p, _, _ = everything(x, y)
params = dict(zip("w1 b1 w2 b2 w3 b3 w4 b4".split(), p))
g = h5py.File("./mnist_testdata.hdf5")
test_acc = score(g["ydata"][:], run(g["xdata"][:], *p)[0])
