"""Pages of stock."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.flow.origin import OriginColumn
from srm.stock import exchange, filters, forms, moving, services, tables
from srm.stock.models import StockLevel, StockMove
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.slots import Action

VIEW, MOVE = "stock.view", "stock.move"


def _buttons(actor: Actor) -> list[Action]:
    """What moves goods, for who may."""
    if not actor.may(MOVE):
        return []
    return [
        Action("transfer", _("Transfer"), reverse("stock:stockmove-transfer")),
        Action("adjust", _("Put right"), reverse("stock:stockmove-adjust")),
        Action("count", _("Count"), reverse("stock:stockmove-count")),
        Action("issue", _("Issue"), reverse("stock:stockmove-issue"), tone="primary", key="n"),
    ]


@menu("buying", gettext_lazy("Stock"), order=50, key="s")
class LevelList(ListPage):
    model, permission, title = StockLevel, VIEW, gettext_lazy("Stock")
    table, filterset, sheet = tables.LevelTable, filters.LevelFilter, exchange.LevelSheet
    sorts = {
        "item": ("item__article", "id"), "-item": ("-item__article", "-id"),
        "-on_hand": ("-on_hand", "-id"), "-value": ("-value", "-id"), "value": ("value", "id"),
    }  # fmt: skip
    views = [("free", gettext_lazy("Free"), {"free": "on"})]
    empty = (
        gettext_lazy("Nothing is in stock yet."),
        gettext_lazy("Goods come in with a receipt, or are counted in once at the beginning."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item__base_unit", "warehouse__legal_entity")

    def actions(self) -> list[Action]:
        return _buttons(self.actor)

    def row_url(self, row: StockLevel) -> str | None:
        address = url_of(row.item) if self.actor.may("catalog.view") else None
        return f"{address}?tab=item-stock" if address else None


@menu("buying", gettext_lazy("Stock moves"), order=52)
class MoveList(ListPage):
    model, permission, title = StockMove, VIEW, gettext_lazy("Stock moves")
    table, filterset, sheet = tables.MoveTable, filters.MoveFilter, exchange.MoveSheet
    sorts = {
        "-written": ("-id",), "-moved_on": ("-moved_on", "-id"), "moved_on": ("moved_on", "id"),
    }  # fmt: skip
    views = [("mine", gettext_lazy("Mine"), {"mine": "on"})]
    empty = (
        gettext_lazy("Nothing has moved yet."),
        gettext_lazy("Every receipt, issue and count leaves a line here that nobody can change."),
    )

    def queryset(self) -> QuerySet:
        joins = ("item__base_unit", "warehouse__legal_entity", "created_by")
        return super().queryset().select_related(*joins)

    def actions(self) -> list[Action]:
        return _buttons(self.actor)


class MoveDetail(DetailPage):
    """One move, where it went, and the way to undo it."""

    model, permission = StockMove, VIEW
    facts = [
        "moved_on", "item", "warehouse", ("amount", gettext_lazy("Quantity")), ("worth", gettext_lazy("Value")),
        ("where", gettext_lazy("Locations")), "counterpart", "reason", ("origin", gettext_lazy("Document")),
        ("other", gettext_lazy("The other side")), ("undoes", gettext_lazy("Reverses")),
        ("undone", gettext_lazy("Reversed by")), ("by", gettext_lazy("By")), "created_at",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        joins = ("item__base_unit", "warehouse__legal_entity", "created_by", "pair__warehouse", "reverses")
        return super().queryset().select_related(*joins)

    def heading(self) -> Any:
        return f"{self.object.get_kind_display()}: {self.object.item.name}"

    def fact_amount(self) -> str:
        return formats.quantity(self.object.quantity, self.object.item.base_unit)

    def fact_worth(self) -> str:
        return formats.money(self.object.value, self.object.warehouse.legal_entity.currency)

    def fact_where(self) -> str:
        placed = self.object.placements.select_related("location").order_by("pk")
        return ", ".join(f"{one.location.code} {formats.quantity(one.quantity)}" for one in placed)

    def fact_origin(self) -> Any:
        return OriginColumn().cell(self.object, "document") if self.object.document_kind else None

    def fact_other(self) -> Any:
        return self._link(self.object.pair or StockMove.objects.visible_to(self.actor).filter(pair=self.object).first())

    def fact_undoes(self) -> Any:
        return self._link(self.object.reverses)

    def fact_undone(self) -> Any:
        return self._link(StockMove.objects.visible_to(self.actor).filter(reverses=self.object).first())

    def fact_by(self) -> Any:
        return self.object.created_by.name if self.object.created_by else ""

    def _link(self, move: StockMove | None) -> Any:
        return format_html('<a href="{}">{}</a>', url_of(move), move.counterpart or _("open")) if move else None

    def actions(self) -> list[Action]:
        if not self.actor.may(MOVE):
            return []
        fault = moving.why_not_reversible(self.object)
        address = reverse("stock:stockmove-reverse", args=[self.object.public_id])
        return [Action("reverse", _("Reverse"), address, allowed=not fault, reasons=[fault] if fault else [])]


class Reverse(ActionPage):
    """A move written by hand is undone by its opposite."""

    model, permission, name, loads_object = StockMove, MOVE, "reverse", True
    title, submit, done = gettext_lazy("Reverse"), gettext_lazy("Reverse"), gettext_lazy("Reversed.")
    form = forms.ReasonForm
    ask = gettext_lazy("A counter-move takes the goods back; both stay in the books.")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item__base_unit", "warehouse", "pair")

    def eyebrow(self) -> list[Any]:
        return [self.object.get_kind_display(), self.object.item.name]

    def act(self, form: Any) -> StockMove:
        return moving.reverse(self.object, actor=self.actor, **form.cleaned_data)


class Transfer(ActionPage):
    """Goods go to another store or location; both sides are written at once."""

    model, permission, name, route = StockMove, MOVE, "transfer", "transfer/"
    title, submit, done = gettext_lazy("Transfer"), gettext_lazy("Transfer"), gettext_lazy("Transferred.")
    form = forms.TransferForm

    def act(self, form: Any) -> str:
        moving.transfer(actor=self.actor, **form.cleaned_data)
        return reverse("stock:stocklevel-list")


class Adjust(ActionPage):
    """The books are put right by a difference, with the reason why."""

    model, permission, name, route = StockMove, MOVE, "adjust", "adjust/"
    title, submit, done = gettext_lazy("Put stock right"), gettext_lazy("Put right"), gettext_lazy("Written.")
    form = forms.AdjustForm

    def act(self, form: Any) -> str:
        services.adjust(actor=self.actor, **form.cleaned_data)
        return reverse("stock:stockmove-list")


class Issue(ActionPage):
    """Goods leave the store without a document: to a department, for a repair."""

    model, permission, name, route = StockMove, MOVE, "issue", "issue/"
    title, submit, done = gettext_lazy("Issue from stock"), gettext_lazy("Issue"), gettext_lazy("Issued.")
    form = forms.IssueForm

    def act(self, form: Any) -> str:
        services.issue(actor=self.actor, **form.cleaned_data)
        return reverse("stock:stockmove-list")


class Count(ActionPage):
    """What lies there is counted; the difference goes into the books with its reason."""

    model, permission, name, route = StockMove, MOVE, "count", "count/"
    title, submit, done = gettext_lazy("Count stock"), gettext_lazy("Write what was counted"), gettext_lazy("Counted.")
    form = forms.CountForm

    def level(self) -> StockLevel | None:
        """The level that the address names, when it names one."""
        wanted = self.request.GET
        rows = StockLevel.objects.visible_to(self.actor).select_related("item__base_unit", "warehouse")
        if not wanted.get("item"):
            return None
        rows = rows.filter(item__public_id=wanted["item"])
        if wanted.get("warehouse"):
            rows = rows.filter(warehouse__public_id=wanted["warehouse"])
        found = list(rows[:2])
        return found[0] if len(found) == 1 else None

    def initial(self) -> dict[str, Any]:
        level = self.level()
        known = {"warehouse": level.warehouse, "item": level.item, "seen": level.on_hand} if level else {}
        return {**super().initial(), **known}

    @property
    def ask(self) -> str:  # type: ignore[override]
        level = self.level()
        if level is None:
            return _("Write what lies there now. The difference to the books becomes a move with your reason.")
        return _("The books say %(quantity)s in %(warehouse)s. Write what lies there now.") % {
            "quantity": formats.quantity(level.on_hand, level.item.base_unit), "warehouse": level.warehouse,
        }  # fmt: skip

    def act(self, form: Any) -> str:
        values, level = form.cleaned_data, self.level()
        if level is None or (level.warehouse, level.item) != (values["warehouse"], values["item"]):
            values["seen"] = None  # another shelf than the one whose figure was shown
        services.count(actor=self.actor, **values)
        return reverse("stock:stocklevel-list")
