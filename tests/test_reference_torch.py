"""The reference beside PyTorch in float64: another implementation, by other people.

PyTorch is optional. These tests are skipped where it is not installed.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import activations, losses, optimizers
from reference.gradcheck import relative_error
from reference.layers import LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from reference.network import MLP

torch = pytest.importorskip("torch")

brief = settings(deadline=None, max_examples=15)
sizes = st.integers(1, 7)
seeds = st.integers(0, 2**32)

ACTIVATIONS = {
    "sigmoid": (Sigmoid, torch.sigmoid),
    "tanh": (Tanh, torch.tanh),
    "relu": (ReLU, torch.relu),
    "leaky_relu": (LeakyReLU, torch.nn.functional.leaky_relu),
}
LOSSES = {
    # Their mean runs over columns too, ours over rows only.
    "half_mse": lambda y, t: torch.nn.functional.mse_loss(y, t, reduction="sum") / 2 / len(y),
    "mse": lambda y, t: torch.nn.functional.mse_loss(y, t, reduction="sum") / len(y),
    "cross_entropy": torch.nn.functional.cross_entropy,
}


def tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("name", ACTIVATIONS)
@brief
@given(n=sizes, k=sizes, seed=seeds)
def test_activations_and_their_derivatives_agree(name, n, k, seed):
    z = 4 * np.random.default_rng(seed).normal(size=(n, k))
    theirs = tensor(z)
    output = ACTIVATIONS[name][1](theirs)
    output.sum().backward()

    y = getattr(activations, name)(z)

    np.testing.assert_allclose(y, output.detach().numpy(), rtol=1e-13)
    derivative = getattr(activations, f"{name}_derivative")(y)
    np.testing.assert_allclose(derivative, theirs.grad.numpy(), rtol=1e-11, atol=1e-15)


@brief
@given(n=sizes, k=sizes, seed=seeds)
def test_softmax_and_the_way_back_through_it_agree(n, k, seed):
    rng = np.random.default_rng(seed)
    z, dy = 100 * rng.normal(size=(n, k)), rng.normal(size=(n, k))
    theirs = tensor(z)
    output = torch.softmax(theirs, dim=1)
    output.backward(torch.tensor(dy))

    y = activations.softmax(z)

    np.testing.assert_allclose(y, output.detach().numpy(), rtol=1e-12, atol=1e-300)
    dz = activations.softmax_backward(dy, y)
    np.testing.assert_allclose(dz, theirs.grad.numpy(), rtol=0, atol=1e-14)
    logs = torch.log_softmax(torch.tensor(z), dim=1).numpy()
    np.testing.assert_allclose(losses.log_softmax(z), logs, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", LOSSES)
@brief
@given(n=sizes, k=sizes, seed=seeds, scale=st.sampled_from([1, 300]))
def test_losses_and_their_gradients_agree(name, n, k, seed, scale):
    rng = np.random.default_rng(seed)
    y, t = scale * rng.normal(size=(n, k)), rng.dirichlet(np.ones(k), size=n)
    theirs = tensor(y)
    expected = LOSSES[name](theirs, torch.tensor(t))
    expected.backward()

    # A single class costs 0 up to rounding.
    assert float(getattr(losses, name)(y, t)) == pytest.approx(
        expected.item(), rel=1e-12, abs=1e-12
    )
    gradient = getattr(losses, f"{name}_gradient")(y, t)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
@brief
@given(layer_sizes=st.lists(st.integers(2, 8), min_size=2, max_size=5), n=sizes, seed=seeds)
def test_all_gradients_of_a_network_agree(name, layer_sizes, n, seed):
    rng = np.random.default_rng(seed)
    layer, function = ACTIVATIONS[name]
    network = MLP.of_sizes(layer_sizes, rng, activation=layer)
    for linear in network.layers:
        if isinstance(linear, Linear):
            linear.b[:] = rng.normal(size=linear.b.shape)
    x = rng.normal(size=(n, layer_sizes[0]))
    labels = rng.integers(layer_sizes[-1], size=n)
    theirs = [tensor(parameter) for parameter in network.parameters]
    h = torch.tensor(x)
    for i in range(0, len(theirs), 2):
        h = h @ theirs[i] + theirs[i + 1]
        h = function(h) if i + 2 < len(theirs) else h
    expected = torch.nn.functional.cross_entropy(h, torch.tensor(labels))
    expected.backward()

    outputs, loss = network.learn_from(x, np.eye(layer_sizes[-1])[labels])

    np.testing.assert_allclose(outputs, h.detach().numpy(), rtol=1e-10, atol=1e-12)
    assert float(loss) == pytest.approx(expected.item(), rel=1e-11)
    for gradient, tensor_ in zip(network.gradients, theirs, strict=True):
        their_gradient = tensor_.grad.numpy()
        # Where every unit of a layer is off, both are zero.
        assert relative_error(gradient, their_gradient) < 1e-10


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda p: optimizers.SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
        (
            lambda p: optimizers.Momentum(p, 0.1, 0.7),
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.7),
        ),
        (lambda p: optimizers.Adam(p, 0.1), lambda p: torch.optim.Adam(p, 0.1)),
        (
            lambda p: optimizers.Adam(p, 0.1, 0.5, 0.8, 1e-3),
            lambda p: torch.optim.Adam(p, 0.1, betas=(0.5, 0.8), eps=1e-3),
        ),
    ],
    ids=["SGD", "Momentum", "Adam", "Adam with other constants"],
)
@brief
@given(steps=st.integers(1, 12), seed=seeds)
def test_optimizers_go_the_same_way(ours, theirs, steps, seed):
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(3, 4)), rng.normal(size=4)
    tensors = [tensor(w), tensor(b)]
    optimizer, their_optimizer = ours([w, b]), theirs(tensors)

    for _ in range(steps):
        gradients = [rng.normal(size=(3, 4)), rng.normal(size=4)]
        optimizer.step(gradients)
        for parameter, gradient in zip(tensors, gradients, strict=True):
            parameter.grad = torch.tensor(gradient)
        their_optimizer.step()

    np.testing.assert_allclose(w, tensors[0].detach().numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(b, tensors[1].detach().numpy(), rtol=1e-10, atol=1e-12)
