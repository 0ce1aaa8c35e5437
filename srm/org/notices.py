"""A stand-in is told for whom and how long."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.notify.registry import kind
from srm.notify.services import tell
from srm.org.models import Absence
from srm.ui.links import url_of

STAND_IN = kind("org.stand_in", _("I stand in for somebody"), channel="mail").code


def tell_stand_in(absence: Absence, *, actor: Actor) -> None:
    """Tell the stand-in; the person who is away, too, when an administrator entered it."""
    values = {
        "who": absence.user.name,
        "stand_in": absence.stand_in.name,
        "start": absence.starts_on,
        "end": absence.ends_on,
    }
    address = url_of(absence) or ""
    tell(
        [absence.stand_in], kind=STAND_IN, actor=actor, url=address, button=_("Look"), values=values,
        subject=_("You stand in for {who}"),
        body=_("{who} is away from {start} to {end}. In that time such decisions also wait in your inbox."),
    )  # fmt: skip
    tell(
        [absence.user], kind=STAND_IN, actor=actor, url=address, button=_("Look"), values=values,
        subject=_("{stand_in} stands in for you"),
        body=_("From {start} to {end} {stand_in} decides for you. You can still decide yourself."),
    )  # fmt: skip
