"""The ticker's tour of documents whose time has come."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import models

from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow.registry import due_models
from srm.flow.uow import unit_of_work
from srm.jobs.ticker import every

log = logging.getLogger("srm.flow")
PER_ROUND = 200
REST = dt.timedelta(minutes=1)
_resting: dict[tuple[type[models.Model], object], dt.datetime] = {}


@every(2, name="flow.due")
def run_due() -> int:
    """Call the handler of each document whose `next_check` has come, each in a unit of work of its own.

    The handler looks again under its lock, does what is due and moves `next_check`. A document whose handler fails
    rests for a minute, so that a few bad ones at the head of the queue do not hold up all others.
    """
    done, faults = 0, []
    for key in [key for key, until in _resting.items() if until <= clock.now()]:
        del _resting[key]
    for model, handler in due_models().items():
        tired = [pk for (kind, pk) in _resting if kind is model]
        rows = model._base_manager.filter(next_check__lte=clock.now()).exclude(pk__in=tired)
        for document in rows.order_by("next_check", "pk")[:PER_ROUND]:
            try:
                with unit_of_work():
                    handler(document, actor=SYSTEM)
                done += 1
            except Exception:
                log.exception("due event of %s %s failed", model._meta.label, document.pk)
                faults.append(f"{model._meta.label} {document.pk}")
                _resting[model, document.pk] = clock.now() + REST
    if faults:
        raise RuntimeError(f"due events failed: {', '.join(faults[:10])}")
    return done
