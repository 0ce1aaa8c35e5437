"""Whether a request is too much for the low-value route, and how much of the year's limit is used."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from procurement.requests.inforce import IN_FORCE, worth
from procurement.requests.lifecycle import LineState
from procurement.requests.lowvalue.models import LowValueRule
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.selectors import whole_lines
from srm.approvals.accumulation import in_turn
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.core.money import Sum, cents
from srm.flow.registry import guard
from srm.ui import formats

if TYPE_CHECKING:
    from procurement.requests.checks import Need
    from srm.catalog.models import Category
    from srm.people.models import Department

WHY = "all requests of a department count towards its limit"
ZERO = Decimal(0)
LOW_VALUE = PurchaseRequest.Route.LOW_VALUE
# What is asked for once what waits with the requester is sent as well.
ASKED = (*IN_FORCE, LineState.DRAFT, LineState.RETURNED)
Sums = Mapping["Category | None", Decimal]


@dataclass(frozen=True)
class Use:
    """A category in a department's year: what others used, what the request at hand adds, of `most`."""

    category: Category | None
    used: Decimal
    adds: Decimal
    most: Decimal
    currency: str

    @property
    def is_over(self) -> bool:
        return self.used + self.adds > self.most

    @property
    def used_share(self) -> int:
        """What others used, in hundredths of the limit."""
        return min(100, round(self.used / self.most * 100))

    @property
    def adds_share(self) -> int:
        """What this adds, as far as the limit goes."""
        return min(100 - self.used_share, round(self.adds / self.most * 100))

    @property
    def words(self) -> dict[str, str]:
        """Its parts as a page writes them."""
        return {
            "category": str(self.category or _("Without category")),
            **{name: formats.money(getattr(self, name), self.currency) for name in ("used", "adds", "most")},
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        """How much of the limit is used, and what this adds."""
        return (
            _("%(category)s: of the year's limit %(used)s of %(most)s are used, this request adds %(adds)s.")
            % self.words
        )


@dataclass(frozen=True)
class Outlook:
    """What the rule says of a request: its own amount, and each of its categories in the department's year."""

    rule: LowValueRule
    department: Department
    year: int
    total: Decimal
    currency: str
    uses: list[Use]

    @property
    def is_dear(self) -> bool:
        """More than one request may come to."""
        return self.rule.most_request is not None and self.total > self.rule.most_request

    @property
    def faults(self) -> list[str]:
        """Why it could not be sent."""
        return self.refusals(_to_send())

    def refusals(self, advice: str) -> list[str]:
        """Every limit it is beyond, each with what to do."""
        found = []
        if self.is_dear:
            words = {
                "most": formats.money(self.rule.most_request, self.currency),
                "total": formats.money(self.total, self.currency), "advice": advice,
            }  # fmt: skip
            sentence = _("Low value: a request may come to %(most)s at most, this one comes to %(total)s. %(advice)s")
            found.append(sentence % words)
        sentence = _(
            "Low value: %(department)s may spend %(most)s on “%(category)s” in %(year)s this way. %(used)s are used, this "
            "request adds %(adds)s. %(advice)s"
        )
        for use in self.uses:
            if use.is_over:
                where = {"department": self.department, "year": self.year, "advice": advice}
                found.append(sentence % (use.words | where))
        return found


@dataclass(frozen=True)
class Standing:
    """What a low-value request came to before it is changed."""

    rule: LowValueRule
    sums: Sums


def rule_of(entity_id: int) -> LowValueRule | None:
    """The limits of a legal entity, if they apply."""
    return LowValueRule.objects.unscoped(WHY).filter(legal_entity=entity_id, is_on=True).first()


def outlook_of(request: PurchaseRequest) -> Outlook | None:
    """What the rule says of a request as it stands, drafts as if they were sent; None where nothing limits it.

    For pages: read once, kept on the request.
    """
    if not hasattr(request, "low_value_outlook"):
        rule = rule_of(request.legal_entity_id) if request.route == LOW_VALUE else None
        found = _outlook(request, rule, _own(whole_lines(request), ASKED)) if rule else None
        request.low_value_outlook = found  # type: ignore[attr-defined]
    return request.low_value_outlook  # type: ignore[attr-defined]


def outlook_for(needs: Iterable[Need], department: Department | None, route: str, own: str = "") -> Outlook | None:
    """The same for what is only typed; `own` is the public id of the request itself."""
    if route != LOW_VALUE or department is None:
        return None
    rule = rule_of(department.legal_entity_id)
    sums: dict[Category | None, Decimal] = defaultdict(lambda: ZERO)
    for need in needs:
        sums[need.category] += need.amount
    if rule is None or not sums:
        return None
    return _judged(rule, department, sums, year=clock.today().year, currency=department.legal_entity.currency, but=own)


def used_in_year(
    department: Department, categories: Iterable[Category | None], *, year: int, but: str
) -> dict[int | None, Decimal]:
    """{category: amount} of the department's low-value requests of a year, without the request `but`."""
    wanted = list(categories)
    some = Q(category__in=[one.pk for one in wanted if one is not None])
    if None in wanted:
        some |= Q(category__isnull=True)
    rows = RequestLine.objects.unscoped(WHY).filter(
        some, request__route=LOW_VALUE, request__department=department, state__in=IN_FORCE,
        request__legal_entity=department.legal_entity_id,
        request__sent_on__range=(dt.date(year, 1, 1), dt.date(year, 12, 31)),
    )  # fmt: skip
    rows = rows.exclude(request__public_id=but).order_by()
    sums = rows.values_list("category").annotate(total=Sum(worth()))
    return {category: cents(total) for category, total in sums}


def refuse_too_much(request: PurchaseRequest) -> None:
    """Of two requests that are sent at once the second counts the first: both go through the legal entity's lock.

    Raises:
        RuleBroken: it is beyond a limit.
    """
    rule = rule_of(request.legal_entity_id) if request.route == LOW_VALUE else None
    if rule is None:
        return
    in_turn(request.legal_entity)
    _refuse(_outlook(request, rule, _own(_lines(request), IN_FORCE)), _to_send())


def standing(request: PurchaseRequest) -> Standing | None:
    """What a request comes to before it is changed; None where nothing limits it."""
    rule = rule_of(request.legal_entity_id) if request.route == LOW_VALUE else None
    return Standing(rule, _own(_lines(request), IN_FORCE)) if rule else None


def refuse_growth(request: PurchaseRequest, before: Standing | None) -> None:
    """Less than before is never refused, whatever the limits are now.

    Raises:
        RuleBroken: what grew is beyond a limit.
    """
    if before is None:
        return
    in_turn(request.legal_entity)
    now = _own(_lines(request), IN_FORCE)
    grown = {category: sum_ for category, sum_ in now.items() if sum_ > before.sums.get(category, ZERO)}
    is_more = sum(now.values(), ZERO) > sum(before.sums.values(), ZERO)
    _refuse(_outlook(request, before.rule, now, grown, whole=is_more), _to_change())


@guard(PurchaseRequest, "submit")
def within_limits(request: PurchaseRequest, _actor: Actor) -> object:
    """Says beforehand why it cannot be sent; what decides is `refuse_too_much`, under the lock."""
    outlook = outlook_of(request)
    return " ".join(outlook.faults) if outlook else None


# ------------------------------------------------------------------------------------------------ inside


def _to_send() -> str:
    return _("Choose the normal route.")


def _to_change() -> str:
    return _("Ask for less here, and for the rest by the normal route.")


def _refuse(outlook: Outlook, advice: str) -> None:
    if reasons := outlook.refusals(advice):
        raise RuleBroken(reasons)


def _lines(request: PurchaseRequest) -> Iterable[RequestLine]:
    """As they are now, whatever the request was read with."""
    return RequestLine.objects.unscoped(WHY).filter(request=request).select_related("category")


def _own(lines: Iterable[RequestLine], states: Iterable[str]) -> dict[Category | None, Decimal]:
    sums: dict[Category | None, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        if line.state in set(states):
            sums[line.category] += _worth(line)
    return dict(sums)


def _worth(line: RequestLine) -> Decimal:
    """`inforce.worth` of a line in hand."""
    if line.state != LineState.CLOSED:
        return line.amount
    return cents(line.amount * (line.coming_quantity + line.done_quantity) / line.base_quantity)


def _outlook(
    request: PurchaseRequest, rule: LowValueRule, sums: Sums, shown: Sums | None = None, *, whole: bool = True
) -> Outlook:
    return _judged(
        rule, request.department, sums if shown is None else shown, year=(request.sent_on or clock.today()).year,
        currency=request.currency, but=request.public_id, total=sum(sums.values(), ZERO) if whole else ZERO,
    )  # fmt: skip


def _judged(
    rule: LowValueRule, department: Department, sums: Sums, *, year: int, currency: str, but: str,
    total: Decimal | None = None,
) -> Outlook:  # fmt: skip
    uses = []
    if rule.most_year is not None and sums:
        used = used_in_year(department, sums, year=year, but=but)
        for category, adds in sums.items():
            before = used.get(category.pk if category else None, ZERO)
            uses.append(Use(category, before, adds, rule.most_year, currency))
    whole = sum(sums.values(), ZERO) if total is None else total
    return Outlook(rule, department, year, whole, currency, uses)
