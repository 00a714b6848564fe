"""What a submission prints: kept up to a limit, counted beyond it."""

from __future__ import annotations

import io


class Capture(io.TextIOBase):
    """A text stream that keeps the first `limit` characters written to it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[str] = []
        self._kept = 0
        self._dropped = 0

    encoding = "utf-8"

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Keep `text`, or as much of it as there is room for."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        text = str.__str__(text)
        room = self._limit - self._kept
        self._dropped += max(0, len(text) - room)
        if room > 0 and text:
            self._parts.append(text[:room])
            self._kept += min(len(text), room)
        return len(text)

    def take(self) -> tuple[str, int]:
        """Return the kept text and the number of characters dropped, and start anew."""
        text, dropped = "".join(self._parts), self._dropped
        self._parts, self._kept, self._dropped = [], 0, 0
        return text, dropped
