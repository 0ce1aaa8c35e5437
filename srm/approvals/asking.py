"""Who would be asked about a document: the rules that fit it, and the people around it, read at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from srm.approvals import registry, routing
from srm.approvals.accumulation import Parts, Sums, sums_for
from srm.approvals.models import ApprovalRule, Who, why_passed
from srm.people.models import CostCenter, Department, User
from srm.people.roles import ROLES

if TYPE_CHECKING:
    from srm.catalog.models import Category
    from srm.people.models import LegalEntity

DECIDE = "approvals.decide"
GRANTS = {role: rights for role, (_label, rights) in ROLES.items()}


@dataclass(frozen=True)
class Planned:
    """A part of a step to be: asked is `user`, or anybody with `role`; `rule` is None when no rule fits.

    Parts of one `group` (above 0) are alternatives. `notes` say who was passed over; `empty`: nobody can decide it.
    `by_sum` is the sum of the year that asked for the step, where the document's own amount would not have.
    """

    order: int
    who: str
    user: User | None
    role: str
    rule: ApprovalRule | None
    group: int = 0
    passed: tuple[routing.Passed, ...] = ()
    empty: bool = False
    by_sum: Decimal | None = None

    @property
    def decider(self) -> str:
        """Who is asked, in words."""
        return self.user.name if self.user else str(ROLES[self.role][0])

    @property
    def kept_rule(self) -> str | None:
        """The public id of its rule; None for a rule that is only tried, and for the last resort."""
        return self.rule.public_id if self.rule is not None and self.rule.pk else None

    @property
    def notes(self) -> list[str]:
        """Sentences about those who were passed over."""
        return [why_passed(one.who, one.why) for one in self.passed]


def who_decides(
    kind: str, *, amount: Decimal, department: Department | None, cost_centers: Iterable[CostCenter] = (),
    categories: Iterable[Category] = (), barred: Collection[str] = (), requester: User | None = None,
    rules: Sequence[ApprovalRule] | None = None, parts: Parts | None = None, entity: LegalEntity | None = None,
    but: str = "", way: str = "", departments: Iterable[Department] = (),
) -> list[Planned]:  # fmt: skip
    """The steps a document would go through, in order; never empty.

    Where a rule finds nobody who may decide (all barred, or without the right), holders of the role "head of
    procurement" are asked; so they are when no rule fits at all. When even they may not, the step is `empty`.

    Args:
        amount: in the base currency.
        barred: person ids that may not decide.
        rules: a table to try instead of the one that is kept.
        parts: amounts by category in the base currency; with those of the year and `entity` they choose the steps.
        but: the public id of the document itself, so that it does not count twice.
        way: normal, urgent, low value, after the fact; nothing where the document has no such thing.
        departments: others that it is for as well; rules for them fit, the head of `department` decides.
    """
    centers = list(cost_centers)
    facts = replace(facts_of(amount, department, categories, centers, departments), way=way)
    fitting, sums = rules_for(kind, facts, rules=rules, parts=parts or {}, entity=entity, but=but)
    house, users = _house(fitting, department, centers, requester)
    choice = routing.Choice(house, rights=rights_for(kind), barred=barred, grants=GRANTS)
    planned = [_planned(part, fitting, users) for part in choice.steps([asking_of(rule) for rule in fitting])]
    return [replace(step, by_sum=_by_sum(step.rule, sums, facts)) for step in planned]


def rules_for(
    kind: str, facts: Facts, *, parts: Parts, entity: LegalEntity | None, but: str = "",
    rules: Sequence[ApprovalRule] | None = None,
) -> tuple[list[ApprovalRule], Sums]:  # fmt: skip
    """The active rules that fit, in the order of their steps, and the sums of the year they were compared with."""
    table = list(kept_rules(kind)) if rules is None else [one for one in rules if one.kind == kind and one.is_active]
    sums = sums_for(kind, parts, table, entity=entity, but=but)
    fitting = [rule for rule in table if fits(rule, replace(facts, amount=sums.for_rule(rule, facts.amount)))]
    return sorted(fitting, key=lambda rule: (rule.order, rule.min_amount)), sums


def _by_sum(rule: ApprovalRule | None, sums: Sums, facts: Facts) -> Decimal | None:
    """The sum that made a rule fit, when the amount alone would not have."""
    return None if rule is None or fits(rule, facts) else sums.for_rule(rule, facts.amount)


def _planned(part: routing.Asked, rules: Sequence[ApprovalRule], users: dict[int, User]) -> Planned:
    rule = rules[part.rule] if part.rule >= 0 else None
    as_named = rule is not None and (part.user is not None or part.role == rule.role)
    who = rule.who if rule is not None and as_named else Who.ROLE
    user = users[part.user] if part.user is not None else None
    return Planned(part.order, who, user, part.role, rule, part.group, part.passed, part.empty)


def rights_for(kind: str) -> set[str]:
    """What one must be allowed to, to decide on documents of a kind."""
    declared = registry.kind_of(kind)
    return {DECIDE, declared.permission} if declared else {DECIDE}


def asking_of(rule: ApprovalRule) -> routing.Asking:
    """A rule as the choice takes it."""
    return routing.Asking(rule.who, rule.order, rule.user_id, rule.role, rule.one_is_enough, rule.conditions)


@dataclass(frozen=True)
class Facts:
    """What rules compare of a document: amount in the base currency, paths, segments, cost centres' keys, the way it goes.

    `others` are paths of departments that it is for beside its own.
    """

    amount: Decimal
    department: str
    categories: tuple[str, ...] = ()
    segments: frozenset[str] = frozenset()
    cost_centers: frozenset[int] = frozenset()
    way: str = ""
    others: tuple[str, ...] = ()


def facts_of(
    amount: Decimal, department: Department | None, categories: Iterable[Category], centers: Iterable[CostCenter],
    departments: Iterable[Department] = (),
) -> Facts:  # fmt: skip
    """What rules compare, of the objects behind it."""
    known = list(categories)
    return Facts(
        amount, department.path if department else "", tuple(category.path for category in known),
        frozenset(category.segment for category in known) - {""}, frozenset(center.pk for center in centers),
        others=tuple(one.path for one in departments),
    )  # fmt: skip


def fits(rule: ApprovalRule, facts: Facts) -> bool:
    """Whether every condition of a rule holds; a department and a category count with all below them."""
    return (
        rule.min_amount <= facts.amount
        and (rule.max_amount is None or facts.amount < rule.max_amount)
        and (
            rule.department is None
            or any(path.startswith(rule.department.path) for path in (facts.department, *facts.others))
        )
        and (rule.category is None or any(path.startswith(rule.category.path) for path in facts.categories))
        and (rule.cost_center_id is None or rule.cost_center_id in facts.cost_centers)
        and (not rule.segment or rule.segment in facts.segments)
        and (not rule.way or rule.way == facts.way)
    )


def kept_rules(kind: str) -> QuerySet[ApprovalRule]:
    """The active rules for a kind of document, in the order of their steps."""
    rules = ApprovalRule.objects.filter(kind=kind, is_active=True)
    return rules.select_related("department", "category", "cost_center", "user").order_by("order", "min_amount", "pk")


def _house(
    rules: Sequence[ApprovalRule], department: Department | None, centers: Sequence[CostCenter], requester: User | None
) -> tuple[routing.House, dict[int, User]]:
    """Everybody the rules might name, read in three statements, however many rules there are."""
    asked = {rule.who for rule in rules}
    chains = _chains(
        [department if asked & {Who.HEAD, Who.LOCAL} else None,
         requester.department if requester and Who.MANAGER in asked else None]
    )  # fmt: skip
    heads, managers = ([one.head_id for one in chain if one.head_id] for chain in chains)
    owners = [center.owner_id for center in centers if center.owner_id] if Who.OWNER in asked else []
    named = {*heads, *managers, *owners, *(rule.user_id for rule in rules if rule.who == Who.USER and rule.user_id)}
    roles = {rule.role for rule in rules if rule.who in (Who.ROLE, Who.LOCAL)} | {routing.LAST_RESORT}
    found = User.objects.filter(Q(pk__in=named) | Q(grants__role__in=roles, is_active=True, kind=User.Kind.STAFF))
    users = {
        user.pk: user for user in found.select_related("department").prefetch_related("grants").order_by("name", "pk")
    }
    house = routing.House(
        {pk: person_of(user) for pk, user in users.items()}, tuple(heads), tuple(managers),
        tuple(sorted(owners)), tuple(one.path for one in chains[0]),
    )  # fmt: skip
    return house, users


def _chains(ends: Sequence[Department | None]) -> list[list[Department]]:
    """Each department with all above it, nearest first."""
    paths = {path for end in ends if end for path in paths_up(end.path)}
    rows = {row.path: row for row in Department.objects.filter(path__in=paths)} if paths else {}
    return [[rows[path] for path in paths_up(end.path) if path in rows] if end else [] for end in ends]


def paths_up(path: str) -> list[str]:
    """A department's path and those above it, nearest first."""
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[:length])}/" for length in range(len(parts), 0, -1)]


def person_of(user: User) -> routing.Person:
    """An account as the choice sees it."""
    roles = frozenset(grant.role for grant in user.grants.all())
    rights = frozenset(right for role in roles for right in GRANTS.get(role, ()))
    alive = user.is_active and user.kind == User.Kind.STAFF
    return routing.Person(
        user.pk, user.person_id, user.name, alive, rights, roles, user.department.path if user.department else ""
    )


def may_be_asked(user: User, rights: Collection[str], barred: Collection[str]) -> bool:
    """Whether an account is alive, holds the rights, and had no part in the document."""
    choice = routing.Choice(routing.House({}), rights=rights, barred=barred, grants=GRANTS)
    return not choice.fault(person_of(user))


def holders(role: str, rights: Collection[str], barred: Collection[str]) -> list[User]:
    """Living accounts with `role` that may decide; none when the role itself lacks the rights."""
    if not set(rights) <= set(GRANTS.get(role, ())):
        return []
    users = User.objects.filter(grants__role=role, is_active=True, kind=User.Kind.STAFF).order_by("name", "pk")
    return [user for user in users if user.person_id not in barred]
