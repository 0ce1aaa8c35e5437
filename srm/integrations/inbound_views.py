"""Pages of systems that call us, and of what they sent."""

from __future__ import annotations

from typing import Any

import orjson
from django import forms as django_forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from srm.integrations import inbound
from srm.integrations.models import InboundMessage, InboundSource
from srm.integrations.views import ShowsKey
from srm.people.models import User
from srm.ui import filters, forms, tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, ListPage
from srm.ui.slots import Action

VIEW, MANAGE, ACCOUNTS = "integrations.view", "integrations.manage", "org.manage"


class SourceTable(tables.Table):
    system = tables.TextColumn()
    account = tables.TextColumn(accessor="account.name")
    active = tables.FlagColumn()
    created_at = tables.TimeColumn()

    class Meta:
        model = InboundSource


class SourceForm(forms.Form):
    """A system and the program's account it acts as."""

    system = django_forms.SlugField(
        label=gettext_lazy("System"), max_length=40, help_text=gettext_lazy("A short name: crm, accounting.")
    )
    account = django_forms.ModelChoiceField(
        label=gettext_lazy("Acts as"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("An account for programs; messages get its rights and no others."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        accounts = self.fields["account"]
        assert isinstance(accounts, django_forms.ModelChoiceField)
        accounts.queryset = User.objects.filter(kind=User.Kind.SERVICE, is_active=True)


@menu("settings", gettext_lazy("Incoming connections"), order=64, permission=ACCOUNTS)
class SourceList(ListPage):
    """Systems that may call us."""

    exportable = False
    model = InboundSource
    permission = VIEW
    title = gettext_lazy("Incoming connections")
    table = SourceTable
    create_label = gettext_lazy("New connection")
    empty = (
        gettext_lazy("No system calls us yet."),
        gettext_lazy("A CRM can raise requests, an accounting system can report payments, by signed messages."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("account")


class SourceDetail(DetailPage):
    """A system that may call us, and where."""

    model = InboundSource
    permission = VIEW
    facts = ["account", "active", "created_at", ("address", gettext_lazy("Address to call"))]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("account")

    def fact_address(self) -> str:
        """Where its messages go."""
        return self.request.build_absolute_uri(reverse("api:inbound", args=[self.object.public_id]))

    def actions(self) -> list[Action]:
        if not self.actor.may(ACCOUNTS):
            return []
        switch = ("stop", _("Stop"), "danger") if self.object.active else ("start", _("Start"), "primary")
        return [self._action("renew", _("New key"), "neutral"), self._action(*switch)]

    def _action(self, name: str, label: str, tone: str) -> Action:
        return Action(
            name, label, reverse(f"integrations:inboundsource-{name}", args=[self.object.public_id]), tone=tone
        )


@method_decorator(never_cache, name="dispatch")
class SourceCreate(ShowsKey, CreatePage):
    """Lets a system call us."""

    model = InboundSource
    permission = ACCOUNTS
    title = gettext_lazy("New connection")
    form = SourceForm
    service = inbound.create_source
    submit = gettext_lazy("Add and show the key")


@method_decorator(never_cache, name="dispatch")
class SourceRenew(ShowsKey, ActionPage):
    """Changes the key."""

    model = InboundSource
    permission = ACCOUNTS
    name = "renew"
    title = gettext_lazy("New key")
    ask = gettext_lazy("The old key stops working at once.")
    submit = gettext_lazy("Make a new key")

    def act(self, form: Any) -> InboundSource:
        return inbound.renew_source_secret(self.object, actor=self.actor)


class SourceStop(ActionPage):
    """Stops listening."""

    model = InboundSource
    permission = ACCOUNTS
    name = "stop"
    title = gettext_lazy("Stop the connection")
    ask = gettext_lazy("Its messages are refused until it is started again.")
    submit = gettext_lazy("Stop")
    tone = "danger"
    active = False

    def act(self, form: Any) -> InboundSource:
        return inbound.set_active(self.object, actor=self.actor, active=self.active)


class SourceStart(SourceStop):
    """Listens again."""

    model = InboundSource
    permission = ACCOUNTS
    name = "start"
    title = gettext_lazy("Start the connection")
    ask = gettext_lazy("Its messages are taken in again.")
    submit = gettext_lazy("Start")
    tone = "primary"
    active = True


# ------------------------------------------------------------------------------------------------------- messages


class MessageTable(tables.Table):
    kind = tables.TextColumn(hint="message_id")
    source = tables.TextColumn(accessor="source.system")
    outcome = tables.StateColumn()
    error = tables.TextColumn()
    received_at = tables.TimeColumn()
    handled_at = tables.TimeColumn()

    class Meta:
        model = InboundMessage


class MessageFilter(filters.FilterSet):
    outcome = filters.MultiChoiceFilter(choices=InboundMessage.Outcome.choices, label=gettext_lazy("State"))
    kind = filters.CharFilter(label=gettext_lazy("Kind"))

    class Meta:
        model = InboundMessage
        fields: list[str] = []


class MessageList(ListPage):
    """What other systems sent, newest first."""

    exportable = False
    model = InboundMessage
    permission = MANAGE
    title = gettext_lazy("Incoming messages")
    table = MessageTable
    filterset = MessageFilter
    sorts = {"-received": ("-id",), "received": ("id",)}
    views = [("refused", gettext_lazy("Refused"), {"outcome": "refused"})]
    empty = (gettext_lazy("Nothing came in yet."), gettext_lazy("Messages of connected systems show up here."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("source")


class MessageDetail(DetailPage):
    """One message, as it came."""

    model = InboundMessage
    permission = MANAGE
    facts = ["source", "outcome", "message_id", "sent_at", "received_at", "handled_at", "error", "payload"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("source")

    def fact_payload(self) -> SafeString:
        """Its content."""
        content = orjson.dumps(self.object.payload, option=orjson.OPT_INDENT_2).decode()
        return format_html("<pre>{}</pre>", content[:20_000])

    def actions(self) -> list[Action]:
        if self.object.outcome != InboundMessage.Outcome.REFUSED:
            return []
        address = reverse("integrations:inboundmessage-again", args=[self.object.public_id])
        return [Action("again", _("Try again"), address, tone="primary", direct=True)]


class MessageAgain(ActionPage):
    """Handles a refused message once more."""

    model = InboundMessage
    permission = MANAGE
    name = "again"
    title = gettext_lazy("Try again")
    ask = gettext_lazy("It is handled with the rights of the connection's account.")
    submit = gettext_lazy("Try again")
    done = gettext_lazy("It is handled in a moment.")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("source__account")

    def act(self, form: Any) -> InboundMessage:
        return inbound.try_again(self.object, actor=self.actor)
