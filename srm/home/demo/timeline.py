"""Playing the past: stories take their turns in the order of time, in units of work of limited size.

A story is a generator that yields the moment at which it goes on. What it does between two yields happens at that
moment, in one transaction. Whatever moment lies after `until` never comes: there the story stands still, which is how
today's open orders, offers and requests come about.
"""

from __future__ import annotations

import datetime as dt
import heapq
import time
from collections.abc import Callable, Generator
from itertools import count

from srm.core import clock
from srm.flow.uow import unit_of_work

Story = Generator[dt.datetime, None, None]
# Seconds after which a unit of work takes no further turn. The product writes at most two seconds at a time.
BREATH = 0.4


class Timeline:
    """Stories by the moment of their next turn."""

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        self.turns = 0
        self._waiting: list[tuple[dt.datetime, int, Story]] = []
        self._order = count()

    def add(self, story: Story) -> None:
        """Let a story run to its first moment."""
        self._wait(story)

    def _wait(self, story: Story) -> None:
        moment = next(story, None)
        if moment is not None and moment <= self.until:
            heapq.heappush(self._waiting, (moment, next(self._order), story))

    def play(self, tell: Callable[[dt.datetime], None]) -> None:
        """Run everything; `tell` hears the moment that was reached after each unit of work."""
        while self._waiting:
            started = time.monotonic()
            with unit_of_work():
                while self._waiting and time.monotonic() - started < BREATH:
                    reached = self._turn()
            tell(reached)

    def _turn(self) -> dt.datetime:
        moment, _order, story = heapq.heappop(self._waiting)
        name = getattr(story, "__name__", "story")
        self.turns += 1
        try:
            with clock.set_to(moment):
                self._wait(story)
        except Exception as fault:
            fault.add_note(f"{name} at {moment:%Y-%m-%d %H:%M}")
            raise
        return moment
