"""How lines follow a schedule: what is raised, lowered, dropped, asked for beside. Pure: figures in, figures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
# What nobody has approved yet is simply asked for with another quantity.
WAITING = frozenset({"draft", "returned", "submitted"})


@dataclass(frozen=True)
class Asked:
    """A line that asks for a scheduled need; `wanted` of it is neither given up nor refused, `open` can be taken back."""

    key: int
    state: str
    wanted: Decimal
    open: Decimal


@dataclass
class Changes:
    """{line: the quantity it asks for then}; `beside` has to be asked for by a new line, `short` cannot be taken back."""

    lines: dict[int, Decimal] = field(default_factory=dict)
    beside: Decimal = ZERO
    short: Decimal = ZERO


def follow(lines: Sequence[Asked], target: Decimal) -> Changes:
    """What to change so that the lines, oldest first, ask for `target` together.

    More goes to the newest line that still waits, else to a new one: what is approved is not held up by what is added.
    Less is taken from the newest first, what is being bought excepted.
    """
    changes = Changes()
    missing = target - sum((line.wanted for line in lines), ZERO)
    if missing > 0:
        waiting = next((line for line in reversed(lines) if line.state in WAITING), None)
        if waiting is None:
            changes.beside = missing
        else:
            changes.lines[waiting.key] = waiting.wanted + missing
        return changes
    for line in reversed(lines):
        part = min(-missing, line.open)
        if part > 0:
            changes.lines[line.key] = line.wanted - part
            missing += part
    changes.short = -missing
    return changes
