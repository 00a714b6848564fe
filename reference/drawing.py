"""Pictures drawn from `shapes`, so that everything that trains also runs without a download.

Each shape becomes a field once: the distance from every place of a fine grid to the nearest ink. A
picture looks that field up at its pixels, seen through a random affine map and a gentle wave, and
is dark where the distance is less than half the width of the pen. So one picture costs a table
look-up per pixel, however many strokes it has.

Every function takes a `Generator`, and draws the same pictures for the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .fields import CELLS, REACH, Floats, fields_of
from .shapes import DIGITS, GARMENTS, OBJECT_COLOURS, OBJECTS, Shape

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]
Range = tuple[float, float]

BLOCK = 128
"""Pictures drawn at once: enough to keep NumPy busy, few enough to stay in the cache."""


@dataclass(frozen=True)
class Hand:
    """How unsteadily a picture is drawn: the ranges that its random numbers are taken from.

    Attributes
    ----------
    side : int
        Pixels along each side of a picture.
    size, width, shift, wave : pair of float
        In pixels: half the height of the shape, half the width of the pen, how far the shape is off
        the middle, how far the waves carry it.
    stretch : pair of float
        Breadth over height.
    turn : pair of float
        In degrees, clockwise.
    shear : pair of float
        How far the top leans for each step up.
    noise : pair of float
        Standard deviation of the noise, as a share of full ink.
    """

    side: int
    size: Range
    width: Range
    shift: Range
    wave: Range
    stretch: Range
    turn: Range
    shear: Range
    noise: Range


DIGIT_HAND = Hand(
    side=28,
    size=(8, 11),
    width=(0.7, 1.9),
    shift=(-2.5, 2.5),
    wave=(0, 1.2),
    stretch=(0.75, 1.15),
    turn=(-14, 14),
    shear=(-0.3, 0.3),
    noise=(0.0, 0.12),
)
GARMENT_HAND = Hand(
    side=28,
    size=(10, 13),
    width=(0.4, 1.0),
    shift=(-2, 2),
    wave=(0, 0.8),
    stretch=(0.85, 1.1),
    turn=(-8, 8),
    shear=(-0.1, 0.1),
    noise=(0.02, 0.15),
)
OBJECT_HAND = Hand(
    side=32,
    size=(9, 15),
    width=(0.6, 1.1),
    shift=(-3, 3),
    wave=(0, 1.5),
    stretch=(0.8, 1.2),
    turn=(-15, 15),
    shear=(-0.2, 0.2),
    noise=(0.02, 0.08),
)


def drawn_digits(n: int, rng: Generator) -> tuple[Pixels, Labels]:
    """Draw handwritten digits, white on black like those of MNIST.

    Parameters
    ----------
    n : int
        How many. Each digit occurs equally often, but for the rest of n divided by ten.
    rng : Generator
        Decides everything: the order, the way each digit is written, the noise.

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
        0 is background, 255 full ink.
    labels : ndarray of int64, shape (n,)
        The digits, 0 to 9.
    """
    labels = _labels(n, rng)
    images = np.empty((n, DIGIT_HAND.side, DIGIT_HAND.side), dtype=np.uint8)
    for block in _blocks(n):
        ink, _ = _ink(DIGITS, labels[block], DIGIT_HAND, rng)
        images[block] = _developed(ink, DIGIT_HAND, rng)
    return images, labels


def drawn_garments(n: int, rng: Generator) -> tuple[Pixels, Labels]:
    """Draw silhouettes of garments that stand for the ten classes of Fashion-MNIST.

    Parameters
    ----------
    n : int
        How many; each class equally often, but for the rest of n divided by ten.
    rng : Generator
        Decides everything.

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
        0 is background.
    labels : ndarray of int64, shape (n,)
        T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot: 0 to 9.
    """
    labels = _labels(n, rng)
    images = np.empty((n, GARMENT_HAND.side, GARMENT_HAND.side), dtype=np.uint8)
    for block in _blocks(n):
        ink, cut = _ink(GARMENTS, labels[block], GARMENT_HAND, rng)
        grey, depth = _uniform((0.3, 1), len(ink), rng), _uniform((0.1, 0.6), len(ink), rng)
        images[block] = _developed(grey * ink * (1 - depth * cut), GARMENT_HAND, rng)
    return images, labels


def drawn_objects(n: int, rng: Generator) -> tuple[Pixels, Labels]:
    """Draw coloured pictures that stand for the ten classes of CIFAR-10.

    Parameters
    ----------
    n : int
        How many; each class equally often, but for the rest of n divided by ten.
    rng : Generator
        Decides everything. The colours are half the usual ones of the class, half chance.

    Returns
    -------
    images : ndarray of uint8, shape (n, 32, 32, 3)
        Red, green and blue.
    labels : ndarray of int64, shape (n,)
        Airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck: 0 to 9.
    """
    side = OBJECT_HAND.side
    labels = _labels(n, rng)
    images = np.empty((n, side, side, 3), dtype=np.uint8)
    usual = np.array(OBJECT_COLOURS).transpose(1, 0, 2)
    height = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    for block in _blocks(n):
        ink, cut = (layer[..., None] for layer in _ink(OBJECTS, labels[block], OBJECT_HAND, rng))
        # Of the body, its cuts, and a background that changes from top to bottom.
        body, seam, top, bottom = 0.5 * (
            usual[:, labels[block], None, None] + rng.random((4, len(ink), 1, 1, 3))
        ).astype(np.float32)
        paper = top + (bottom - top) * height
        picture = paper + (body + (seam - body) * cut - paper) * ink
        images[block] = _developed(picture, OBJECT_HAND, rng)
        mirrored = rng.random(len(ink)) < 0.5
        images[block][mirrored] = images[block][mirrored][:, :, ::-1]
    return images, labels


def _labels(n: int, rng: Generator) -> Labels:
    return rng.permutation(np.arange(n, dtype=np.int64) % 10)


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def _uniform(limits: Range, n: int, rng: Generator) -> Floats:
    """Return one number for each picture, shape (n, 1, 1)."""
    low, high = limits
    return (low + (high - low) * rng.random((n, 1, 1))).astype(np.float32)


def _ink(
    shapes: tuple[tuple[Shape, ...], ...], labels: Labels, hand: Hand, rng: Generator
) -> tuple[Floats, Floats]:
    """Return how much of each pixel is ink, and how much of it is cut: both (n, side, side)."""
    inks, cuts, first = fields_of(shapes)
    variants = np.diff(first)[labels]
    # Not rng.integers with an array of limits, which is slower than the picture.
    chosen = first[labels] + (rng.random(len(labels)) * variants).astype(np.intp)
    size = _uniform(hand.size, len(labels), rng)
    cell = _cells(size, hand, rng) + (chosen * CELLS**2)[:, None, None]
    width = _uniform(hand.width, len(labels), rng)
    return _covered(inks, cell, size, width), _covered(cuts, cell, size, 0.7 * width)


def _covered(fields: Floats | None, cell: NDArray[np.intp], size: Floats, width: Floats) -> Floats:
    """Return the share of each pixel that lies within the pen's half width, (n, side, side).

    A straight edge at the signed distance s of the middle of a pixel covers about 1/2 - s of it.
    """
    if fields is None:
        return np.zeros(cell.shape, dtype=np.float32)
    inside = np.take(fields, cell)
    inside *= -size
    inside += width + np.float32(0.5)
    return np.clip(inside, 0, 1, out=inside)


def _cells(size: Floats, hand: Hand, rng: Generator) -> NDArray[np.intp]:
    """Return which cell of a field each pixel looks at, shape (n, side, side).

    The shape's point q is drawn at p = M q + shift, M = turn * shear * diag(stretch, 1) * size, so
    the pixel p sees the point q = M^-1 (p - shift).
    """
    n = len(size)
    turn = np.radians(_uniform(hand.turn, n, rng))
    shear, stretch = _uniform(hand.shear, n, rng), _uniform(hand.stretch, n, rng)
    along = np.arange(hand.side, dtype=np.float32) - (hand.side - 1) / 2
    # A shift that depends on the other coordinate bends straight lines; and because x and y stay
    # apart until the sum below, all but that sum is done once for a row or column.
    x = along[None, None, :] + _uniform(hand.shift, n, rng)
    y = along[None, :, None] + _uniform(hand.shift, n, rng)
    x_wave, y_wave = _wave(y, hand, rng), _wave(x, hand, rng)
    cos, sin = np.cos(turn), np.sin(turn)
    per_pixel = CELLS / (2 * REACH) / size
    to_u = (per_pixel / stretch) * (cos + shear * sin), (per_pixel / stretch) * (sin - shear * cos)
    to_v = -per_pixel * sin, per_pixel * cos
    u = (to_u[0] * x + to_u[1] * y_wave) + (to_u[0] * x_wave + to_u[1] * y + CELLS / 2)
    v = (to_v[0] * x + to_v[1] * y_wave) + (to_v[0] * x_wave + to_v[1] * y + CELLS / 2)
    np.clip(u, 0, CELLS - 1, out=u)
    np.clip(v, 0, CELLS - 1, out=v)
    cell: NDArray[np.intp] = v.astype(np.intp)
    cell *= CELLS
    cell += u.astype(np.intp)
    return cell


def _wave(along: Floats, hand: Hand, rng: Generator) -> Floats:
    """Return a sine wave along one axis, of random height, length and phase."""
    n = len(along)
    height, turns = _uniform(hand.wave, n, rng), _uniform((0.5, 1.5), n, rng)
    phase = _uniform((0, 2 * np.pi), n, rng)
    wave: Floats = height * np.sin(2 * np.pi / hand.side * turns * along + phase)
    return wave


def _developed(picture: Floats, hand: Hand, rng: Generator) -> Pixels:
    """Return the picture with noise, in whole steps from 0 to 255."""
    noise = rng.standard_normal(picture.shape, dtype=np.float32)
    noise *= _uniform(hand.noise, len(picture), rng).reshape(-1, *[1] * (picture.ndim - 1))
    noise += picture
    np.clip(noise, 0, 1, out=noise)
    noise *= 255.49
    return noise.astype(np.uint8)
