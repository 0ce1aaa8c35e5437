"""How webhooks and references are listed and filtered."""

from django.utils.translation import gettext_lazy as _

from srm.integrations.models import ExternalRef, WebhookEndpoint
from srm.ui import filters, tables


class WebhookTable(tables.Table):
    name = tables.TextColumn(hint="url")
    kinds = tables.TagColumn()
    active = tables.FlagColumn()
    failures = tables.NumberColumn()
    stopped_because = tables.TextColumn()
    owner = tables.TextColumn(accessor="owner.name")
    created_at = tables.TimeColumn()

    class Meta:
        model = WebhookEndpoint
        hidden = ("created_at",)


class RefTable(tables.Table):
    system = tables.TextColumn()
    kind = tables.TextColumn()
    external_id = tables.TextColumn()
    object_id = tables.TextColumn()
    created_at = tables.TimeColumn()

    class Meta:
        model = ExternalRef


class RefFilter(filters.FilterSet):
    system = filters.CharFilter(label=_("System"))
    kind = filters.CharFilter(label=_("Kind"))
    external_id = filters.CharFilter(label=_("Id there"))
    object_id = filters.CharFilter(label=_("Our id"))

    class Meta:
        model = ExternalRef
        fields: list[str] = []


class WebhookFilter(filters.FilterSet):
    active = filters.YesNoFilter(label=_("Active"))

    class Meta:
        model = WebhookEndpoint
        fields: list[str] = []


WEBHOOK_SORTS = {"-created": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}
REF_SORTS = {"-created": ("-id",), "created": ("id",)}
