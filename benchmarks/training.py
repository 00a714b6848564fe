"""How fast `reference` trains, beside PyTorch and beside the matrix products alone.

In turn, in one process, with the same shapes, the same samples and the same number of threads:

    reference   learn_from and a step of SGD, for one batch after the other
    train()     the same by reference.training.train, which also counts what was right
    PyTorch     zero_grad, forward, cross_entropy, backward and a step of torch.optim.SGD
    products    the matrix products of such a step into arrays made before, and nothing else

The samples are drawn digits in their order, ReLU between the layers. Without PyTorch
(``pip install -e '.[torch]'``) the others are measured all the same. Take ratios, not numbers of
samples: those of a round are taken moments apart, and a busy machine is busy for all of them. With
one thread it is processor time that counts, so that waiting for a busy core does not.

Nothing that computes these products can be faster than they are: the last ratio is what the first
one would be for a reference that did nothing else.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from reference.datasets import as_rows, drawn_digits, one_hot
from reference.network import MLP
from reference.optimizers import SGD
from reference.training import train

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
RATE = 0.01
SAMPLES = 10_000


class Shape(NamedTuple):
    """A network with ReLU between its layers, and how many samples it sees at once."""

    sizes: tuple[int, ...]
    batch: int

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.sizes))} at {self.batch}"


SHAPES = (
    Shape((784, 100, 50, 25, 10), 500),
    Shape((784, 256, 128, 10), 64),
    Shape((784, 32, 32, 10), 1),
)
# What float32 on one thread should reach, for each batch size.
BESIDE_PYTORCH = {500: "at least 1.5", 64: "at least 1.5", 1: "at least 3"}
BESIDE_PRODUCTS = {500: "at most 1.4"}

Steps = Callable[[int], object]
"""Trains with as many batches as it is told."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rounds", type=int, default=25, metavar="N", help="default: 25")
    arguments.add_argument("--threads", type=int, default=1, metavar="N", help="default: 1")
    arguments.add_argument(
        "--seconds", type=float, default=0.1, metavar="S", help="of one measurement; default: 0.1"
    )
    options = arguments.parse_args()
    start_with_threads(options.threads)
    torch = pytorch(options.threads)
    print(f"NumPy {np.__version__} ({blas()}), Python {platform.python_version()}", end="")
    print(f", PyTorch {torch.__version__}" if torch else "; no PyTorch, so not beside it", end="")
    print(f"; threads: {options.threads}")
    print("samples per second in the fastest round, and the ratios of samples per second within")
    print("a round: the median, and between which two lies half of the rounds\n")
    names = ["reference", "train()", *(["PyTorch"] if torch else []), "products"]
    ratios = {"products / reference": ("products", "reference", BESIDE_PRODUCTS)}
    if torch:
        ratios = {
            "reference / PyTorch": ("reference", "PyTorch", BESIDE_PYTORCH),
            **ratios,
            "products / PyTorch": ("products", "PyTorch", {}),
        }
    columns = "".join(f"{name:>11}" for name in names) + "".join(f"   {name:28}" for name in ratios)
    print(f"{'':25}{'':8}{columns}".rstrip())
    rng = np.random.default_rng(0)
    images, labels = drawn_digits(SAMPLES, rng)
    for shape, dtype in itertools.product(SHAPES, (np.float32, np.float64)):
        x, t = as_rows(images, dtype), one_hot(labels, 10, dtype)
        contenders = {
            "reference": reference(shape, x, t),
            "train()": reference_train(shape, x, t),
            "products": products(shape, x),
        }
        if torch:
            contenders["PyTorch"] = with_pytorch(torch, shape, x, labels)
        clock = time.process_time if options.threads == 1 else time.perf_counter
        seconds = measure(contenders, options.rounds, options.seconds, clock)
        line = f"{shape!s:25}{np.dtype(dtype).name:8}"
        line += "".join(f"{shape.batch / min(seconds[name]):11,.0f}" for name in names)
        for above, below, aims in ratios.values():
            text = ratio(seconds[below], seconds[above])
            if dtype is np.float32 and options.threads == 1 and shape.batch in aims:
                text += f" {aims[shape.batch]}"
            line += f"   {text:28}"
        print(line.rstrip(), flush=True)


def start_with_threads(threads: int) -> None:
    """Start anew with the number of threads in the environment; NumPy reads it when loaded."""
    wanted = dict.fromkeys(THREADS, str(threads))
    if wanted.items() <= os.environ.items():
        return
    os.execve(sys.executable, sys.orig_argv, os.environ | wanted)


def pytorch(threads: int) -> Any:
    """Return the module, or None where it is not installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    torch.set_num_threads(threads)
    return torch


def blas() -> str:
    found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{found['name']} {found['version']}"


def batches(shape: Shape, *arrays: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the batches of the arrays in their order, again and again."""
    n = shape.batch
    cut = [tuple(a[i : i + n] for a in arrays) for i in range(0, len(arrays[0]) - n + 1, n)]
    return itertools.cycle(cut)


def network_of(shape: Shape, dtype: Any) -> MLP:
    return MLP.of_sizes(shape.sizes, np.random.default_rng(1), dtype=dtype)


def reference(shape: Shape, x: Any, t: Any) -> Steps:
    network = network_of(shape, x.dtype)
    optimizer = SGD(network.parameters, RATE)
    every = batches(shape, x, t)

    def steps(count: int) -> None:
        for x_batch, t_batch in itertools.islice(every, count):
            network.learn_from(x_batch, t_batch)
            optimizer.step(network.gradients)

    return steps


def reference_train(shape: Shape, x: Any, t: Any) -> Steps:
    network = network_of(shape, x.dtype)
    optimizer = SGD(network.parameters, RATE)

    def steps(count: int) -> None:
        while count > 0:
            n = min(count * shape.batch, len(x) - len(x) % shape.batch)
            train(network, optimizer, x[:n], t[:n], epochs=1, batch_size=shape.batch, rng=None)
            count -= n // shape.batch

    return steps


def with_pytorch(torch: Any, shape: Shape, x: Any, labels: Any) -> Steps:
    dtype = {np.dtype("f4"): torch.float32, np.dtype("f8"): torch.float64}[x.dtype]
    layers = []
    for n_in, n_out in itertools.pairwise(shape.sizes):
        layers += [torch.nn.Linear(n_in, n_out, dtype=dtype), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    # The same numbers to start with: their weights are (n_out, n_in).
    with torch.no_grad():
        ours = network_of(shape, x.dtype).parameters
        for theirs, parameter in zip(network.parameters(), ours, strict=True):
            theirs.copy_(torch.from_numpy(parameter.T.copy()))
    optimizer = torch.optim.SGD(network.parameters(), RATE)
    every = batches(shape, torch.from_numpy(x), torch.from_numpy(labels))

    def steps(count: int) -> None:
        for x_batch, label_batch in itertools.islice(every, count):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(x_batch), label_batch)
            loss.backward()
            optimizer.step()

    return steps


def products(shape: Shape, x: Any) -> Steps:
    """Of each layer x w, x^T dy, and, but for the first one, dy w^T."""
    rng = np.random.default_rng(2)
    h = [rng.random((shape.batch, n)).astype(x.dtype) for n in shape.sizes]
    w = [rng.random(size).astype(x.dtype) for size in itertools.pairwise(shape.sizes)]
    y, dx, dw = map(np.empty_like, h[1:]), map(np.empty_like, h), map(np.empty_like, w)
    layers = list(zip(w, h, h[1:], y, dx, dw, strict=False))
    every = batches(shape, x)

    def steps(count: int) -> None:
        for (x_batch,) in itertools.islice(every, count):
            layers[0] = (layers[0][0], x_batch, *layers[0][2:])
            for w, h, dy, y, dx, dw in layers:
                np.dot(h, w, out=y)
                np.dot(h.T, dy, out=dw)
                if h is not x_batch:
                    np.dot(dy, w.T, out=dx)

    return steps


def measure(
    contenders: dict[str, Steps], rounds: int, seconds: float, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Return the seconds that one batch took in each round."""
    counts = {}
    for name, steps in contenders.items():
        steps(20)  # not counted: fills caches, and a network's first steps are slower
        started = clock()
        steps(20)
        counts[name] = 1 + int(20 * seconds / (clock() - started))
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, steps in contenders.items():
            started = clock()
            steps(counts[name])
            taken[name].append((clock() - started) / counts[name])
    return taken


def ratio(above: list[float], below: list[float]) -> str:
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:4.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
