"""One line that is written over while work goes on; whole lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from typing import Any

# Seconds between two states of the line.
PACE = 0.1


class Progress:
    """Tells how far loading is, and how long each phase took."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.live = bool(getattr(stream, "isatty", lambda: False)())
        self.seconds: dict[str, float] = {}
        self._told = 0.0

    def phase(self, name: str) -> Phase:
        """Work under one name: `with progress.phase("items", 400) as phase: phase.step()`."""
        return Phase(self, name)

    def show(self, text: str, *, last: bool = False) -> None:
        """The present state; `last` ends the line."""
        now = time.monotonic()
        if self.live and (last or now - self._told > PACE):
            self._told = now
            self.stream.write(f"\r\x1b[K{text}" + ("\n" if last else ""))
            self.stream.flush()
        elif last:
            self.stream.write(f"{text}\n")
            self.stream.flush()


class Phase:
    """One phase: counted, timed, told."""

    def __init__(self, progress: Progress, name: str) -> None:
        self.progress, self.name = progress, name
        self.done, self.total = 0, 0

    def __enter__(self) -> Phase:
        self.started = time.monotonic()
        return self

    def at(self, done: int, total: int, more: str = "") -> None:
        """So much of so much."""
        self.done, self.total = done, total
        self.progress.show(f"Demo company: {self.name} {done} of {total}{more}")

    def __exit__(self, kind: type | None, *_rest: object) -> None:
        if kind is None:
            seconds = time.monotonic() - self.started
            self.progress.seconds[self.name] = seconds
            counted = f" {self.done}" if self.done else ""
            self.progress.show(f"Demo company: {self.name}{counted}, {seconds:.1f} s", last=not self.progress.live)


def to_stdout() -> Progress:
    """Progress on the terminal."""
    return Progress(sys.stdout)
