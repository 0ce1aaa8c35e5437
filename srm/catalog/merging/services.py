"""Merging and undoing, each under the locks of both items."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.lifecycle import ItemState
from srm.catalog.merging import selectors
from srm.catalog.merging.models import ItemMerge, MergeStep
from srm.catalog.merging.references import reference, references
from srm.catalog.models import Item
from srm.catalog.units import converts
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken, Stale
from srm.core.fields import PRICE_PLACES
from srm.flow import records, uow
from srm.flow.perform import perform

WHY = "a merge moves everything, whoever may see it"
# What the winner may take from the loser; a price goes with its currency.
TAKEABLE = (
    "name_en", "name_ru", "name_bg", "category", "description", "reference_price", "margin_dependent",
)  # fmt: skip
FACTOR_STEP = Decimal("0.000001")
ALIASES = 2000


def merge(
    *, actor: Actor, loser: Item, winner: Item, factor: Decimal | None = None, take: Iterable[str] = (), note: str = "",
    seen: tuple[int, int] | None = None,
) -> ItemMerge:  # fmt: skip
    """Make `loser` a part of `winner`; everything that points to it follows.

    Args:
        factor: base units of the winner in one of the loser; needed where the units do not say it themselves.
        take: names out of TAKEABLE that the winner takes from the loser.
        seen: the versions of loser and winner that the steward compared.

    Raises:
        RuleBroken: it cannot be, with all reasons. InvalidInput: no factor, or a wrong one.
        Stale: one of them changed since it was compared. NotAllowed: the right is missing.
    """
    uow.require()
    loser, winner = _locked_pair(loser, winner)
    if reasons := _not_mergeable(loser, winner):
        raise RuleBroken(reasons)
    if seen is not None and seen != (loser.version, winner.version):
        raise Stale()
    found = records.create(
        ItemMerge, actor=actor, loser=loser, winner=winner, factor=factor_between(loser, winner, factor),
        state_before=loser.state, note=note.strip()[:300], merged_at=clock.now(),
    )  # fmt: skip
    reasons = [sentence for one in references() for sentence in one.hindrances(found)]
    if reasons:
        raise RuleBroken(reasons)
    perform(loser, "merge", actor=actor, reason=note)
    follow(found, actor=actor)
    found.changed = _take(found, set(take), actor)
    found.save(update_fields=["changed"])
    audit.record(actor=actor, verb="absorbed", subject=winner, changes={"item": [None, str(loser)]}, reason=note)
    _mark_pair(found, DuplicatePair.Verdict.MERGED, actor)
    return found


def undo(merge: ItemMerge, *, actor: Actor, reason: str = "") -> ItemMerge:
    """Take a merge back: every row it moved, every field it changed, unless that was changed again since.

    Raises:
        RuleBroken: it was undone already, or something later depends on it; the sentences say what.
    """
    uow.require()
    loser, winner = _locked_pair(merge.loser, merge.winner)
    locked = records.locked_row(merge)
    locked.loser, locked.winner = loser, winner
    if locked.undone_at is not None:
        raise RuleBroken(_("This merge was undone already."))
    steps = [
        (one, step.kept) for step in MergeStep.objects.unscoped(WHY).filter(merge=locked).order_by("pk")
        if (one := reference(step.reference)) is not None
    ]  # fmt: skip
    reasons = _not_undoable(locked) + [sentence for one, kept in steps for sentence in one.dependents(locked, kept)]
    if reasons:
        raise RuleBroken(reasons)
    perform(loser, f"restore_{locked.state_before}", actor=actor, reason=reason)
    for one, kept in reversed(steps):
        one.restore(locked, kept, actor)
    undone = records.update(
        locked, actor=actor, verb="undone", reason=reason, undone_at=clock.now(),
        undone_by_id=actor.user_id,
    )  # fmt: skip
    audit.record(actor=actor, verb="separated", subject=winner, changes={"item": [str(loser), None]}, reason=reason)
    _give_back(undone, actor)
    _mark_pair(undone, DuplicatePair.Verdict.OPEN, actor)
    return undone


def follow(merge: ItemMerge, *, actor: Actor) -> int:
    """Let everything that points to the loser follow, and write down what moved; how many rows did.

    Run again later, it takes along what was written meanwhile by somebody who had the old item before his eyes.
    """
    total = 0
    for one in references():
        kept = one.move(merge, actor)
        if not kept:
            continue
        step, _new = MergeStep.objects.unscoped(WHY).get_or_create(merge=merge, reference=one.key)
        step.kept, step.count = [*step.kept, *kept], step.count + len(kept)
        step.save()
        total += len(kept)
    return total


def factor_between(loser: Item, winner: Item, given: Decimal | None) -> Decimal:
    """How many base units of the winner one of the loser is: by the units themselves, else as it was given.

    Raises:
        InvalidInput: it is needed and missing, or contradicts the units.
    """
    words = {"one": loser.base_unit, "other": winner.base_unit}
    known = units_say(loser, winner)
    if known is not None:
        if given is not None and abs(Decimal(given) - known) > known / 1000:
            raise InvalidInput(
                {"factor": _("1 %(one)s is always %(factor)s %(other)s.")
                 % {**words, "factor": format(known.normalize(), "f")}}
            )  # fmt: skip
        return known
    if given is None or given <= 0:
        raise InvalidInput(
            {"factor": _("The items are counted in “%(one)s” and “%(other)s”. Say how many %(other)s one %(one)s is.")
             % words}
        )  # fmt: skip
    return Decimal(given)


def units_say(loser: Item, winner: Item) -> Decimal | None:
    """The factor where the base units convert by themselves, None where somebody has to say it."""
    mine, other = loser.base_unit, winner.base_unit
    if not converts(mine, other):
        return None
    return max((Decimal(mine.factor) / Decimal(other.factor)).quantize(FACTOR_STEP), FACTOR_STEP)


def refusals(loser: Item, winner: Item) -> list[str]:
    """Sentences why the two cannot be merged at all, for showing before anybody tries."""
    return _not_mergeable(loser, winner)


# ---------------------------------------------------------------------------------------------------- inside


def _locked_pair(one: Item, other: Item) -> tuple[Item, Item]:
    """Both rows as they are now, locked in the order of their keys, so that two stewards never block each other."""
    rows = Item.objects.select_for_update(of=("self",)).select_related("base_unit", "category")
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return found[one.pk], found[other.pk]


def _not_mergeable(loser: Item, winner: Item) -> list[str]:
    if loser.pk == winner.pk:
        return [_("This is the same item. Choose another one.")]
    found = []
    for item in (loser, winner):
        if item.state == ItemState.MERGED:
            lead = selectors.lead_of(item)
            found.append(_("%(item)s was merged into %(lead)s already.") % {"item": item, "lead": lead})
    if loser.is_service != winner.is_service:
        found.append(_("A service and a thing cannot be the same."))
    if loser.pk in _successors(winner):
        found.append(
            _("%(winner)s is replaced by %(loser)s. Keep %(loser)s instead, or clear “Replaced by” first.")
            % {"winner": winner.article, "loser": loser.article}
        )
    return found


def _successors(item: Item) -> set[int]:
    found: set[int] = set()
    successor = item.replaced_by
    while successor is not None and successor.pk not in found:
        found.add(successor.pk)
        successor = successor.replaced_by
    return found


def _not_undoable(merge: ItemMerge) -> list[str]:
    if merge.winner.state == ItemState.MERGED:
        lead = selectors.lead_of(merge.winner)
        return [
            _("%(item)s was itself merged into %(lead)s since. Undo that merge first.")
            % {"item": merge.winner, "lead": lead}
        ]
    return []


def _take(merge: ItemMerge, take: set[str], actor: Actor) -> dict[str, list[Any]]:
    """Write what the winner takes from the loser; what changed, as JSON keeps it."""
    loser, winner = merge.loser, merge.winner
    if unknown := take - set(TAKEABLE):
        raise InvalidInput({"take": _("“%(field)s” cannot be taken over.") % {"field": min(unknown)[:40]}})
    values = {name: getattr(loser, name) for name in TAKEABLE if name in take}
    if "reference_price" in values:
        values["currency"] = loser.currency
        if loser.reference_price is not None:
            values["reference_price"] = (loser.reference_price / merge.factor).quantize(
                Decimal(1).scaleb(-PRICE_PLACES)
            )
    if not any(values.get(name, getattr(winner, name)) for name in ("name_en", "name_ru", "name_bg")):
        raise InvalidInput({"take": _("Give it a name in at least one language.")})
    changes = {name: [_plain(winner, name), _plain(values, name)] for name in values}
    records.update(winner, actor=actor, also_known=_aliases(winner), **values)
    return {name: both for name, both in changes.items() if both[0] != both[1]}


def _aliases(winner: Item) -> str:
    """Under which articles and names the winner can be found: those of all that are part of it now."""
    words: list[str] = []
    for merge in ItemMerge.objects.unscoped(WHY).live().filter(winner=winner).select_related("loser").order_by("pk"):
        gone = merge.loser
        words += [gone.article, gone.name_en, gone.name_ru, gone.name_bg, gone.also_known]
    return " ".join(dict.fromkeys(word for word in words if word))[:ALIASES]


def _plain(holder: Item | dict[str, Any], name: str) -> Any:
    """A field as the journal keeps it: a category by its key, a number as text."""
    value = holder[name] if isinstance(holder, dict) else getattr(holder, name)
    return value.pk if name == "category" else audit.plain(value)


def _give_back(merge: ItemMerge, actor: Actor) -> None:
    """Set the winner's fields back, except those that somebody changed since."""
    winner = Item.objects.select_related("category", "base_unit").get(pk=merge.winner.pk)
    values: dict[str, Any] = {"also_known": _aliases(winner)}
    for name, (before, after) in merge.changed.items():
        if _plain(winner, name) != after:
            continue
        if name == "category":
            values["category_id"] = before
        elif name in ("reference_price", "margin_dependent"):
            values[name] = None if before is None else Decimal(before)
        else:
            values[name] = before
    records.update(winner, actor=actor, **values)


def _mark_pair(merge: ItemMerge, verdict: str, actor: Actor) -> None:
    """The suggestion that led here, if there was one, shows what became of it."""
    first, second = sorted((merge.loser.pk, merge.winner.pk))
    pair = DuplicatePair.objects.unscoped(WHY).filter(first=first, second=second).select_for_update().first()
    if pair is not None:
        decided = verdict != DuplicatePair.Verdict.OPEN
        records.update(
            pair, actor=actor, verdict=verdict, decided_at=clock.now() if decided else None,
            decided_by_id=actor.user_id if decided else None,
        )  # fmt: skip
