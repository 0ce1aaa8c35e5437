"""Writing suggestions: what a search found, what the steward says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from srm.catalog.duplicates import matching, selectors
from srm.catalog.duplicates.matching import Finding
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.flow import records, uow

WHY = "suggestions are found for everybody"
PORTION = 500
MOST = 20_000
Verdict = DuplicatePair.Verdict
Pairs = dict[tuple[int, int], tuple[int, int, list, str, bool]]


def portions(findings: Sequence[Finding]) -> Iterator[Callable[[], int]]:
    """The work of writing `findings`, cut into pieces of which each fits a short transaction.

    Every piece answers how many rows it wrote. Run twice, the second run writes nothing: what is known and unchanged
    stays, what was called "not a duplicate" keeps that word, and open suggestions nobody finds any more go.
    """
    known = _known()
    wanted = {(one.first, one.second): one for one in findings[:MOST]}
    new = [one for pair, one in wanted.items() if pair not in known]
    changed = [
        (known[pair][0], one) for pair, one in wanted.items()
        if pair in known and known[pair][1:3] != (one.score, _kept(one)) and not known[pair][4]
    ]  # fmt: skip
    gone = [row[0] for pair, row in known.items() if pair not in wanted and row[3] == Verdict.OPEN and not row[4]]
    for some in _cut(new):
        yield lambda some=some: _add(some)  # type: ignore[misc]
    for some in _cut(changed):
        yield lambda some=some: _update(some)  # type: ignore[misc]
    for some in _cut(gone):
        yield lambda some=some: _forget(some)  # type: ignore[misc]


def suggest(*, actor: Actor, first: Item, second: Item) -> DuplicatePair:
    """Two items that a person takes for one, to be compared; known pairs are opened again.

    Raises:
        InvalidInput: it is one item, or one is a service and the other a thing.
    """
    uow.require()
    if first.pk == second.pk:
        raise InvalidInput({"second": _("This is the same item. Choose another one.")})
    if first.is_service != second.is_service:
        raise InvalidInput({"second": _("A service and a thing cannot be the same.")})
    gone = [item.article for item in (first, second) if item.state == ItemState.MERGED]
    if gone:
        raise InvalidInput({"second": _("%(item)s was merged into another item.") % {"item": gone[0]}})
    low, high = sorted((first, second), key=lambda item: item.pk)
    pair = DuplicatePair.objects.unscoped(WHY).filter(first=low, second=high).select_for_update().first()
    if pair is None:
        judged = matching.compare(*selectors.facts([low.pk, high.pk]))
        reasons = [["hand", ""], *(_kept(judged) if judged else [])]
        return records.create(
            DuplicatePair, actor=actor, first=low, second=high, score=judged.score if judged else 0, reasons=reasons,
            by_hand=True,
        )  # fmt: skip
    return pair if pair.verdict != Verdict.DIFFERENT else reopen(pair, actor=actor)


def refuse(pair: DuplicatePair, *, actor: Actor, note: str = "", version: int | None = None) -> DuplicatePair:
    """ "Not a duplicate": it is not suggested again.

    Raises:
        RuleBroken: it was decided already. Stale: changed since `version`.
    """
    locked = records.locked_row(pair, version=version)
    if locked.verdict != Verdict.OPEN:
        raise RuleBroken(
            _("This pair is already decided: “%(verdict)s”.") % {"verdict": locked.get_verdict_display()}
        )  # fmt: skip
    return records.update(
        locked, actor=actor, verb="refused", reason=note, verdict=Verdict.DIFFERENT, note=note.strip()[:300],
        decided_at=clock.now(), decided_by_id=actor.user_id,
    )  # fmt: skip


def reopen(pair: DuplicatePair, *, actor: Actor) -> DuplicatePair:
    """Look at a refused pair once more.

    Raises:
        RuleBroken: it was not refused.
    """
    locked = records.locked_row(pair)
    if locked.verdict != Verdict.DIFFERENT:
        raise RuleBroken(_("Only a pair that was called “not a duplicate” can be opened again."))
    return records.update(
        locked, actor=actor, verb="reopened", verdict=Verdict.OPEN, note="", decided_at=None, decided_by_id=None
    )


# ---------------------------------------------------------------------------------------------------- inside


def _known() -> Pairs:
    rows = DuplicatePair.objects.unscoped(WHY).order_by()
    fields = ("first_id", "second_id", "pk", "score", "reasons", "verdict", "by_hand")
    return {(first, second): tuple(rest) for first, second, *rest in rows.values_list(*fields).iterator()}  # type: ignore[misc]


def _kept(finding: Finding) -> list[list[str]]:
    return [list(reason) for reason in finding.reasons]


def _cut(rows: Sequence) -> Iterator[list]:
    walk = iter(rows)
    while some := list(islice(walk, PORTION)):
        yield some


def _add(findings: Sequence[Finding]) -> int:
    uow.require()
    rows = [
        DuplicatePair(first_id=one.first, second_id=one.second, score=one.score, reasons=_kept(one)) for one in findings
    ]
    DuplicatePair.objects.unscoped(WHY).bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _update(found: Sequence[tuple[int, Finding]]) -> int:
    uow.require()
    rows = [DuplicatePair(pk=pk, score=one.score, reasons=_kept(one)) for pk, one in found]
    return DuplicatePair.objects.unscoped(WHY).bulk_update(rows, ["score", "reasons"])


def _forget(keys: Sequence[int]) -> int:
    uow.require()
    gone, _each = DuplicatePair.objects.unscoped(WHY).filter(pk__in=keys, verdict=Verdict.OPEN).delete()
    return gone
