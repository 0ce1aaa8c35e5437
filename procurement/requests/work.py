"""The statement of work: what somebody is to do, what he hands over, and in which period.

A request line of a service says it; the line of the tender and of the order that serve it say the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.models import Item
from srm.core.search import fold

WORK = ("work", "deliverables", "work_from", "work_to")
LONGEST = 4000
# What of a description is compared beside the mark of the work.
COMPARED = 250


class Work(models.Model):
    """Columns of every line that may be a service. Dates are calendar days, both included."""

    work = models.TextField(gettext_lazy("Work to be done"), blank=True, default="", db_default="")
    deliverables = models.TextField(gettext_lazy("What is handed over"), blank=True, default="", db_default="")
    work_from = models.DateField(gettext_lazy("Work begins"), null=True, blank=True)
    work_to = models.DateField(gettext_lazy("Work ends"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def work_values(self) -> dict[str, Any]:
        """The statement, to be copied to another document's line."""
        return {name: getattr(self, name) for name in WORK}

    @property
    def work_facts(self) -> list[tuple[str, str]]:
        """(label, text) of what is said, in the reader's language."""
        from srm.ui import formats

        days = [formats.day(day) if day else "" for day in (self.work_from, self.work_to)]
        period = {
            (True, True): _("%(first)s to %(last)s"), (True, False): _("from %(first)s"), (False, True): _("until %(last)s"),
        }.get((bool(days[0]), bool(days[1])), "")  # fmt: skip
        said = [
            (_("Work to be done"), self.work), (_("What is handed over"), self.deliverables),
            (_("Period"), period % {"first": days[0], "last": days[1]} if period else ""),
        ]  # fmt: skip
        return [(label, text) for label, text in said if text]

    @property
    def work_said(self) -> str:
        """The statement on one line, for tables."""
        return " · ".join(f"{label}: {text}" for label, text in self.work_facts)


def read_work(line: Mapping[str, Any]) -> dict[str, Any]:
    """The statement as it was typed, without spaces around it."""
    texts = {name: str(line.get(name) or "").strip() for name in WORK[:2]}
    return {**texts, **{name: line.get(name) for name in WORK[2:]}}


def faults_of(values: Mapping[str, Any], item: Item | None) -> dict[str, str]:
    """What is wrong with a statement of work, by field."""
    if not any(values.values()):
        return {}
    found: dict[str, str] = {}
    if item is not None and not item.is_service:
        return {"work": _("“%(item)s” is no service. Only the work of a service is described.") % {"item": item}}
    if not values["work"]:
        found["work"] = _("Say what is to be done.")
    for name in WORK[:2]:
        if len(values[name]) > LONGEST:
            found[name] = _("At most %(n)d characters, please.") % {"n": LONGEST}
    first, last = values["work_from"], values["work_to"]
    if first and last and last < first:
        found["work_to"] = _("The work cannot end before it begins.")
    return found


def key_of(item: Item | None, description: str, work: Mapping[str, Any]) -> str:
    """What tells needs without the same item, or with different work, apart when equal needs are merged."""
    words = "" if item else fold(description)[:300]
    if not work["work"]:
        return words
    said = "\0".join(fold(str(work[name])) if isinstance(work[name], str) else str(work[name]) for name in WORK)
    return f"{words[:COMPARED]} #{hashlib.sha256(said.encode()).hexdigest()[:32]}".strip()


def moved(work: Mapping[str, Any], by: dt.timedelta) -> dict[str, Any]:
    """The same work, that much later."""
    return {**work, **{name: work[name] + by for name in WORK[2:] if work.get(name)}}
