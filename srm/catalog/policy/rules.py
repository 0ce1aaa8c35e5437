"""What a policy can say, and what breaks it. Pure: values in, sentences' facts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

RULES = (
    "procedure", "min_bidders", "price_weight", "quality_weight", "dual_source", "contract_months", "cover_days",
    "approval_note", "review_months",
)  # fmt: skip
PROCEDURE, BIDDERS = "procedure", "min_bidders"


@dataclass(frozen=True)
class Said:
    """One rule in force: its value, and the category that says it (by its path)."""

    value: Any
    path: str
    policy: int


@dataclass(frozen=True)
class Effective:
    """The rules that hold for one category; what nobody says is left out."""

    path: str = ""
    said: Mapping[str, Said] = field(default_factory=dict)

    def value(self, rule: str) -> Any:
        """What the rule says, None when it is open."""
        found = self.said.get(rule)
        return found.value if found else None

    @property
    def procedure(self) -> str:
        """The code of the procedure, "" when it is open."""
        return self.value(PROCEDURE) or ""

    @property
    def min_bidders(self) -> int | None:
        """How many suppliers to ask at least."""
        return self.value(BIDDERS)

    @property
    def cover_days(self) -> int | None:
        """For how many days the stock should last."""
        return self.value("cover_days")

    def __bool__(self) -> bool:
        return bool(self.said)


@dataclass(frozen=True)
class Breach:
    """A rule that is broken: what the policy asks for and what is done instead, as plain values in text."""

    rule: str
    wanted: str
    done: str
    policy: int
    path: str


@dataclass(frozen=True)
class Passed:
    """An override that was written: it lets pass what was done then, or what is nearer to the rule."""

    rule: str
    wanted: str
    done: str

    def covers(self, breach: Breach) -> bool:
        """Whether the breach is the one that was let pass."""
        if (self.rule, self.wanted) != (breach.rule, breach.wanted):
            return False
        return int(self.done) <= int(breach.done) if breach.rule == BIDDERS else self.done == breach.done


def is_empty(value: Any) -> bool:
    """Whether a rule with this value is left open."""
    return value is None or value == ""


def inherited(path: str, policies: Iterable[tuple[str, int, Mapping[str, Any]]]) -> Effective:
    """The rules for the category at `path`: of each rule what the nearest category from here up to the root says.

    Args:
        policies: (path, key, values by rule) of policies in force, of any categories.
    """
    above = sorted((one for one in policies if path.startswith(one[0])), key=lambda one: len(one[0]))
    said: dict[str, Said] = {}
    for at, key, values in above:
        said |= {rule: Said(values[rule], at, key) for rule in RULES if not is_empty(values.get(rule))}
    return Effective(path, said)


def breaches(effective: Effective, *, procedure: str, bidders: int) -> list[Breach]:
    """What a procedure with so many invited suppliers breaks."""
    found = []
    if (asked := effective.said.get(PROCEDURE)) and asked.value != procedure:
        found.append(Breach(PROCEDURE, asked.value, procedure, asked.policy, asked.path))
    if (least := effective.said.get(BIDDERS)) and bidders < least.value:
        found.append(Breach(BIDDERS, str(least.value), str(bidders), least.policy, least.path))
    return found


def not_passed(found: Sequence[Breach], overrides: Iterable[Passed]) -> list[Breach]:
    """The breaches that no override lets pass."""
    known = list(overrides)
    return [breach for breach in found if not any(one.covers(breach) for one in known)]


def weights_fit(price: Decimal | None, quality: Decimal | None) -> bool:
    """Both weights are open, or they make 100 per cent together."""
    if price is None or quality is None:
        return price is None and quality is None
    return price + quality == 100
