"""Who buys a need: the first that is known of

1. the buyer it was assigned to,
2. the buyer of its category, or of the nearest category above,
3. the buyer of the department that asks, or of the nearest department above,
4. the buyer of its legal entity.

Where none is named, the head of procurement decides. Closed accounts do not count. The trees are small and read once;
the lines are many, so that what is asked of them is conditions on their own columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length

from procurement.requests.models import RequestLine
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.org.selectors import covered_by
from srm.people.models import Department, LegalEntity

CATEGORY, DEPARTMENT, ENTITY = "category_id", "request__department_id", "request__legal_entity_id"


@dataclass(frozen=True)
class Routing:
    """Who buys for each category, department and legal entity; keys that nobody answers for are missing."""

    rules: Mapping[str, Mapping[int, int]]

    def expression(self) -> Case:
        """The buyer's key of each request line, as an expression; null where the head decides."""
        whens = [When(buyer__isnull=False, then=F("buyer_id"))]
        for column, named in self.rules.items():
            by_buyer: dict[int, list[int]] = defaultdict(list)
            for key, buyer in named.items():
                by_buyer[buyer].append(key)
            whens += [When(**{f"{column}__in": keys}, then=Value(buyer)) for buyer, keys in sorted(by_buyer.items())]
        return Case(*whens, default=Value(None), output_field=BigIntegerField())

    def of(self, rows: QuerySet[RequestLine], buyers: Collection[int | None]) -> QuerySet[RequestLine]:
        """Of request lines those that these buyers buy; None are those for the head."""
        found = rows.alias(routed_to=self.expression())
        named = Q(routed_to__in=[buyer for buyer in buyers if buyer is not None])
        return found.filter(named | Q(routed_to__isnull=True) if None in buyers else named)


def routing() -> Routing:
    """The rules as they are now; three queries."""
    named = LegalEntity.objects.filter(buyer__is_active=True).values_list("pk", "buyer")
    return Routing({CATEGORY: _tree(Category), DEPARTMENT: _tree(Department), ENTITY: dict(named)})


def _tree(model: type[Category] | type[Department]) -> dict[int, int]:
    """The buyer of each node of a tree: its own, or that of the nearest node above."""
    rows = model.objects.order_by("path").values_list("pk", "path", "buyer", "buyer__is_active")
    by_path: dict[str, int] = {}
    found: dict[int, int] = {}
    for key, path, own, is_active in rows:
        buyer = own if own and is_active else by_path.get(path[: path.rstrip("/").rfind("/") + 1])
        if buyer is not None:
            by_path[path] = found[key] = buyer
    return found


def mine(actor: Actor) -> set[int]:
    """The accounts whose needs the actor buys: his own, and those he stands in for today."""
    own = {actor.user_id} if actor.user_id else set()
    return own | set(covered_by(actor).values_list("pk", flat=True))


def names_of(lines: QuerySet[RequestLine]) -> QuerySet[RequestLine]:
    """The same few lines with `bought_by`: the buyer's name, empty where the head decides. In one query."""
    return lines.annotate(
        bought_by=Coalesce(
            F("buyer__name"), _nearest(Category, "category__path"), _nearest(Department, "request__department__path"),
            F("request__legal_entity__buyer__name"), Value(""),
        )
    )  # fmt: skip


def _nearest(model: type[Category] | type[Department], path: str) -> Subquery:
    wanted = ExpressionWrapper(OuterRef(path), output_field=CharField())
    above = model.objects.filter(buyer__is_active=True).alias(wanted=wanted).filter(wanted__startswith=F("path"))
    return Subquery(above.order_by(Length("path").desc()).values("buyer__name")[:1])
