"""How deliveries are listed and filtered."""

from django.utils.translation import gettext_lazy as _

from srm.outbox.models import Delivery
from srm.ui import filters, tables


class DeliveryTable(tables.Table):
    event = tables.TextColumn(accessor="event.kind", hint="event.public_id")
    channel = tables.TextColumn()
    target = tables.TextColumn()
    state = tables.StateColumn()
    attempts = tables.NumberColumn()
    status_code = tables.TextColumn()
    last_error = tables.TextColumn()
    next_at = tables.TimeColumn()
    created = tables.TimeColumn(_("Time"), accessor="event.created_at")

    class Meta:
        model = Delivery
        hidden = ("next_at",)


class DeliveryFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(choices=Delivery.State.choices, label=_("State"))
    channel = filters.ChoiceFilter(choices=[("webhook", _("Webhook")), ("mail", _("E-mail"))], label=_("Channel"))
    target = filters.CharFilter(label=_("Receiver"))

    class Meta:
        model = Delivery
        fields: list[str] = []


SORTS = {"-created": ("-id",), "created": ("id",)}
