"""Finds numbers in what a program has printed.

What is searched was written by a student's code, so every expression here takes time in
proportion to the text: no part of it can match in two ways.
"""

from __future__ import annotations

import re

NUMBER = re.compile(
    r"(?<![\w.])(?P<number>"
    r"[-+\u2212]?(?i:nan|inf(?:inity)?+)\b"
    r"|[-+\u2212]?(?:(?:[1-9][0-9]{0,2}(?:[,_][0-9]{3})++(?![0-9])|[0-9]++)(?:\.[0-9]*+)?+"
    r"|\.[0-9]++)(?:[eE][-+]?[0-9]++)?+)"
    r"\s?(?P<percent>%?)"
)
"""``0.97``, ``97 %``, ``1.2e-05``, ``10,000``, ``nan``; not the 64 of ``np.float64(0.97)``."""

WITHIN = 500
"""Characters after the words that are searched."""


def number_in(text: str) -> float | None:
    """Return the first number of a text; one with a percent sign as a share of 1."""
    found = NUMBER.search(text)
    if found is None:
        return None
    number = float(re.sub("[,_]", "", found["number"]).replace("\u2212", "-"))
    return number / 100 if found["percent"] else number


def numbers_after(text: str, words: str) -> list[float]:
    """Return the numbers printed after some words, one for each place that has one.

    The number is the first one on the rest of the line, or on the next line where nothing follows
    the words but a colon or an equals sign. Small and capital letters are the same, and so are the
    blanks, ``_`` and ``-`` between words.
    """
    parts = [re.escape(part) for part in re.split(r"[\s_-]+", words) if part]
    expression = r"[\s_-]{0,3}".join(parts)
    edges = (words.strip()[:1], words.strip()[-1:])
    begin, end = (r"\b" if re.match(r"\w", edge) else "" for edge in edges)
    found = []
    for match in re.finditer(begin + expression + end, text, re.IGNORECASE):
        rest = text[match.end() : match.end() + WITHIN]
        if len(rest) == WITHIN:  # what may be the first half of a number is none
            rest = rest.rstrip("0123456789.,_eE+-")
        line, _, following = rest.partition("\n")
        if not line.strip(" \t\r:="):
            line = following.partition("\n")[0]
        number = number_in(line)
        if number is not None:
            found.append(number)
    return found
