"""Shapes as fields: for every place of a fine grid the distance to the nearest ink."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .shapes import Line, Shape

Floats = NDArray[np.float32]

REACH = 1.5
"""A field covers -REACH to REACH both ways. Beyond its edge there is paper, as on the edge."""

CELLS = 192
"""Cells of a field along each axis: about six for a pixel of a picture."""


class Fields(NamedTuple):
    """The fields of all shapes of all classes, one after the other.

    Attributes
    ----------
    inks, cuts : ndarray of float32, shape (shapes, CELLS, CELLS)
        The distance to strokes and areas, negative within an area; to the cuts, or None where no
        shape has any. Rows are y, columns x.
    first : ndarray of int, shape (classes + 1,)
        Where the shapes of each class begin, and behind the last one.
    """

    inks: Floats
    cuts: Floats | None
    first: NDArray[np.intp]


@functools.cache
def fields_of(shapes: tuple[tuple[Shape, ...], ...]) -> Fields:
    """Return the fields of the shapes of each class; computed once for the same shapes."""
    middle = (np.arange(CELLS, dtype=np.float32) + 0.5) * (2 * REACH / CELLS) - REACH
    x, y = middle[None, :], middle[:, None]
    every = [shape for variants in shapes for shape in variants]
    inks = np.stack([_distance(shape.strokes, x, y) for shape in every])
    for ink, shape in zip(inks, every, strict=True):
        for area in shape.areas:
            np.minimum(ink, _signed_distance(area, x, y), out=ink)
    cuts = None
    if any(shape.cuts for shape in every):
        cuts = np.stack([_distance(shape.cuts, x, y) for shape in every])
    return Fields(inks, cuts, np.cumsum([0, *map(len, shapes)], dtype=np.intp))


def _distance(lines: Sequence[Line], x: Floats, y: Floats) -> Floats:
    """Return the distance to the nearest of the lines, or 2 REACH if that is further away."""
    nearest = np.full(np.broadcast_shapes(x.shape, y.shape), (2 * REACH) ** 2, dtype=np.float32)
    for line in lines:
        for (x0, y0), (x1, y1) in itertools.pairwise(line):
            length_squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
            # The nearest point of the segment is its start plus t of the way, t from 0 to 1.
            t = (x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)
            t = np.clip(t / (length_squared or 1), 0, 1)
            np.minimum(
                nearest, (x - x0 - t * (x1 - x0)) ** 2 + (y - y0 - t * (y1 - y0)) ** 2, out=nearest
            )
    return np.sqrt(nearest)


def _signed_distance(outline: Line, x: Floats, y: Floats) -> Floats:
    """Return the distance to the outline of a polygon, negative inside."""
    closed = [*outline, outline[0]]
    inside = np.zeros(np.broadcast_shapes(x.shape, y.shape), dtype=bool)
    for (x0, y0), (x1, y1) in itertools.pairwise(closed):
        # A ray to the right leaves the polygon where it has crossed an odd number of sides.
        if y0 != y1:
            inside ^= ((y < y0) != (y < y1)) & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    distance = _distance([closed], x, y)
    return np.where(inside, -distance, distance)
