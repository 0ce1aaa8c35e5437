"""Pages of deliveries: what was sent, what waits, what is parked and may be sent again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.outbox import selectors, services
from srm.outbox.models import Delivery
from srm.outbox.tables import SORTS, DeliveryFilter, DeliveryTable
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.slots import Action

VIEW, MANAGE = "integrations.view", "integrations.manage"


def _parked(_actor: object) -> int:
    return selectors.counts()["parked"]


@menu("settings", gettext_lazy("Deliveries"), order=62, permission=MANAGE, count=_parked)
class DeliveryList(ListPage):
    """Mails and webhooks on their way, newest first."""

    exportable = False
    model = Delivery
    permission = VIEW
    title = gettext_lazy("Deliveries")
    table = DeliveryTable
    filterset = DeliveryFilter
    sorts = SORTS
    views = [
        ("parked", gettext_lazy("Parked"), {"state": "parked"}),
        ("waiting", gettext_lazy("Waiting"), {"state": "pending"}),
        ("webhooks", gettext_lazy("Webhooks"), {"channel": "webhook"}),
    ]
    empty = (gettext_lazy("Nothing was sent yet."), gettext_lazy("Mails and webhooks show up here as they leave."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("event")

    def actions(self) -> list[Action]:
        if not self.actor.may(MANAGE) or not self.queryset().filter(state=Delivery.State.PARKED).exists():
            return []
        return [Action("retry-all", _("Send parked again"), reverse("outbox:retry-all"))]


class DeliveryDetail(DetailPage):
    """One delivery: how often it was tried and what came back. What it says stays between sender and receiver."""

    model = Delivery
    permission = VIEW
    facts = [
        "channel", "target", ("event.kind", gettext_lazy("Event")), ("event.public_id", gettext_lazy("Event id")),
        ("event.sequence", gettext_lazy("Number in the change feed")), ("event.created_at", gettext_lazy("Time")),
        "attempts", "status_code", "last_error", "next_at", "sent_at",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("event")

    def fact_next_at(self) -> str:
        """Only while there is a next attempt."""
        return formats.moment(self.object.next_at) if self.object.state == Delivery.State.PENDING else ""

    def actions(self) -> list[Action]:
        if not self.actor.may(MANAGE) or self.object.state == Delivery.State.PENDING:
            return []
        address = reverse("outbox:delivery-retry", args=[self.object.public_id])
        return [Action("retry", _("Send again"), address, tone="primary", direct=True)]


class DeliveryRetry(ActionPage):
    """Sends one delivery again."""

    model = Delivery
    permission = MANAGE
    name = "retry"
    title = gettext_lazy("Send again")
    ask = gettext_lazy("The receiver gets it with the same id, and can drop it if it has it already.")
    submit = gettext_lazy("Send again")
    done = gettext_lazy("It goes out in a moment.")

    def act(self, form: Any) -> Any:
        services.retry(self.object, actor=self.actor)
        return None if self.object.target else reverse("outbox:delivery-list")


class RetryAll(ActionPage):
    """Sends all parked deliveries again, a thousand at a time."""

    permission = MANAGE
    name = "retry-all"
    title = gettext_lazy("Send parked deliveries again")
    submit = gettext_lazy("Send again")
    done = gettext_lazy("They go out in a moment.")
    ask = gettext_lazy("Do this after the cause is repaired. Each receiver gets the same ids as before.")

    def act(self, form: Any) -> str:
        for delivery in Delivery.objects.visible_to(self.actor).filter(state=Delivery.State.PARKED)[:1000]:
            services.retry(delivery, actor=self.actor)
        return reverse("outbox:delivery-list")
