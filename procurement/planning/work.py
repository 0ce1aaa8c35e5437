"""What a buyer has on his table, and handing it over: needs by routing, documents by their buyer.

Upper rooms register their documents:

    register(Kind("tenders", _("Tenders"), open=lambda: Tender..., figures=[("running", _("Tenders running"), None)]))
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.planning.models import Demand
from procurement.planning.notices import tell_assigned
from procurement.planning.routing import Routing, routing
from procurement.planning.selectors import WORTH
from procurement.requests import allocating
from procurement.requests.lifecycle import LineState
from procurement.requests.models import RequestLine
from srm.audit import services as audit
from srm.catalog.models import Category
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.money import Sum
from srm.flow import records, uow
from srm.org.models import Absence
from srm.people.models import User
from srm.people.roles import ROLES

TEAM = "whoever leads the buyers sees and shares out their work"
ASSIGN, BUYS = "planning.assign", "planning.aggregate"
NEEDS, CATEGORIES = "needs", "categories"
# As many lines as get a sentence each in their request's history; of more there is one of the buyer's account.
EACH = 2000
ZERO = Decimal(0)


@dataclass(frozen=True)
class Figure:
    """A column of the team's table: of open documents those that `narrow` leaves."""

    name: str
    label: Any
    narrow: Callable[[QuerySet], QuerySet] = lambda rows: rows


@dataclass(frozen=True)
class Kind:
    """Documents with a `buyer` that can be handed over: `open` are those that still need one."""

    name: str
    label: Any
    open: Callable[[], QuerySet]
    figures: Sequence[Figure]
    order: int = 50


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of document part of a buyer's work."""
    _kinds[kind.name] = kind


def kinds() -> list[Kind]:
    """All kinds, in their order."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


register(
    Kind(
        "demands", gettext_lazy("Demands"), order=10,
        open=lambda: Demand.objects.unscoped(TEAM).filter(
            pk__in=Demand.objects.unscoped(TEAM).filter(lines__open_quantity__gt=0).order_by().values("pk")
        ),
        figures=[Figure("demands", gettext_lazy("Demands open"))],
    )
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ the team's table


@dataclass(frozen=True)
class Load:
    """A buyer's row; `buyer` None are the needs that are for nobody yet. `worth` is in the firms' own currency."""

    buyer: User | None
    needs: int
    worth: Decimal
    overdue: int
    figures: dict[str, int]
    absence: Absence | None = None

    @property
    def cells(self) -> list[tuple[Any, int]]:
        """The registered columns with this buyer's numbers."""
        return [(one.label, self.figures.get(one.name, 0)) for one in columns()]


def columns() -> list[Figure]:
    """The registered columns, in order."""
    return [figure for kind in kinds() for figure in kind.figures]


def open_needs(actor: Actor) -> QuerySet[RequestLine]:
    """Approved needs with something open, those held back among them, of the actor's legal entities."""
    rows = RequestLine.objects.unscoped(TEAM).filter(state=LineState.APPROVED, open_quantity__gt=0)
    return rows.filter(request__legal_entity__in=actor.legal_entities) if actor.legal_entities else rows


def documents(kind: Kind, actor: Actor) -> QuerySet:
    """Open documents of a kind, of the actor's legal entities."""
    rows = kind.open()
    return rows.filter(legal_entity__in=actor.legal_entities) if actor.legal_entities else rows


def team(actor: Actor) -> list[Load]:
    """A row for everybody who buys or has something on his table, the fullest first; a few queries in all.

    Raises:
        NotAllowed: it is the head's.
    """
    if not actor.may(ASSIGN):
        raise NotAllowed()
    needs = _needs(actor)
    counted: dict[str, dict[int, int]] = {}
    for kind in kinds():
        for figure in kind.figures:
            rows = figure.narrow(documents(kind, actor)).filter(buyer__isnull=False)
            counted[figure.name] = dict(rows.order_by().values_list("buyer").annotate(n=Count("pk")))
    keys = {key for key in needs if key is not None}.union(*counted.values())
    users = User.objects.filter(Q(pk__in=keys) | Q(pk__in=buyers().values("pk")))
    away = {
        one.user_id: one
        for one in Absence.objects.unscoped(TEAM).on(clock.today()).select_related("stand_in").order_by("pk")
    }
    found = [
        Load(user, *needs.get(user.pk, (0, ZERO, 0)), {name: some.get(user.pk, 0) for name, some in counted.items()},
             away.get(user.pk))
        for user in users
    ]  # fmt: skip
    found.sort(key=lambda load: (-load.needs, -sum(load.figures.values()), str(load.buyer)))
    return [*found, Load(None, *needs[None], {})] if None in needs else found


def _needs(actor: Actor) -> dict[int | None, tuple[int, Decimal, int]]:
    late = Count("pk", filter=Q(need_by__lt=clock.today()))
    rows = open_needs(actor).annotate(routed_to=routing().expression()).order_by().values_list("routed_to")
    return {
        key: (n, worth, overdue)
        for key, n, worth, overdue in rows.annotate(n=Count("pk"), worth=Sum(WORTH), overdue=late)
    }


def buyers() -> QuerySet[User]:
    """Living accounts whose role may plan."""
    roles = [name for name, (_label, rights) in ROLES.items() if BUYS in rights]
    found = User.objects.filter(is_active=True, kind=User.Kind.STAFF, grants__role__in=roles)
    return User.objects.filter(pk__in=found.values("pk")).order_by("name", "pk")


# ---------------------------------------------------------------------------------------------------- handing over


def assign(*, actor: Actor, lines: Iterable[int], target: User) -> int:
    """These open needs are bought by `target` from now on, whatever the rules say; how many were another's before.

    Raises:
        NotAllowed. InvalidInput: `target` does not buy. RuleBroken: nothing of them is open.
    """
    _admit(actor, target)
    keys = list(open_needs(actor).filter(pk__in=list(lines)).values_list("pk", flat=True))
    rules = routing()
    moved = _assign(keys, target, rules, actor)
    if not moved:
        raise RuleBroken([_("Nothing of this is open, or it is %(who)s's already.") % {"who": target.name}])
    tell_assigned(actor=actor, source=None, target=target, done={NEEDS: moved})
    return moved


def hand_over(
    *, actor: Actor, source: User | None, target: User, what: Collection[str], category: Category | None = None,
    note: str = "",
) -> dict[str, int]:  # fmt: skip
    """Open work of `source` (None: what is for nobody yet) becomes the work of `target`: how much of each kind.

    Args:
        what: "needs", names of registered kinds, and "categories": the buyer of his categories from now on.
        category: only needs of this category and those below it; it narrows nothing else.

    Raises:
        NotAllowed. InvalidInput: sentences by field. RuleBroken: he has nothing of this.
    """
    _admit(actor, target)
    if source is not None and source.pk == target.pk:
        raise InvalidInput({"target": [_("Choose somebody else: this is whose work it is.")]})
    if not what:
        raise InvalidInput({"what": [_("Say what is handed over.")]})
    done: dict[str, int] = {}
    for kind in kinds() if source is not None else ():
        if kind.name in what:
            done[kind.name] = _hand_documents(kind, source, target, note, actor)
    if NEEDS in what:
        rules = routing()
        rows = rules.of(open_needs(actor), [source.pk if source else None])
        if category is not None:
            rows = rows.filter(category__path__startswith=category.path)
        done[NEEDS] = _assign(list(rows.values_list("pk", flat=True)), target, rules, actor, note)
    if CATEGORIES in what and source is not None:
        done[CATEGORIES] = _hand_categories(source, target, note, actor)
    done = {name: n for name, n in done.items() if n}
    if not done:
        raise RuleBroken([_("There is nothing of this to hand over.")])
    audit.record(
        actor=actor, verb="handed over", subject=target, reason=note,
        changes={"buyer": [source.name if source else None, target.name], **{name: [None, n] for name, n in done.items()}},
    )  # fmt: skip
    tell_assigned(actor=actor, source=source, target=target, done=done, note=note)
    return done


def _admit(actor: Actor, target: User) -> None:
    uow.require()
    if not actor.may(ASSIGN):
        raise NotAllowed()
    if not buyers().filter(pk=target.pk).exists():
        raise InvalidInput(
            {"target": [_("%(who)s does not buy. Choose somebody with the role.") % {"who": target.name}]}
        )


def _assign(keys: Sequence[int], target: User, rules: Routing, actor: Actor, note: str = "") -> int:
    """Lock the lines, and write the buyer into those that are still open and not the target's."""
    locked = allocating.lock(keys)
    still = [line.pk for line in locked.values() if line.state == LineState.APPROVED and line.open_quantity > 0]
    rows = RequestLine.objects.unscoped(TEAM)
    before: dict[int, int | None] = {}
    for start in range(0, len(still), EACH):
        part = rows.filter(pk__in=still[start : start + EACH]).annotate(routed_to=rules.expression())
        before |= {key: buyer for key, buyer in part.values_list("pk", "routed_to") if buyer != target.pk}
    moved = sorted(before)
    for start in range(0, len(moved), EACH):
        rows.filter(pk__in=moved[start : start + EACH]).update(buyer=target)
    if len(moved) <= EACH:
        _note_lines(moved, before, target, note, actor)
    return len(moved)


def _note_lines(moved: Sequence[int], before: dict[int, int | None], target: User, note: str, actor: Actor) -> None:
    names = dict(User.objects.filter(pk__in=set(before.values()) - {None}).values_list("pk", "name"))
    rows = RequestLine.objects.unscoped(TEAM).filter(pk__in=moved).select_related("request").order_by("pk")
    for line in rows:
        audit.record(
            actor=actor, verb="assigned", subject=line, root=line.request, reason=note,
            changes={"buyer": [names.get(before[line.pk] or 0), target.name]},
        )  # fmt: skip


def _hand_documents(kind: Kind, source: User | None, target: User, note: str, actor: Actor) -> int:
    rows = list(documents(kind, actor).filter(buyer=source).order_by("pk"))
    for row in rows:
        records.update(row, actor=actor, verb="handed over", reason=note, buyer=target)
    return len(rows)


def _hand_categories(source: User, target: User, note: str, actor: Actor) -> int:
    rows = list(Category.objects.filter(buyer=source).order_by("path"))
    for row in rows:
        records.update(row, actor=actor, verb="handed over", reason=note, buyer=target)
    return len(rows)
