"""The matrix: pure functions from measured inputs to axes and quadrant.

Each criterion turns what was measured into a value from 0 to 1; an axis is the weighted sum over the criteria that
could be measured, their weights scaled to 1. The formulas and caps follow the literature on portfolio analysis
(Kraljic 1983; Olsen & Ellram 1997; Gelderman & van Weele 2003); weights and thresholds are the firm's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Criterion:
    """How one measured input becomes a value. `axis` is "risk" or "profit"; `weight` counts within its axis."""

    name: str
    axis: str
    weight: float
    value: Callable[[float], float]


@dataclass(frozen=True)
class Contribution:
    """One criterion's part of an axis: `measured` as found, `value` 0 to 1, `weight` after scaling, `adds` to the axis."""

    name: str
    axis: str
    measured: float | None
    value: float | None
    weight: float
    adds: float


@dataclass(frozen=True)
class Place:
    """Where a subject stands. `coverage` is the share of all weights that could be measured."""

    risk: float
    profit: float
    coverage: float
    quadrant: str
    contributions: list[Contribution] = field(default_factory=list)


@dataclass(frozen=True)
class Scheme:
    """Criteria with their weights, the dividing lines, and the coverage below which nothing is placed."""

    criteria: tuple[Criterion, ...]
    risk_line: float = 0.5
    profit_line: float = 0.5
    least_coverage: float = 0.6


def capped(cap: float) -> Callable[[float], float]:
    """Linear from 0 to 1 at `cap`."""
    return lambda measured: min(1.0, max(0.0, measured / cap))


def scarcity(suppliers: float) -> float:
    """One over the number of suppliers: 1 for a single source, falling with every further one."""
    return 1.0 if suppliers < 1 else 1.0 / suppliers


def failure(on_time: float) -> float:
    """How far the on-time rate falls short; a quarter late counts as full risk."""
    return min(1.0, max(0.0, (1.0 - on_time) / 0.25))


def itself(measured: float) -> float:
    """For inputs that are shares already."""
    return min(1.0, max(0.0, measured))


CATEGORIES = Scheme(
    criteria=(
        Criterion("scarcity", "risk", 0.20, scarcity),
        Criterion("concentration", "risk", 0.20, itself),
        Criterion("single_source", "risk", 0.15, itself),
        Criterion("lead_time", "risk", 0.10, capped(90.0)),
        Criterion("lead_variation", "risk", 0.10, capped(0.5)),
        Criterion("late", "risk", 0.15, failure),
        Criterion("price_volatility", "risk", 0.10, capped(0.35)),
        Criterion("spend_position", "profit", 0.60, itself),
        Criterion("margin", "profit", 0.40, capped(0.40)),
    )
)
SUPPLIERS = Scheme(
    criteria=(
        Criterion("late", "risk", 0.30, failure),
        Criterion("rejected", "risk", 0.15, capped(0.05)),
        Criterion("lead_variation", "risk", 0.15, capped(0.5)),
        Criterion("single_source", "risk", 0.40, itself),
        Criterion("spend_position", "profit", 0.50, itself),
        Criterion("margin", "profit", 0.50, capped(0.25)),
    )
)


def place(scheme: Scheme, measured: Mapping[str, float | None]) -> Place:
    """Where a subject with these inputs stands; inputs that are missing (None) share their weight among the others."""
    contributions: list[Contribution] = []
    axes = {}
    for axis in ("risk", "profit"):
        parts = _axis([criterion for criterion in scheme.criteria if criterion.axis == axis], measured)
        axes[axis] = round(sum(part.adds for part in parts), 6)
        contributions += parts
    total = sum(criterion.weight for criterion in scheme.criteria)
    known = sum(criterion.weight for criterion in scheme.criteria if measured.get(criterion.name) is not None)
    coverage = round(known / total, 4)
    enough = coverage >= scheme.least_coverage
    quadrant = quadrant_of(scheme, axes["risk"], axes["profit"]) if enough else ""
    return Place(axes["risk"], axes["profit"], coverage, quadrant, contributions)


def _axis(criteria: list[Criterion], measured: Mapping[str, float | None]) -> list[Contribution]:
    """Contributions of one axis, rounded so that what is shown adds up to the axis."""
    known = sum(criterion.weight for criterion in criteria if measured.get(criterion.name) is not None)
    parts = []
    for criterion in criteria:
        found = measured.get(criterion.name)
        if found is None or not known:
            parts.append(Contribution(criterion.name, criterion.axis, None, None, 0.0, 0.0))
            continue
        weight, value = criterion.weight / known, criterion.value(found)
        parts.append(
            Contribution(
                criterion.name, criterion.axis, round(found, 6), round(value, 6), round(weight, 6),
                round(weight * value, 6),
            )
        )  # fmt: skip
    return parts


def quadrant_of(scheme: Scheme, risk: float, profit: float) -> str:
    """The quadrant of a point; a point on a dividing line counts as above it, so the rule is total."""
    if profit >= scheme.profit_line:
        return "strategic" if risk >= scheme.risk_line else "leverage"
    return "bottleneck" if risk >= scheme.risk_line else "noncritical"


def positions(spend: Mapping[int, float]) -> dict[int, float]:
    """Pareto position by spend: 1 for the largest, falling by the share of spend that stands before each.

    Source: ABC analysis; the value is 1 minus the cumulative share of all larger ones. Equal spends share a position.
    """
    total = sum(value for value in spend.values() if value > 0)
    if not total:
        return dict.fromkeys(spend, 0.0)
    result, before, tied = {}, 0.0, 0.0
    last: float | None = None
    for key, value in sorted(spend.items(), key=lambda pair: -pair[1]):
        if value != last:
            before, tied, last = before + tied, 0.0, value
        result[key] = 1.0 - before / total if value > 0 else 0.0
        tied += max(value, 0.0)
    return result
