"""Which open needs a board, a run or a job is about: one legal entity, the filters of the address, perhaps some groups."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import QueryDict

from procurement.planning.filters import BoardFilter
from procurement.planning.grouping import USUAL, lines_of_groups
from procurement.planning.services import PLANNING, open_lines
from procurement.requests.models import RequestLine
from srm.core.actor import Actor
from srm.people.models import LegalEntity, User


def entity_for(actor: Actor, asked: str = "") -> LegalEntity | None:
    """The legal entity a board is about: the one asked for, else the first with something open, else the reader's."""
    entities = LegalEntity.objects.filter(is_active=True).order_by("code")
    if actor.legal_entities:
        entities = entities.filter(pk__in=actor.legal_entities)
    if asked and (found := entities.filter(public_id=asked).first()):
        return found
    waiting = RequestLine.objects.unscoped(PLANNING).filter(state="approved", open_quantity__gt=0)
    first = entities.filter(pk__in=waiting.values("request__legal_entity")).first()
    user = User.objects.filter(pk=actor.user_id).select_related("department__legal_entity").first()
    own = user.department.legal_entity if user and user.department else None
    return first or own or entities.first()


def bound_filter(actor: Actor, entity: LegalEntity, query: QueryDict) -> BoardFilter:
    """The board's filters over the open needs of a legal entity."""
    rows = open_lines(entity, held=bool(query.get("held")))
    return BoardFilter(query, queryset=rows, actor=actor)


def chosen_lines(
    actor: Actor, entity: LegalEntity, query: str, marks: Sequence[str] | None, keys: Sequence[str] = USUAL
) -> QuerySet[RequestLine]:
    """The open needs that fit an address's filters, or of them the groups (by `keys`) named by one line each."""
    lines = bound_filter(actor, entity, QueryDict(query)).qs
    return lines if marks is None else lines_of_groups(lines, marks, keys)
