"""Tables of templates and recurrences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.patterns.models import Recurrence, RequestTemplate, TemplateLine
from srm.ui import tables


class TemplateTable(tables.Table):
    name = tables.TextColumn(hint="title", sort="name")
    department = tables.TextColumn(accessor="department.name")
    owner = tables.TextColumn(accessor="owner.name")
    is_shared = tables.FlagColumn()
    line_count = tables.NumberColumn()
    lead_days = tables.NumberColumn()

    class Meta:
        model = RequestTemplate


class TemplateLineTable(tables.Table):
    what = tables.TextColumn(_("Item"), hint="note")
    quantity = tables.QuantityColumn(unit="unit")

    class Meta:
        model = TemplateLine


class RecurrenceTable(tables.Table):
    template = tables.TextColumn(accessor="template.name", hint="template.title")
    owner = tables.TextColumn(accessor="owner.name")
    every = tables.ChoiceColumn()
    next_on = tables.DateColumn(sort="next_on")
    ends_on = tables.DateColumn()
    submit_at_once = tables.FlagColumn()
    state = tables.StateColumn()

    class Meta:
        model = Recurrence


class RunTable(tables.Table):
    due_on = tables.DateColumn(_("Due on"))
    request = tables.LinkColumn(_("Request"), accessor="request")
    title = tables.TextColumn(_("What is it for"), accessor="request.title")
