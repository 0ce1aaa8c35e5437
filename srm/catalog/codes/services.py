"""Loading code lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from srm.audit import services as audit
from srm.catalog.codes.models import Code
from srm.catalog.codes.reading import Line, lines_of
from srm.core import words
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, NotAllowed
from srm.core.search import fold
from srm.flow import uow

AT_ONCE = 2000
EDIT = "catalog.edit"
_SYSTEM = re.compile(r"[a-z][a-z0-9\-]{1,19}")


@dataclass(frozen=True)
class Loaded:
    """How many codes the file had, and how many of them were new or had got other names."""

    system: str
    count: int
    added: int
    changed: int


def load_codes(table: Iterable[list[Any]], *, system: str, actor: Actor) -> Loaded:
    """Bring the list `system` up to a table with a heading: known codes get its names, others are added.

    Raises:
        InvalidInput: the list's name or a line cannot be; nothing is loaded then.
        NotAllowed: the role may not edit the catalog.
    """
    uow.require()
    if not actor.may(EDIT):
        raise NotAllowed()
    system = system.strip().lower()
    if not _SYSTEM.fullmatch(system):
        raise InvalidInput({"system": _("A list's name is short: small Latin letters, digits, hyphens, like cpv.")})
    lines = {line.code: line for line in lines_of(table, system)}
    if not lines:
        raise InvalidInput({"file": _("The list is empty.")})
    known = {row[0]: row[1:] for row in Code.objects.filter(system=system).values_list("code", *_NAMES)}
    new = [_row(system, line) for line in lines.values() if line.code not in known]
    other = [_row(system, line) for line in lines.values() if line.code in known and known[line.code] != line.names]
    Code.objects.bulk_create(new, batch_size=AT_ONCE)
    Code.objects.bulk_create(
        other, batch_size=AT_ONCE, update_conflicts=True, unique_fields=["system", "code"],
        update_fields=[*_NAMES, "search_text"],
    )  # fmt: skip
    words.learn(row.search_text for row in (*new, *other))
    loaded = Loaded(system, len(lines), len(new), len(other))
    if new or other:
        first = Code.objects.filter(system=system).earliest("pk")
        changes = {"count": [len(known), len(known) + len(new)], "changed": [0, len(other)]}
        audit.record(actor=actor, verb="imported", subject=first, changes=changes, reason=system)
    return loaded


_NAMES = ("name_en", "name_ru", "name_bg")


def _row(system: str, line: Line) -> Code:
    names = dict(zip(_NAMES, line.names, strict=True))
    return Code(system=system, code=line.code, search_text=fold(" ".join([line.code, *line.names])), **names)
