"""Conditions of a request line's moves; each answers with the sentence the user reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from srm.core import clock
from srm.core.actor import Actor

if TYPE_CHECKING:
    from procurement.requests.models import RequestLine


def is_own(line: RequestLine, actor: Actor) -> object:
    """Only the requester, or who wrote it for him, sends a request."""
    if actor.kind == "system" or actor.user_id in {line.request.requester_id, line.request.created_by_id}:
        return None
    return _("Only the requester can send it.")


def is_own_or_buyer(line: RequestLine, actor: Actor) -> object:
    """The requester withdraws his own; a buyer may, too."""
    if actor.may("requests.process"):
        return None
    return is_own(line, actor) and _("Only the requester or a buyer can cancel it.")


def not_own(line: RequestLine, actor: Actor) -> object:
    """Nobody decides on his own request, whichever account he uses."""
    if actor.kind != "system" and actor.person_id in line.request.people():
        return _("You cannot decide on your own request. Somebody else has to.")
    return None


def need_by_ahead(line: RequestLine, _actor: Actor) -> object:
    """What is needed must still be possible, unless the purchase is reported after the fact."""
    if line.request.route != "after_fact" and line.need_by < clock.today():
        return _("The need-by date of line %(no)s is in the past. Change it first.") % {"no": line.position}
    return None


def item_usable(line: RequestLine, _actor: Actor) -> object:
    """Blocked items are not bought."""
    if line.item is not None and line.item.state != "active":
        return _("“%(item)s” is not in use (%(state)s). Choose another item.") % {
            "item": line.item, "state": line.item.state_label,
        }  # fmt: skip
    return None


def nothing_allocated(line: RequestLine, _actor: Actor) -> object:
    """A line of which something is already planned or bought is cut short instead."""
    if line.open_quantity != line.base_quantity and line.state == "approved":
        return _("Part of line %(no)s is already being bought. It can only be cut short.") % {"no": line.position}
    return None


def something_open(line: RequestLine, _actor: Actor) -> object:
    """Cutting short needs something that is still open."""
    if line.open_quantity <= 0:
        return _("Nothing of line %(no)s is open any more.") % {"no": line.position}
    return None
