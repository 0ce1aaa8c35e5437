"""Pages of one-time purchases: the order for a request, and what a firm allows."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.onetime import filters, forms, rules, services, tables
from procurement.onetime.models import RULES, OnceRule
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.slots import Action, provides

SELLER = ("name", "country", "tax_id", "email", "phone", "address")


class OrderOnce(ActionPage):
    """Who sells it and what it costs; the draft order is the answer."""

    model, permission, name, route = PurchaseRequest, services.EDIT, "order", "requests/<str:public_id>/"
    form = forms.OnceForm
    title = gettext_lazy("Order from a one-time supplier")
    submit = gettext_lazy("Write the order")
    done = gettext_lazy("The draft order is written. Somebody else approves it.")
    ask = gettext_lazy("For a single purchase from somebody who is not in the directory, and will not be asked again.")

    @classmethod
    def url_name(cls) -> str:
        return "onetime:purchaserequest-order"

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity", "department")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if reason := services.why_not_orderable(self.object, self.actor):
            raise RuleBroken([reason])
        return super().get(request, *args, **kwargs)

    def heading(self) -> Any:
        return self.title

    def eyebrow(self) -> list[Any]:
        return [self.object.number, self.object.title]

    @cached_property
    def needs(self) -> list[RequestLine]:
        """The lines of which something is open."""
        rows = self.object.lines.select_related("item", "unit", "base_unit", "place")
        return [line for line in rows if services.is_open(line)]

    def form_options(self) -> dict[str, Any]:
        needs = [(line.public_id, str(line), formats.quantity(*services.open_part(line))) for line in self.needs]
        return {**super().form_options(), "needs": needs}

    def initial(self) -> dict[str, Any]:
        guessed = {forms.PREFIX + line.public_id: line.estimate for line in self.needs if line.estimate}
        name = self.object.seller.split("\n")[0][:200]
        return {"name": name, "currency": self.object.legal_entity.currency, **guessed, **super().initial()}

    def act(self, form: forms.OnceForm) -> Any:
        values, lines = form.cleaned_data, form.prices
        try:
            return services.order_once(
                actor=self.actor, request=self.object, lines=lines, supplier=values["supplier"],
                seller={name: values[name] for name in SELLER}, currency=values["currency"], freight=values["freight"],
                note=values["note"],
            )  # fmt: skip
        except InvalidInput as fault:
            raise InvalidInput(_at_fields(fault, lines)) from fault


def _at_fields(fault: InvalidInput, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The service's "lines.2.price" under the field in which that price was typed."""
    placed: dict[str, Any] = {}
    for name, sentences in fault.errors.items():
        part, _dot, rest = name.partition(".")
        no = rest.partition(".")[0]
        known = part == "lines" and no.isdigit() and int(no) < len(lines)
        placed.setdefault(forms.PREFIX + lines[int(no)]["line"] if known else name, []).extend(sentences)
    return placed


@provides("actions")
def once_action(document: Any, actor: Actor) -> list[Action]:
    """On a request of which something is open, where its firm buys so."""
    if not isinstance(document, PurchaseRequest) or not actor.may(services.EDIT):
        return []
    if not any(map(services.is_open, document.lines.all())) or rules.rule_of(document.legal_entity_id) is None:
        return []
    address = reverse(OrderOnce.url_name(), args=[document.public_id])
    return [Action("once", _("Order from a one-time supplier"), address)]


@menu("settings", gettext_lazy("One-time suppliers"), order=63)
class RuleList(ListPage):
    model, permission, title = OnceRule, RULES, gettext_lazy("One-time suppliers")
    create_label = gettext_lazy("New rule of one-time suppliers")
    table, filterset = tables.RuleTable, filters.RuleFilter
    sorts = {"entity": ("legal_entity__code", "id"), "-entity": ("-legal_entity__code", "-id")}
    empty = (
        gettext_lazy("No firm buys from one-time suppliers yet."),
        gettext_lazy("With a rule, a buyer orders small things once from somebody who is not in the directory."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")


class RuleDetail(DetailPage):
    model, permission = OnceRule, RULES
    facts = ["legal_entity", "is_on", ("most", gettext_lazy("At most an order")), "most_orders"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("legal_entity")

    def fact_most(self) -> str:
        return formats.money(self.object.most_amount, self.object.legal_entity.currency)


class RuleCreate(CreatePage):
    model, permission, title = OnceRule, RULES, gettext_lazy("New rule of one-time suppliers")
    form, service = forms.RuleForm, rules.create_rule


class RuleEdit(EditPage):
    model, permission = OnceRule, RULES
    form, service = forms.RuleForm, rules.update_rule
