"""Drawn pictures: their form, and that they are as hard to learn as was promised."""

from __future__ import annotations

import hashlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from reference import fields
from reference.datasets import as_rows, drawn_digits, drawn_garments, drawn_objects, one_hot
from reference.network import MLP
from reference.optimizers import Adam
from reference.shapes import DIGITS, GARMENTS, OBJECT_COLOURS, OBJECTS, Shape, arc, mirrored
from reference.training import evaluate, train

SHAPES = {drawn_digits: (28, 28), drawn_garments: (28, 28), drawn_objects: (32, 32, 3)}
every_drawing = pytest.mark.parametrize("drawn", SHAPES, ids=lambda drawn: drawn.__name__)


@every_drawing
@pytest.mark.parametrize("n", [0, 1, 7, 300])
def test_pictures_are_bytes_and_labels_whole_numbers(drawn, n):
    images, labels = drawn(n, np.random.default_rng(0))

    assert images.shape == (n, *SHAPES[drawn])
    assert images.dtype == np.uint8
    assert labels.shape == (n,)
    assert labels.dtype == np.int64


@every_drawing
def test_every_class_is_about_equally_frequent_and_none_has_its_place(drawn):
    _, labels = drawn(205, np.random.default_rng(0))

    assert sorted(np.bincount(labels)) == [20] * 5 + [21] * 5
    assert not np.array_equal(labels, np.sort(labels))
    assert not np.array_equal(labels, np.arange(205) % 10)


@every_drawing
def test_a_seed_decides_the_pictures(drawn):
    def digest(seed):
        images, labels = drawn(150, np.random.default_rng(seed))
        return hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()

    assert digest(5) == digest(5)
    assert digest(5) != digest(6)


@every_drawing
def test_no_two_pictures_are_the_same(drawn):
    images, _ = drawn(300, np.random.default_rng(0))

    assert len({image.tobytes() for image in images}) == 300


def test_a_digit_is_bright_strokes_on_a_dark_ground():
    images, _ = drawn_digits(500, np.random.default_rng(0))

    assert np.all(images.max(axis=(1, 2)) == 255)
    ink = np.mean(images > 128, axis=(1, 2))
    assert ink.min() > 0.02
    assert ink.max() < 0.4
    # The frame of a picture is empty nearly everywhere: no digit is cut off.
    frame = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert np.mean(frame > 128) < 0.02


@pytest.fixture
def difficulty(monkeypatch):
    """Return a function that trains in a process of its own, with a single thread.

    Two are slower for matrices of this size, and very much so on a machine with other work.
    """
    for library in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM"):
        monkeypatch.setenv(f"{library}_NUM_THREADS", "1")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield lambda *arguments: pool.submit(accuracy_on_fresh_pictures, *arguments).result()


def accuracy_on_fresh_pictures(drawn, sizes, n, epochs):
    """Return how many of 2,000 pictures a network gets right that was trained on n others."""
    rng = np.random.default_rng(1)
    images, labels = drawn(n + 2000, rng)
    x, t = as_rows(images, np.float32), one_hot(labels, 10, np.float32)
    network = MLP.of_sizes(sizes, rng, dtype=np.float32)
    optimizer = Adam(network.parameters, 0.003)
    train(network, optimizer, x[:n], t[:n], epochs=epochs, batch_size=100, rng=rng)
    return evaluate(network, x[n:], t[n:]).accuracy


@pytest.mark.slow
def test_digits_are_neither_easy_nor_hopeless_for_a_linear_classifier(difficulty):
    assert 0.80 < difficulty(drawn_digits, (784, 10), 4000, 15) < 0.92


@pytest.mark.slow
def test_digits_are_learned_by_a_network_of_two_layers(difficulty):
    assert difficulty(drawn_digits, (784, 128, 10), 6000, 8) > 0.95


@pytest.mark.slow
def test_garments_can_be_learned_but_not_perfectly(difficulty):
    assert 0.75 < difficulty(drawn_garments, (784, 64, 10), 3000, 6) < 0.97


@pytest.mark.slow
def test_objects_are_harder_than_garments_and_better_than_chance(difficulty):
    assert 0.4 < difficulty(drawn_objects, (3072, 10), 2000, 5) < 0.8


def test_each_drawing_has_ten_classes_and_something_to_draw():
    for shapes in (DIGITS, GARMENTS, OBJECTS, OBJECT_COLOURS):
        assert len(shapes) == 10
    for variants in (*DIGITS, *GARMENTS, *OBJECTS):
        assert variants
        for shape in variants:
            assert shape.strokes or shape.areas


def test_every_shape_stays_where_its_field_reaches():
    for variants in (*DIGITS, *GARMENTS, *OBJECTS):
        for shape in variants:
            points = np.array(
                [p for line in (*shape.strokes, *shape.areas, *shape.cuts) for p in line]
            )
            assert np.max(np.abs(points)) <= 1.1


def places():
    middle = (np.arange(fields.CELLS) + 0.5) * (2 * fields.REACH / fields.CELLS) - fields.REACH
    return np.meshgrid(middle, middle)


def test_a_stroke_is_as_far_away_as_its_nearest_point():
    # Of the segment from (-1, 0) to (1, 0): |y| beside it, and the distance of its ends beyond.
    shape = Shape(strokes=[[(-1, 0), (1, 0)]])

    field = fields.fields_of(((shape,),)).inks[0]

    x, y = places()
    expected = np.hypot(np.maximum(np.abs(x) - 1, 0), y)
    np.testing.assert_allclose(field, expected, atol=1e-6)


def test_an_area_is_negative_inside():
    # A circle of radius 1, as a polygon so fine that it is at most 1 - cos(pi / 64) away from it.
    shape = Shape(areas=[arc(0, 0, 1, 1, n=64)])

    field = fields.fields_of(((shape,),)).inks[0]

    x, y = places()
    np.testing.assert_allclose(field, np.hypot(x, y) - 1, atol=1.3e-3)


def test_a_dot_is_a_stroke_too():
    field = fields.fields_of(((Shape(strokes=[[(0.5, 0), (0.5, 0)]]),),)).inks[0]

    x, y = places()
    np.testing.assert_allclose(field, np.hypot(x - 0.5, y), atol=1e-6)


def test_a_mirrored_outline_is_the_same_on_both_sides():
    assert mirrored([(1, 0), (2, 3)]) == [(1, 0), (2, 3), (-2, 3), (-1, 0)]
