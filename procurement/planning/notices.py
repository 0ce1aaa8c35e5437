"""Who hears that work was handed over."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.people.models import User

ASSIGNED = kind("planning.assigned", _("Work was handed over to me, or by me"), channel="mail").code


def tell_assigned(*, actor: Actor, source: User | None, target: User, done: Mapping[str, int], note: str = "") -> None:
    """Who gets the work, and who had it; `done` says how much of each kind."""
    values = {
        "source": source.name if source else "–", "target": target.name, "n": sum(done.values()), "who": actor.name,
        "note": note,
    }  # fmt: skip
    address = f"{reverse('planning:board')}?mine=on"
    tell(
        [target], kind=ASSIGNED, actor=actor, url=address, button=_("Look"), values=values,
        subject=_("{n} pieces of work are yours now"), body=_("{who} handed them over to you. {note}"),
    )  # fmt: skip
    if source is not None:
        tell(
            [source], kind=ASSIGNED, actor=actor, url=address, button=_("Look"), values=values,
            subject=_("{target} has {n} pieces of your work now"), body=_("{who} handed them over. {note}"),
        )  # fmt: skip
