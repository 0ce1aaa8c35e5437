"""The inbox of notices, and each reader's choice of how to hear of what."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.notify import selectors, services
from srm.notify.forms import ChoicesForm
from srm.notify.models import Notice
from srm.ui import filters, tables
from srm.ui.pages import ActionPage, ListPage
from srm.ui.slots import Action


class NoticeColumn(tables.TextColumn):
    """The notice as a link to what it is about; following it also marks it read (by POST: reading a list changes
    nothing). Without JavaScript the link still leads there."""

    def cell(self, row: Notice, name: str) -> SafeString:
        """Title and text, bold while unread."""
        opened = reverse("notify:notice-open", args=[row.public_id])
        weight = "" if row.read_at else "fw-bold"
        words = format_html('<span class="{}">{}</span>', weight, row.title)
        unread = "" if row.read_at else format_html('<span class="visually-hidden"> ({})</span>', _("unread"))
        link = format_html(
            '<a href="{}" hx-post="{}" hx-swap="none">{}{}</a>',
            row.url or reverse("notify:notice-list"),
            opened,
            words,
            unread,
        )
        return format_html("{}<small>{}</small>", link, row.body) if row.body else link


class NoticeTable(tables.Table):
    title = NoticeColumn()
    created_at = tables.TimeColumn()
    read_at = tables.TimeColumn()

    class Meta:
        model = Notice
        hidden = ("read_at",)


class NoticeFilter(filters.FilterSet):
    unread = filters.FlagFilter(label=gettext_lazy("Unread"), method="only_unread")

    class Meta:
        model = Notice
        fields: list[str] = []

    def only_unread(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        """What waits."""
        return queryset.filter(read_at=None) if value else queryset


class NoticeList(ListPage):
    """What I was told, newest first."""

    exportable = False
    model = Notice
    permission = "notify.view"
    title = gettext_lazy("Notices")
    table = NoticeTable
    filterset = NoticeFilter
    sorts = {"-created": ("-id",), "created": ("id",)}
    views = [("unread", gettext_lazy("Unread"), {"unread": "1"})]
    empty = (
        gettext_lazy("Nothing to tell you."),
        gettext_lazy("Decisions and deadlines that concern you show up here."),
    )

    def row_url(self, row: Any) -> None:
        """The link in the first column also marks the notice as read."""
        return None

    def actions(self) -> list[Action]:
        found = [Action("settings", _("Choose what you get"), reverse("notify:settings"))]
        if selectors.unread_count(self.actor):
            found.insert(0, Action("read-all", _("Mark all as read"), reverse("notify:read-all"), direct=True))
        return found


class NoticeOpen(ActionPage):
    """Marks a notice as read and goes to what it is about."""

    model = Notice
    permission = "notify.view"
    name = "open"
    title = gettext_lazy("Open the notice")
    submit = gettext_lazy("Open")

    def act(self, form: Any) -> str:
        services.mark_read(self.object, actor=self.actor)
        return self.object.url or reverse("notify:notice-list")

    def heading(self) -> Any:
        return self.object.title

    def back_url(self) -> str:
        return reverse("notify:notice-list")

    def finished(self, result: Any) -> HttpResponseBase:
        if getattr(self.request, "htmx", None):
            return HttpResponse(status=204, headers={"HX-Redirect": self.after(result)})
        return super().finished(result)


class ReadAll(ActionPage):
    """Marks everything as read."""

    permission = "notify.view"
    name = "read-all"
    title = gettext_lazy("Mark all as read")
    submit = gettext_lazy("Mark all as read")

    def act(self, form: Any) -> str:
        services.mark_all_read(actor=self.actor)
        return reverse("notify:notice-list")


class Settings(ActionPage):
    """How I hear of what."""

    permission = "notify.view"
    name = "settings"
    title = gettext_lazy("Which notices you get")
    template = "ui/form.html"
    form = ChoicesForm
    submit = gettext_lazy("Save")
    done = gettext_lazy("Saved.")
    hint = gettext_lazy("The daily summary comes in the morning. What is required for the work cannot be switched off.")

    def act(self, form: Any) -> str:
        services.choose(actor=self.actor, channels=form.chosen())
        return reverse("notify:settings")

    def back_url(self) -> str:
        return reverse("notify:notice-list")

    def initial(self) -> dict[str, Any]:
        return {}
