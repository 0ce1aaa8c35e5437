"""What the approval rules say of a tender: the facts they compare, those that fit, and the limits it comes near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procurement.requests.models import Allocation, PurchaseRequest
from procurement.tenders.models import LotLine, Tender
from procurement.tenders.worth import Worth, shown_lines, worth_of
from srm.approvals import asking
from srm.approvals.accumulation import Sums
from srm.approvals.models import ApprovalRule
from srm.catalog.models import Category
from srm.core import clock
from srm.core.money import Sum
from srm.people.models import Department
from srm.ui import formats

KIND = Tender._meta.label_lower
WHY = "what is approved of a tender is the same for every reader"
NAMED = 3


@dataclass(frozen=True)
class Needs:
    """Whom a tender is for: paths of departments, the one with the largest part first, and keys of cost centres."""

    paths: tuple[str, ...] = ()
    centers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Limit:
    """An amount from which on a rule asks somebody, and what of the tender is compared with it."""

    rule: ApprovalRule
    compared: Decimal

    @property
    def reached(self) -> bool:
        """Whether the tender has come to it."""
        return self.compared >= self.rule.min_amount

    @property
    def part(self) -> int:
        """How much of the limit is used, in percent, at most all of it."""
        return min(100, int(100 * self.compared / self.rule.min_amount))


@dataclass(frozen=True)
class YearSum:
    """What a category comes to in its year with this tender, and without."""

    category: Category
    own: Decimal
    others: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.own + self.others


@dataclass(frozen=True)
class Ruling:
    """The active rules for tenders, and what they find of one; empty where there are none."""

    table: Sequence[ApprovalRule] = ()
    fitting: Sequence[ApprovalRule] = ()
    worth: Worth = field(default_factory=Worth)
    needs: Needs = field(default_factory=Needs)
    categories: Sequence[Category] = ()
    facts: asking.Facts | None = None
    sums: Sums = field(default_factory=Sums)
    currency: str = ""

    @property
    def asks(self) -> bool:
        """Whether anybody has to approve it."""
        return bool(self.fitting)

    @property
    def missing(self) -> list[str]:
        """What the rules go by and nobody has said: a tender of unknown worth would pass below every limit."""
        found, worth = [], self.worth
        if any(rule.min_amount or rule.max_amount is not None for rule in self.table):
            if worth.unpriced:
                found.append(
                    _("Give a baseline price for %(lines)s: the approval rules go by the amount.")
                    % {"lines": _some(worth.unpriced)}
                )
            found += [self._no_rate(one) for one in worth.unrated]
        if worth.unsorted and any(
            rule.category_id or rule.segment or (rule.accumulates and rule.min_amount) for rule in self.table
        ):
            found.append(_("Choose the category of the tender: the approval rules go by it."))
        return found

    def _no_rate(self, currency: str) -> str:
        return _("There is no exchange rate %(one)s to %(other)s for %(day)s. Ask finance to enter it.") % {
            "one": currency, "other": self.currency, "day": formats.day(clock.today()),
        }  # fmt: skip

    @property
    def limits(self) -> list[Limit]:
        """The amounts from which on somebody is asked about a tender like this, the lowest first."""
        if self.facts is None:
            return []
        facts = self.facts
        alike = [rule for rule in self.table if rule.min_amount and asking.fits(rule, replace(facts, amount=rule.min_amount))]  # fmt: skip
        return sorted(
            (Limit(rule, self.sums.for_rule(rule, facts.amount)) for rule in alike),
            key=lambda limit: (limit.rule.min_amount, limit.rule.order),
        )

    @property
    def years(self) -> list[YearSum]:
        """What each of its categories comes to in this year, the largest first; none where no rule adds up."""
        if not any(limit.rule.accumulates for limit in self.limits):
            return []
        rows = [
            YearSum(category, amount, self.sums.others.get(category.path, Decimal(0)))
            for category, amount in self.worth.parts.items()
        ]
        return sorted(rows, key=lambda row: -row.total)


def ruling_of(tender: Tender, lines: Iterable[LotLine] | None = None) -> Ruling:
    """What the rules say of the tender as it is now; `lines` where they were read already."""
    table = list(asking.kept_rules(KIND))
    if not table:
        return Ruling()
    worth = worth_of(tender, lines)
    needs = _needs_of(tender, worth)
    categories = list(dict.fromkeys([*worth.parts, *([tender.category] if tender.category else [])]))
    facts = replace(
        asking.facts_of(worth.total, None, categories, ()), department=needs.paths[0] if needs.paths else "",
        others=needs.paths[1:], cost_centers=needs.centers,
    )  # fmt: skip
    entity = tender.legal_entity
    fitting, sums = asking.rules_for(
        KIND, facts, parts=worth.parts, entity=entity, but=tender.public_id, rules=table
    )  # fmt: skip
    return Ruling(table, fitting, worth, needs, categories, facts, sums, entity.currency)


def ruled(tender: Tender) -> Ruling:
    """`ruling_of` for pages and guards: asked once for several parts of a page, kept on the tender."""
    if not hasattr(tender, "ruled"):
        tender.ruled = ruling_of(tender, shown_lines(tender))  # type: ignore[attr-defined]
    return tender.ruled  # type: ignore[attr-defined]


def departments_of(needs: Needs) -> list[Department]:
    """The departments that it is for, the one with the largest part first."""
    found = {one.path: one for one in Department.objects.filter(path__in=needs.paths)}
    return [found[path] for path in needs.paths if path in found]


def askers_of(tender: Tender) -> set[str]:
    """Person ids of those whose requests stand behind the tender: nobody approves what he asked for himself."""
    rows = PurchaseRequest.objects.unscoped(WHY).filter(lines__in=_behind(tender).values("request_line"))
    rows = rows.select_related("requester", "created_by").distinct()
    return {person for request in rows for person in request.people()}


def _behind(tender: Tender) -> QuerySet[Allocation]:
    """What of whose needs the tender's lines serve; what was taken back counts against what was given."""
    return Allocation.objects.unscoped(WHY).filter(
        document_kind=KIND, document_id=tender.public_id, stage="tendered"
    ).order_by()  # fmt: skip


def _needs_of(tender: Tender, worth: Worth) -> Needs:
    path, center = "request_line__request__department__path", "request_line__cost_center"
    rows = _behind(tender).values("line_id", path, center).annotate(live=Sum("quantity", places=4))
    live = [row for row in rows if row["live"] > 0 and row["line_id"] in worth.lines]
    whole: dict[int, Decimal] = defaultdict(Decimal)
    for row in live:
        whole[row["line_id"]] += row["live"]
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for row in live:
        shares[row[path]] += worth.lines[row["line_id"]] * row["live"] / whole[row["line_id"]]
    if not shares:
        owner = tender.buyer or tender.created_by
        return Needs((owner.department.path,) if owner and owner.department else ())
    centers = frozenset(row[center] for row in live if row[center] is not None)
    return Needs(tuple(sorted(shares, key=lambda one: (-shares[one], one))), centers)


def _some(names: Sequence[str]) -> str:
    """The first names of a list that may be long."""
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return f"{shown} …" if len(names) > NAMED else shown
