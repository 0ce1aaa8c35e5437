"""Writing proposals, sending them, and deciding on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records
from srm.flow.perform import perform
from srm.flow.registry import effect
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.proposals import accepting
from suppliers.proposals.lifecycle import ProposalState
from suppliers.proposals.models import DECIDE, PROPOSE, PriceProposal, PriceProposalLine
from suppliers.proposals.selectors import lines_of
from suppliers.registry.models import Supplier

WHY = "a supplier's own articles, inside the service that writes his proposal"
MOST_LINES = 200
SHORTEST = 3
Lines = Sequence[Mapping[str, Any]]


def create_proposal(*, actor: Actor, title: str, note: str = "", lines: Lines = ()) -> PriceProposal:
    """A draft of the actor's own firm.

    Args:
        lines: values of `PriceProposalLine` by name; an article is known by the supplier's number or by ours.

    Raises:
        NotAllowed: not a supplier who may propose. InvalidInput: sentences by field, lines as "lines.0.price".
    """
    _may_propose(actor)
    supplier = Supplier.objects.unscoped(WHY).get(pk=actor.supplier_id)
    proposal = records.create(PriceProposal, actor=actor, supplier=supplier, title=title, note=note)
    _write_lines(proposal, lines, actor)
    return proposal


def update_proposal(
    proposal: PriceProposal, *, actor: Actor, version: int | None = None, lines: Lines | None = None, **changes: Any
) -> PriceProposal:
    """The draft with `changes`; `lines`, when given, is the whole new list.

    Raises:
        RuleBroken: it was sent already. Stale: changed since `version`. InvalidInput: sentences by field.
    """
    _may_propose(actor)
    locked = records.locked_row(proposal, version=version)
    if locked.state != ProposalState.DRAFT:
        raise RuleBroken([_("It was sent already. Withdraw it, and write a new one.")])
    before = locked.version
    fresh = records.update(locked, actor=actor, **changes)
    if lines is not None:
        for line in fresh.lines.all():
            records.remove(line, actor=actor, root=fresh)
        _write_lines(fresh, lines, actor)
        if fresh.version == before:
            fresh.version += 1
            fresh.save(update_fields=["version", "updated_at"])
    return fresh


def decide(
    proposal: PriceProposal, *, actor: Actor, lines: Mapping[str, Mapping[str, Any]], version: int | None = None
) -> PriceProposal:
    """Accept some lines and decline the others, each with its reason.

    Args:
        lines: for the id of every line, {"accept": bool, "reason": str}.

    Raises:
        InvalidInput: a line is missing or strange, or is declined without a reason ("lines.<id>").
        NotAllowed, RuleBroken, Stale: as `perform`.
    """
    if not actor.may(DECIDE):
        raise NotAllowed()
    known = [line.public_id for line in lines_of(proposal)]
    if set(known) != set(lines):
        raise InvalidInput({"lines": [_("Decide on every line of this proposal, and on no other.")]})
    reasons = {key: (lines[key].get("reason") or "").strip() for key in known if not lines[key].get("accept")}
    if short := {key for key, words in reasons.items() if len(words) < SHORTEST}:
        raise InvalidInput({f"lines.{key}": [_("Say why, so that the supplier can answer.")] for key in sorted(short)})
    if not reasons:
        return perform(proposal, "accept", actor=actor, version=version)
    if len(reasons) == len(known):
        whole = "; ".join(dict.fromkeys(reasons.values()))[:500]
        return perform(proposal, "decline", actor=actor, version=version, reason=whole, reasons=reasons)
    return perform(proposal, "accept_some", actor=actor, version=version, reasons=reasons)


@effect(PriceProposal, "send")
def sent(proposal: PriceProposal, *, actor: Actor, **_details: object) -> None:
    """Note when; prices whose day has passed since they were written must be looked at again."""
    late = [line.what for line in lines_of(proposal) if line.valid_from < clock.today()]
    if late:
        words = {"lines": ", ".join(late[:10])}
        raise RuleBroken([_("These prices would begin in the past: %(lines)s. Change their dates.") % words])
    proposal.sent_at = clock.now()
    proposal.save(update_fields=["sent_at"])


@effect(PriceProposal, "accept")
def accepted(proposal: PriceProposal, *, actor: Actor, **_details: object) -> None:
    """Every line becomes a price."""
    accepting.apply(proposal, actor=actor, reasons={})
    _decided(proposal)


@effect(PriceProposal, "accept_some")
def accepted_in_part(proposal: PriceProposal, *, actor: Actor, reasons: Mapping[str, str], **_details: object) -> None:
    """The lines without a reason become prices."""
    accepting.apply(proposal, actor=actor, reasons=reasons)
    _decided(proposal)


@effect(PriceProposal, "decline")
def declined(
    proposal: PriceProposal, *, actor: Actor, reason: str = "", reasons: Mapping[str, str] | None = None,
    **_details: object,
) -> None:  # fmt: skip
    """No price changes; the reason is the lines', too, where they have none of their own."""
    for line in lines_of(proposal):
        accepting.refuse(line, (reasons or {}).get(line.public_id) or reason, actor)
    proposal.reason = reason
    _decided(proposal)


def _decided(proposal: PriceProposal) -> None:
    proposal.decided_at = clock.now()
    proposal.save(update_fields=["decided_at", "reason"])


def _may_propose(actor: Actor) -> None:
    if not actor.is_supplier or not actor.may(PROPOSE):
        raise NotAllowed()


# ------------------------------------------------------------------------------------------------------ lines


def _write_lines(proposal: PriceProposal, lines: Lines, actor: Actor) -> None:
    if len(lines) > MOST_LINES:
        raise InvalidInput({"lines": [_("At most %(most)s prices in one proposal.") % {"most": MOST_LINES}]})
    own, seen = _own(proposal.supplier, lines), set()
    for place, line in enumerate(lines):
        try:
            values = _completed(proposal.supplier, line, own)
            key = _key(values)
            if key in seen:
                raise InvalidInput({"from_quantity": [_("This price is proposed twice.")]})
            seen.add(key)
            records.create(PriceProposalLine, actor=actor, root=proposal, proposal=proposal, **values)
        except InvalidInput as fault:
            raise InvalidInput({f"lines.{place}.{name}": words for name, words in fault.errors.items()}) from fault


def _own(supplier: Supplier, lines: Lines) -> list[SupplierItem]:
    """The supplier's articles that the lines may mean; never another one's."""
    rows = SupplierItem.objects.unscoped(WHY).filter(supplier=supplier).select_related("item__base_unit", "unit")
    named = {line.get(name) or "" for line in lines for name in ("article", "our_article")} - {""}
    return [*rows.filter(article__in=named), *rows.filter(item__article__in=named).exclude(article__in=named)]


def _completed(supplier: Supplier, line: Mapping[str, Any], own: Sequence[SupplierItem]) -> dict[str, Any]:
    """A line's values with what stands behind them.

    Raises:
        InvalidInput: the article or the agreement is not clear, the currency is none, the day is past.
    """
    given = {name: value for name, value in line.items() if name != "id" and value not in (None, "")}
    row = _meant(given, own)
    if row is not None:
        given |= {"supplier_item": row, "article": row.article, "our_article": row.item.article, "name": row.name}
        given = {name: value for name, value in given.items() if name not in ("unit", "factor")}
    given["currency"] = str(given.get("currency") or supplier.currency).upper()
    if given["currency"] not in list_currencies():
        raise InvalidInput({"currency": [_("There is no currency “%(code)s”.") % {"code": given["currency"]}]})
    given.setdefault("valid_from", clock.today())
    if given["valid_from"] < clock.today():
        raise InvalidInput({"valid_from": [_("A price cannot begin in the past.")]})
    return given | {"agreement": _agreement(given, row)}


def _meant(given: Mapping[str, Any], own: Sequence[SupplierItem]) -> SupplierItem | None:
    """The article that a line means; None for one that is to be new.

    Whatever number of ours is typed for a new article is taken: an unknown one is answered like one that exists.
    """
    article, ours, unit = given.get("article"), given.get("our_article"), given.get("unit")
    if not article and not ours:
        raise InvalidInput({"article": [_("Name your article or the buyer's.")]})
    fit = [row for row in own if article in (None, row.article) and ours in (None, row.item.article)]
    if len(fit) > 1 and unit:
        fit = [row for row in fit if row.unit_id == unit.pk]
    if len(fit) > 1:
        raise InvalidInput({"article": [_("You sell this in several ways. Name both articles and the unit.")]})
    if fit:
        return fit[0]
    if not ours:
        raise InvalidInput({"our_article": [_("This article is new. Name the buyer's article that it is for.")]})
    if not unit:
        raise InvalidInput({"unit": [_("This article is new. Say what you sell it by.")]})
    return None


def _agreement(given: Mapping[str, Any], row: SupplierItem | None) -> str:
    """The agreement whose price is to change; "" of a list price."""
    if given.get("basis") != SupplierPrice.Basis.AGREED:
        return ""
    known: set[str] = set()
    if row is not None:
        agreed = SupplierPrice.objects.unscoped(WHY).filter(supplier_item=row, basis=SupplierPrice.Basis.AGREED)
        known = set(agreed.values_list("agreement", flat=True))
    if not known:
        raise InvalidInput({"basis": [_("There is no agreed price to change. Propose a list price.")]})
    named = given.get("agreement") or (next(iter(known)) if len(known) == 1 else None)
    if named not in known:
        raise InvalidInput({"agreement": [_("Name the agreement whose price is to change.")]})
    return named


def _key(values: Mapping[str, Any]) -> tuple:
    """What tells two prices apart."""
    row = values.get("supplier_item")
    what = row.pk if row else (values.get("our_article"), values.get("article"), values["unit"].pk)
    return (
        what,
        values.get("basis") or "list",
        values["agreement"],
        values.get("from_quantity") or 0,
        values["valid_from"],
    )
