"""Pages of webhooks and external references."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from srm.core import clock
from srm.core.actor import Actor
from srm.integrations import forms, selectors, services
from srm.integrations.models import ExternalRef, WebhookEndpoint
from srm.integrations.tables import REF_SORTS, WEBHOOK_SORTS, RefFilter, RefTable, WebhookFilter, WebhookTable
from srm.outbox.models import Delivery
from srm.outbox.tables import DeliveryTable
from srm.ui import formats, tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action

VIEW, MANAGE = "integrations.view", "integrations.manage"
LATEST = 50


@menu("settings", gettext_lazy("Webhooks"), order=61, permission=MANAGE)
class WebhookList(ListPage):
    """Addresses that are called when something changes."""

    exportable = False
    model = WebhookEndpoint
    permission = VIEW
    title = gettext_lazy("Webhooks")
    table = WebhookTable
    filterset = WebhookFilter
    sorts = WEBHOOK_SORTS
    create_label = gettext_lazy("New webhook")
    empty = (
        gettext_lazy("No webhooks yet."),
        gettext_lazy("A webhook tells another system at once when an item, a supplier or an order changes."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("owner")


class WebhookDetail(DetailPage):
    """A webhook, and what was sent to it."""

    model = WebhookEndpoint
    permission = VIEW
    facts = ["url", "kinds", "active", "stopped_because", "failures", "owner", "created_at", "old_secret_until"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("owner")

    def fact_kinds(self) -> str:
        """The events, in words."""
        return forms.as_typed(self.object.kinds) or _("all")

    def fact_old_secret_until(self) -> str:
        """Only while two keys sign."""
        at = self.object.old_secret_until
        return formats.moment(at) if at and self.object.has_old_secret(clock.now()) else ""

    def warnings(self) -> list[Any]:
        if self.object.active:
            return []
        return [_("This webhook is stopped; nothing is sent. Start it by Edit, then replay what it missed.")]

    def actions(self) -> list[Action]:
        if not self.actor.may(MANAGE):
            return []
        stopped = [] if self.object.active else [_("This webhook is stopped. Start it first.")]
        return [
            *super().actions(),
            self._action("test", _("Send a test"), stopped, direct=True),
            self._action("replay", _("Replay"), stopped),
            self._action("renew", _("New key"), []),
            self._action("remove", _("Remove"), [], tone="danger"),
        ]

    def _action(self, name: str, label: str, reasons: list, **options: Any) -> Action:
        address = reverse(f"integrations:webhookendpoint-{name}", args=[self.object.public_id])
        return Action(name, label, address, allowed=not reasons, reasons=reasons, **options)


@panel(WebhookEndpoint, gettext_lazy("Deliveries"), order=10, permission=VIEW)
def deliveries_panel(endpoint: WebhookEndpoint, actor: Actor, _request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """The latest deliveries with the answers they got."""
    rows = Delivery.objects.visible_to(actor).filter(channel="webhook", target=endpoint.public_id)
    latest = rows.select_related("event").order_by("-id")[:LATEST]
    columns = ["event", "state", "attempts", "status_code", "last_error", "created"]
    return "integrations/_deliveries.html", {"table": tables.render_ready(DeliveryTable, latest, actor, chosen=columns)}


class ShowsKey:
    """The answer shows the key, the only time it can be seen."""

    def finished(self, result: Any) -> HttpResponseBase:
        """The page with the key instead of a redirect: an address must not carry it."""
        self.template = "integrations/key.html"
        return self.show(status=201, endpoint=result, secret=result.shown_secret)  # type: ignore[attr-defined]


@method_decorator(never_cache, name="dispatch")
class WebhookCreate(ShowsKey, CreatePage):
    """Adds an address."""

    model = WebhookEndpoint
    permission = MANAGE
    title = gettext_lazy("New webhook")
    form = forms.WebhookForm
    service = services.create_webhook
    submit = gettext_lazy("Add and show the key")


class WebhookEdit(EditPage):
    """Changes an address, its events, or whether it is active."""

    model = WebhookEndpoint
    permission = MANAGE
    form = forms.WebhookForm
    service = services.update_webhook

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "kinds": forms.as_typed(self.object.kinds)}


class WebhookTest(ActionPage):
    """Sends a test message."""

    model = WebhookEndpoint
    permission = MANAGE
    name = "test"
    title = gettext_lazy("Send a test")
    ask = gettext_lazy("One message of kind webhook.test goes to this address.")
    submit = gettext_lazy("Send")
    done = gettext_lazy("The test is on its way; see Deliveries for the answer.")

    def act(self, form: Any) -> None:
        services.send_test(self.object, actor=self.actor)


class WebhookReplay(ActionPage):
    """Sends past events again."""

    model = WebhookEndpoint
    permission = MANAGE
    name = "replay"
    title = gettext_lazy("Replay events")
    form = forms.ReplayForm
    submit = gettext_lazy("Send again")

    def act(self, form: Any) -> None:
        sent = services.replay(self.object, after=form.cleaned_data["after"], actor=self.actor)
        self.done = ngettext("%(n)d event is sent again.", "%(n)d events are sent again.", sent) % {"n": sent}


@method_decorator(never_cache, name="dispatch")
class WebhookRenew(ShowsKey, ActionPage):
    """Changes the key."""

    model = WebhookEndpoint
    permission = MANAGE
    name = "renew"
    title = gettext_lazy("New key")
    ask = gettext_lazy("For 24 hours messages carry the signatures of both keys, so that the receiver can change over.")
    submit = gettext_lazy("Make a new key")

    def act(self, form: Any) -> WebhookEndpoint:
        return services.renew_secret(self.object, actor=self.actor)


class WebhookRemove(ActionPage):
    """Ends a webhook for good."""

    model = WebhookEndpoint
    permission = MANAGE
    name = "remove"
    title = gettext_lazy("Remove the webhook")
    ask = gettext_lazy("Nothing is sent to this address any more. To pause it, untick Active instead.")
    submit = gettext_lazy("Remove")
    done = gettext_lazy("Removed.")
    tone = "danger"

    def act(self, form: Any) -> str:
        services.remove_webhook(self.object, actor=self.actor)
        return reverse("integrations:webhookendpoint-list")


# ------------------------------------------------------------------------------------------- external references


@menu("settings", gettext_lazy("Other systems"), order=63, permission=MANAGE)
class RefList(ListPage):
    """Under which ids other systems know our records."""

    model = ExternalRef
    permission = VIEW
    title = gettext_lazy("Ids in other systems")
    table = RefTable
    filterset = RefFilter
    sorts = REF_SORTS
    create_label = gettext_lazy("New link")
    empty = (gettext_lazy("No links yet."), gettext_lazy("Connectors make them; you can add one by hand."))


class RefDetail(DetailPage):
    """One link."""

    model = ExternalRef
    permission = VIEW
    facts = ["system", "kind", "object_id", "external_id", "created_at"]

    def actions(self) -> list[Action]:
        if not self.actor.may(MANAGE):
            return []
        address = reverse("integrations:externalref-unlink", args=[self.object.public_id])
        return [Action("unlink", _("Remove the link"), address, tone="danger")]


class RefCreate(CreatePage):
    """Links a record by hand."""

    model = ExternalRef
    permission = MANAGE
    title = gettext_lazy("New link")
    form = forms.LinkForm

    def call(self, cleaned: dict[str, Any]) -> ExternalRef:
        thing = selectors.record_of(cleaned["kind"], cleaned["object_id"], self.actor)
        return services.link(thing, system=cleaned["system"], external_id=cleaned["external_id"], actor=self.actor)


class RefUnlink(ActionPage):
    """Forgets a link."""

    model = ExternalRef
    permission = MANAGE
    name = "unlink"
    title = gettext_lazy("Remove the link")
    ask = gettext_lazy("Both systems keep their record. The next exchange may make a new one.")
    submit = gettext_lazy("Remove")
    done = gettext_lazy("Removed.")
    tone = "danger"

    def act(self, form: Any) -> str:
        services.unlink(self.object, actor=self.actor)
        return reverse("integrations:externalref-list")
