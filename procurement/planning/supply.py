"""What is on its way for nobody yet, told by upper rooms: it serves needs before anything is bought.

class OpenOrders(Supply): ...
register(OpenOrders())
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import QuerySet

from procurement.requests.models import RequestLine
from srm.core.actor import Actor
from srm.people.models import LegalEntity

# By (item, place): when something comes, and how much of it nobody waits for, in base units.
Coming = dict[tuple[int, int], list[tuple[dt.date, Decimal]]]


class Supply(ABC):
    """A kind of document that brings what no need stands behind."""

    @abstractmethod
    def hold(self, lines: QuerySet[RequestLine]) -> None:
        """Lock what might serve these needs. Called before anything locks a need: documents come first."""

    @abstractmethod
    def serve(self, *, actor: Actor, lines: QuerySet[RequestLine]) -> int:
        """Give what comes in time to approved, open `lines`, the earliest need first; how many got something."""

    @abstractmethod
    def coming(self, entity: LegalEntity, items: Collection[int], places: Collection[int]) -> Coming:
        """What is on its way for nobody yet, for whom plans; nothing is locked."""


_supplies: list[Supply] = []


def register(supply: Supply) -> None:
    """Let planning ask this supply."""
    _supplies.append(supply)


def hold(lines: QuerySet[RequestLine]) -> None:
    """Lock whatever might serve these needs."""
    for supply in _supplies:
        supply.hold(lines)


def serve(*, actor: Actor, lines: QuerySet[RequestLine]) -> int:
    """Serve needs from all supplies; how many times one of them got something."""
    return sum(supply.serve(actor=actor, lines=lines) for supply in _supplies)


def coming(entity: LegalEntity, items: Collection[int], places: Collection[int]) -> Coming:
    """What all supplies bring for nobody yet, by item and place."""
    found: Coming = defaultdict(list)
    for supply in _supplies if items and places else ():
        for key, parts in supply.coming(entity, items, places).items():
            found[key] += parts
    return found
