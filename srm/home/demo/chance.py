"""Chance that can be repeated: every question has a generator of its own, so no answer depends on the order of asking."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Generators by name, all from one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, *name: object) -> Dice:
        """The dice of one question; the same name always throws the same."""
        return Dice(f"{self.seed}/{'/'.join(map(str, name))}")


class Dice(random.Random):
    """Python's generator with the questions the demo asks."""

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.random() < probability

    def around(self, spread: float) -> float:
        """A factor about 1 with this relative deviation, never below a fifth and never above three."""
        return min(3.0, max(0.2, math.exp(self.gauss(0, spread))))

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One key, by weight."""
        return self.choices(list(weights), list(weights.values()))[0]

    def some(self, weights: Mapping[T, float], count: int) -> list[T]:
        """Up to `count` different keys, by weight, in the order drawn."""
        left = dict(weights)
        drawn: list[T] = []
        while left and len(drawn) < count:
            drawn.append(self.weighted(left))
            del left[drawn[-1]]
        return drawn


def round_off(quantity: float, pack: int = 1) -> int:
    """A quantity as people order it: whole packs, two digits that count, at least one."""
    packs = max(1.0, quantity / pack)
    step = 10 ** max(0, int(math.log10(packs)) - 1)
    return max(1, round(packs / step) * step) * pack


def pick(texts: Sequence[T], dice: Dice) -> T:
    """One of several."""
    return texts[dice.randrange(len(texts))]
