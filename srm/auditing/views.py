"""Pages of the log. Nothing can be edited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from srm.audit.models import AuditEvent, SecurityEvent
from srm.audit.panels import all_changes, model_of, names_behind, sentence
from srm.auditing import exchange, filters, services, tables
from srm.core.errors import Missing
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.reading import visible
from srm.ui.slots import Action

VIEW, EXPORT = "audit.view", "audit.export"
# Digits of a number that both databases can hold.
LONGEST = 19
SORTS = {"-at": ("-id",), "at": ("id",)}


@menu("settings", gettext_lazy("Audit log"), order=80)
class EventList(ListPage):
    model, permission, title = AuditEvent, VIEW, gettext_lazy("Audit log")
    table, filterset, sheet, export_permission = tables.EventTable, filters.EventFilter, exchange.EventSheet, EXPORT
    sorts = {"-at": ("-sequence",), "at": ("sequence",)}
    empty = (gettext_lazy("Nothing happened yet."), gettext_lazy("Whatever anybody does shows here."))

    def row_url(self, row: AuditEvent) -> str | None:
        return address_of(row)

    def above(self) -> tuple[str, dict]:
        return "srm/auditing/_check.html", {"check": services.latest_check()}

    def actions(self) -> list[Action]:
        return [
            Action("attempts", _("Refused attempts"), reverse("auditing:securityevent-list")),
            Action("check", _("Check the chain"), reverse("auditing:auditevent-check")),
        ]


@menu("settings", gettext_lazy("Refused attempts"), order=81)
class AttemptList(ListPage):
    model, permission, title = SecurityEvent, VIEW, gettext_lazy("Refused attempts")
    table, filterset, sheet, export_permission = (
        tables.AttemptTable,
        filters.AttemptFilter,
        exchange.AttemptSheet,
        EXPORT,
    )
    sorts = SORTS
    empty = (
        gettext_lazy("Nobody was refused yet."),
        gettext_lazy("Failed log-ins and what somebody tried without the right to do it show here."),
    )

    def row_url(self, row: SecurityEvent) -> str | None:
        return None

    def actions(self) -> list[Action]:
        return [Action("log", _("Audit log"), reverse("auditing:auditevent-list"))]


class EventDetail(DetailPage):
    """One event: every field before and after, and its place in the chain."""

    model, permission = AuditEvent, VIEW
    facts = [
        ("at", gettext_lazy("When")), ("who", gettext_lazy("Who")), ("did", gettext_lazy("What")),
        ("kind", gettext_lazy("Kind of record")), ("document", gettext_lazy("Document")), ("reason", gettext_lazy("Reason")),
        ("request_id", gettext_lazy("Request id")), ("previous_hash", gettext_lazy("Hash before")), ("hash", gettext_lazy("Hash")),
    ]  # fmt: skip
    lines = ("change_rows", tables.ChangeTable)
    lines_title = gettext_lazy("Before and now")

    def load(self) -> Model:
        number = self.kwargs["public_id"]
        known = number.isascii() and number.isdigit() and len(number) < LONGEST
        found = visible(AuditEvent, self.actor).filter(sequence=int(number)).first() if known else None
        if found is None:
            raise Missing()
        return found

    def lead(self) -> str | None:
        return None

    def heading(self) -> Any:
        return f"{tables.who(self.object)}: {tables.did(self.object)}"

    def eyebrow(self) -> list[Any]:
        return [_("Event %(no)s") % {"no": self.object.sequence}, tables.kind_of(self.object)]

    def fact_who(self) -> str:
        names = names_behind([self.object])
        return str(sentence(self.object, on_behalf_of=names.get(self.object.on_behalf_of or 0, "")).who)

    def fact_did(self) -> str:
        return tables.did(self.object)

    def fact_kind(self) -> str:
        return tables.kind_of(self.object)

    def fact_document(self) -> Any:
        return self.object.subject_text

    def change_rows(self) -> list[dict[str, str]]:
        """Every field that the event names."""
        return [{"field": name, "before": old, "after": new} for name, old, new in all_changes(self.object)]

    def tabs(self) -> list[Any]:
        """An event has no history of its own."""
        return super().tabs()[:1]

    def history(self, limit: int) -> list[Any]:
        return []

    def actions(self) -> list[Action]:
        model = model_of(self.object.root_kind)
        document = model(public_id=self.object.root_id) if model is not None and hasattr(model, "public_id") else None
        address = url_of(document) if document is not None else None
        events = f"{reverse('auditing:auditevent-list')}?q={self.object.root_id}"
        return [
            Action("events", _("All of this document"), events),
            *([Action("open", _("Open it"), address)] if address else []),
        ]


class ChainCheck(ActionPage):
    """Walk the whole chain."""

    model, permission, name, route, loads_object = AuditEvent, VIEW, "check", "check/", False
    title, submit = gettext_lazy("Check the chain"), gettext_lazy("Check")
    ask = gettext_lazy("Every event is compared with the one before it. This takes a few seconds; the result is noted.")

    def act(self, form: Any) -> str:
        found = services.check_chain(actor=self.actor)
        if found:
            words = ngettext("%(n)s fault was found.", "%(n)s faults were found.", len(found)) % {"n": len(found)}
            messages.error(self.request, words)
        else:
            messages.success(self.request, _("The chain holds."))
        return reverse("auditing:auditevent-list")


def address_of(event: AuditEvent) -> str:
    """The page of an event."""
    return reverse("auditing:auditevent-detail", args=[event.sequence])
