"""What changed between two versions of a plan. Pure: lines by their key in, differences out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """A line that is in both versions and says something else: field -> (before, after)."""

    key: str
    before: Values
    after: Values
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Differences:
    """What came, went and changed, each in the order of its version."""

    added: list[tuple[str, Values]] = field(default_factory=list)
    dropped: list[tuple[str, Values]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.changed)


def compare(before: Mapping[str, Values], after: Mapping[str, Values]) -> Differences:
    """The differences from `before` to `after`; lines are the same where their keys are."""
    changed = []
    for key, now in after.items():
        then = before.get(key)
        if then is None:
            continue
        if fields := {name: (then.get(name), now[name]) for name in now if then.get(name) != now[name]}:
            changed.append(Changed(key, then, now, fields))
    return Differences(
        [(key, values) for key, values in after.items() if key not in before],
        [(key, values) for key, values in before.items() if key not in after],
        changed,
    )
