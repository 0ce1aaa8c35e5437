"""Rooms above hold parts of a need in their documents; those of which nothing is ordered yet they let go again.

class Demands(Holder): ...
register(Demands())

Documents are locked before needs: `hold` comes first, the lock on the need next, `let_go` last.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from decimal import Decimal

from procurement.requests.models import RequestLine
from srm.core.actor import Actor

ZERO = Decimal(0)
Held = list[tuple["Holder", frozenset[int]]]


class Holder(ABC):
    """A kind of document in which needs are planned; `kind` is its label in the ledger."""

    kind: str

    @abstractmethod
    def hold(self, need: int) -> frozenset[int]:
        """Lock its lines behind which this need stands or ever stood, in the order of their keys; their keys."""

    @abstractmethod
    def let_go(
        self, line: RequestLine, *, actor: Actor, quantity: Decimal, reason: str, held: Collection[int]
    ) -> Decimal:
        """Up to `quantity` base units of the locked need are open again, what was planned last first; how much is.

        Raises:
            Stale: some of it is in a line that is not `held`: it was planned after we looked.
        """


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    """Let requests ask this kind of document."""
    _holders.append(holder)


def kinds() -> list[str]:
    """The documents that let go of what is planned in them."""
    return [holder.kind for holder in _holders]


def hold(need: int) -> Held:
    """Lock whatever stands between this need and being open; called before the need itself is locked."""
    return [(holder, holder.hold(need)) for holder in _holders]


def let_go(line: RequestLine, held: Held, *, actor: Actor, quantity: Decimal, reason: str) -> Decimal:
    """Open `quantity` base units of a locked need again; returns how much could be."""
    rest = quantity
    for holder, keys in held:
        if rest > 0:
            rest -= holder.let_go(line, actor=actor, quantity=rest, reason=reason, held=keys)
    return quantity - rest
