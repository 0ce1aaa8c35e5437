"""A need in words becomes one of a catalog item, so that it is merged and bought with its like."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from procurement.requests import allocating
from procurement.requests.deciding import content_of, count_anew
from procurement.requests.lifecycle import LineState
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.approvals import services as approvals
from srm.audit import services as audit
from srm.budget import services as budget
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.catalog.units import to_base
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.flow import records, uow

LINES = "a line that a buyer finds the item of"


def can_be_named(line: RequestLine) -> bool:
    """Approved, in words, and not planned by anybody yet."""
    in_words = line.item_id is None and line.state == LineState.APPROVED
    return in_words and line.open_quantity == line.base_quantity


def name_item(request: PurchaseRequest, *, actor: Actor, line: RequestLine, item: Item) -> PurchaseRequest:
    """Say which item an approved line in words means; the requester's words stay with it.

    Nobody is asked again, for it is the same thing at the same price; so the item has to be of the category that was
    approved, or below it. Money moves along when the category has a budget of its own.

    Raises:
        InvalidInput: an item not in use, of another category, or in units that do not convert.
        RuleBroken: the line has an item, is planned or not approved; a budget stops. NotAllowed
    """
    uow.require()
    if not actor.may("requests.process"):
        raise NotAllowed()
    locked = records.locked_row(request)
    allocating.lock([line.pk])
    rows = RequestLine.objects.unscoped(LINES).select_related("request", "unit", "category", "cost_center")
    words = rows.get(pk=line.pk)
    if not can_be_named(words):
        raise RuleBroken([_("Only an approved line in words, of which nothing is planned, can get an item.")])
    base = _checked(words, item)
    content, before, category = content_of(locked), words.what, words.category_id
    words.item, words.category, words.text_key = item, item.category, ""
    words.base_quantity = words.open_quantity = base
    words.base_unit = item.base_unit
    words.save(update_fields=["item", "category", "text_key", "base_quantity", "open_quantity", "base_unit"])
    if category != item.category_id:
        held = budget.release(actor=actor, request_line_id=words.public_id, document=locked)
        budget.reserve(
            actor=actor, account=words.account, amount=held, request_line_id=words.public_id, document=locked
        )  # fmt: skip
        count_anew(locked)
    approvals.content_renamed(locked, before=content, after=content_of(locked))
    locked.version += 1
    locked.save(update_fields=["version"])
    audit.record(
        actor=actor, verb="named", subject=locked, changes={f"{words.position}. {_('line')}": [before, str(item)]}
    )  # fmt: skip
    return locked


def _checked(line: RequestLine, item: Item) -> Decimal:
    """The line's quantity in the item's base unit."""
    if item.state != ItemState.ACTIVE:
        raise InvalidInput({"item": [_("“%(item)s” is not in use. Choose another item.") % {"item": item}]})
    if line.category is not None and not item.category.path.startswith(line.category.path):
        sentence = _("“%(item)s” is of another category than was approved. Give the line back instead.")
        raise InvalidInput({"item": [sentence % {"item": item}]})
    try:
        return to_base(item, line.quantity, line.unit)
    except InvalidInput as fault:
        raise InvalidInput({"item": [sentence for some in fault.errors.values() for sentence in some]}) from fault
