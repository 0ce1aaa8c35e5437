"""Who is away today, and who stands in for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from srm.core import clock
from srm.core.actor import Actor
from srm.org.models import Absence
from srm.people.models import User

COVER = "who stands in for whom decides what one may do, whoever looks"


def covered_by(actor: Actor) -> QuerySet[User]:
    """Living accounts that are away today and for whom the actor stands in. Not their stand-ins' stand-ins."""
    if actor.user_id is None:
        return User.objects.none()
    away = Absence.objects.unscoped(COVER).on(clock.today()).filter(stand_in_id=actor.user_id)
    return User.objects.filter(pk__in=away.values("user_id"), is_active=True, kind=User.Kind.STAFF)


def stand_ins_of(users: Iterable[User]) -> dict[int, list[User]]:
    """Account's key -> who stands in for it today."""
    found: dict[int, list[User]] = defaultdict(list)
    away = Absence.objects.unscoped(COVER).on(clock.today()).filter(user__in=[user.pk for user in users])
    for absence in away.select_related("stand_in"):
        found[absence.user_id].append(absence.stand_in)
    return found
