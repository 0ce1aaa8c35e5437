"""The daily summary, and forgetting old notices."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from srm.core import clock
from srm.core.actor import SYSTEM
from srm.jobs.ticker import daily
from srm.notify.models import Notice
from srm.notify.services import WHY, _mail
from srm.people.models import User

KEEP_DAYS = 180
MOST = 100


@daily(7, name="notify.digest")
def send_digests() -> int:
    """One mail to each who wants a summary and has something unread in it; how many were written."""
    waiting = Notice.objects.unscoped(WHY).filter(in_digest=True, digested_at=None)
    users = User.objects.filter(pk__in=waiting.values("user_id"), is_active=True)
    return sum(_digest(user) for user in users)


def _digest(user: User) -> bool:
    """Mark and mail in one transaction: after a kill the summary is sent once, not twice and not never."""
    with transaction.atomic():
        rows = Notice.objects.unscoped(WHY).select_for_update().filter(user=user, in_digest=True, digested_at=None)
        keys = list(rows.order_by("id").values_list("pk", flat=True))
        unread = list(rows.filter(read_at=None).order_by("-id").values_list("pk", flat=True)[:MOST])
        Notice.objects.unscoped(WHY).filter(pk__in=keys).update(digested_at=clock.now())
        if not unread:
            return False
        with translation.override(user.language):
            title = _("Your day: %(n)s notices") % {"n": len(unread)}
        _mail({"user": user.pk}, title, "/notify/", "mail/digest", {"notices": unread}, SYSTEM)
    return True


@daily(4, name="notify.tidy")
def tidy() -> None:
    """Read notices go after half a year."""
    old = clock.now() - dt.timedelta(days=KEEP_DAYS)
    Notice.objects.unscoped(WHY).filter(read_at__lt=old).delete()
