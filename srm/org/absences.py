"""Writing absences: by the person, or by an administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.flow import records
from srm.org.models import Absence
from srm.org.notices import tell_stand_in
from srm.org.selectors import COVER
from srm.people.models import User

LONGEST = dt.timedelta(days=366)
Check = Callable[[User, User], "str | None"]
_checks: list[Check] = []


def checks_stand_in(function: Check) -> Check:
    """Let an upper room say why `stand_in` cannot do what `user` does there: `fn(user, stand_in) -> sentence | None`."""
    _checks.append(function)
    return function


def create_absence(
    *, actor: Actor, stand_in: User, starts_on: dt.date, ends_on: dt.date, user: User | None = None, note: str = ""
) -> Absence:
    """Somebody will be away; the stand-in is told. Without `user` the actor himself.

    Raises:
        InvalidInput: dates that cannot be, or a stand-in who cannot. NotAllowed: another person's absence.
    """
    away = user or User.objects.filter(pk=actor.user_id).first()
    if away is None:
        raise InvalidInput({"user": [_("Choose who is away.")]})
    _refuse_others(away, actor)
    if ends_on < clock.today():
        raise InvalidInput({"ends_on": [_("This is over. Choose a day from today on.")]})
    _check(away, stand_in, starts_on, ends_on)
    absence = records.create(
        Absence, actor=actor, user=away, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on, note=note
    )
    tell_stand_in(absence, actor=actor)
    return absence


def update_absence(absence: Absence, *, actor: Actor, version: int | None = None, **changes: Any) -> Absence:
    """Change dates, note or stand-in; who is away stays.

    Raises:
        InvalidInput, NotAllowed, Stale
    """
    _refuse_others(absence.user, actor)
    changes.pop("user", None)
    after = {name: changes.get(name, getattr(absence, name)) for name in ("stand_in", "starts_on", "ends_on")}
    _check(absence.user, **after, but=absence.pk)
    changed = records.update(absence, actor=actor, version=version, **changes)
    if changed.stand_in_id != absence.stand_in_id or changed.starts_on != absence.starts_on:
        tell_stand_in(changed, actor=actor)
    return changed


def withdraw_absence(absence: Absence, *, actor: Actor) -> Absence:
    """It does not hold any more: the person is back, or stays. What was decided in the meantime stands."""
    _refuse_others(absence.user, actor)
    return records.update(absence, actor=actor, verb="withdrawn", withdrawn=True)


def may_change(absence: Absence, actor: Actor) -> str | None:
    """Why the actor cannot change an absence; None when he can."""
    if absence.withdrawn:
        return _("It was withdrawn. Enter a new one instead.")
    if absence.user_id != actor.user_id and not actor.may("org.manage"):
        return _("Only the person who is away, or an administrator, changes this.")
    return None


def _refuse_others(user: User, actor: Actor) -> None:
    if user.pk != actor.user_id and not actor.may("org.manage"):
        raise NotAllowed(_("Only the person who is away, or an administrator, changes this."))


def _check(user: User, stand_in: User, starts_on: dt.date, ends_on: dt.date, but: int | None = None) -> None:
    """Raise InvalidInput for what cannot be; the person's row is locked, so that two cannot overlap."""
    records.locked_row(user)
    if ends_on < starts_on:
        raise InvalidInput({"ends_on": [_("The last day comes before the first one.")]})
    if ends_on - starts_on > LONGEST:
        raise InvalidInput({"ends_on": [_("At most a year at a time. For longer, change the roles.")]})
    if stand_in.person_id == user.person_id:
        raise InvalidInput({"stand_in": [_("Nobody stands in for himself. Choose somebody else.")]})
    if not stand_in.is_active or stand_in.kind != User.Kind.STAFF:
        raise InvalidInput({"stand_in": [_("This account is closed or not of our staff. Choose somebody else.")]})
    faults = [sentence for check in _checks if (sentence := check(user, stand_in))]
    if faults:
        raise InvalidInput({"stand_in": faults})
    meant = Absence.objects.unscoped(COVER).filter(starts_on__lte=ends_on, ends_on__gte=starts_on, withdrawn=False)
    if meant.filter(user=user).exclude(pk=but).exists():
        raise InvalidInput({"starts_on": [_("There is an absence in this time already. Change that one instead.")]})
    if meant.filter(user=stand_in).exists():
        words = {"who": stand_in.name}
        raise InvalidInput({"stand_in": [_("%(who)s is away in this time. Choose somebody else.") % words]})
