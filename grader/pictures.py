"""Figures as a worker sends them -> `Figure`: text cut to size, pixels encoded here as PNG."""

from __future__ import annotations

import numpy as np

from .report.png import encode
from .results import Axes, Figure
from .sandbox.worker import Answer

MAX_PIXELS = 1_000_000  # of one picture; the worker draws smaller ones
MAX_FIGURES = 100  # of one cell
MAX_PARTS = 50  # plots in a figure, curves in a plot
MAX_TEXT = 200


def figures(answer: Answer) -> list[Figure]:
    """Return the figures of an answer; what does not look like pixels is no picture."""
    found = []
    for drawn, pixels in answer.figures[:MAX_FIGURES]:
        axes = tuple(
            Axes(
                one.title[:MAX_TEXT],
                one.xlabel[:MAX_TEXT],
                one.ylabel[:MAX_TEXT],
                tuple((label[:MAX_TEXT], n) for label, n in one.lines[:MAX_PARTS]),
                one.images,
            )
            for one in drawn.axes[:MAX_PARTS]
        )
        found.append(Figure(drawn.title[:MAX_TEXT], axes, _png(pixels)))
    return found


def _png(pixels: object) -> bytes:
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3:
        return b""
    if pixels.shape[2] != 3 or not 0 < pixels.size <= 3 * MAX_PIXELS:
        return b""
    return encode(pixels)
