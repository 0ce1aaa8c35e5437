"""Pages of merging: deciding field by field, the journal of merges, undoing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.duplicates.comparison import Compared, show
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.duplicates.selectors import with_items
from srm.catalog.merging import filters, forms, selectors, services, tables
from srm.catalog.merging.models import ItemMerge
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.pages import ActionPage, DetailPage, ListPage, routes
from srm.ui.panels import panel
from srm.ui.slots import Action

VIEW, MERGE = "catalog.view", "catalog.merge"


class MergeDuplicate(ActionPage):
    """Two items side by side: which stays, and what it takes from the other."""

    model, permission, name = DuplicatePair, MERGE, "merge"
    title, submit, done = gettext_lazy("Merge"), gettext_lazy("Merge"), gettext_lazy("The two items are one now.")
    form = forms.MergeForm
    template = "srm/catalog/merge.html"
    drafts = False

    def queryset(self) -> QuerySet:
        return with_items(super().queryset())

    def form_options(self) -> dict[str, Any]:
        return {**super().form_options(), "pair": self.object}

    def act(self, form: forms.MergeForm) -> Item:
        return services.merge(actor=self.actor, **form.decision()).winner

    def context(self) -> dict[str, Any]:
        context = super().context()
        first, second = self.object.items()
        choices = [
            (context["form"][name], Compared(str(forms.FIELDS[name]), show(name, first), show(name, second)))
            for name in context["form"].open_fields()
        ]
        return {
            **context, "first": first, "second": second, "choices": choices,
            "pointing": selectors.pointing(first, second), "hindrances": services.refusals(second, first),
        }  # fmt: skip


@panel(DuplicatePair, gettext_lazy("What points to them"), order=20, permission=MERGE, place="main")
def pointing_panel(document: DuplicatePair, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """How many rows of which kind would follow."""
    rows = selectors.pointing(*document.items())
    first, second = document.items()
    return ("srm/catalog/_pointing.html", {"first": first, "second": second, "pointing": rows}) if rows else None


class MergeList(ListPage):
    model, permission, title = ItemMerge, VIEW, gettext_lazy("Merged items")
    table, filterset = tables.MergeTable, filters.MergeFilter
    sorts = {"-merged": ("-merged_at", "-id"), "merged": ("merged_at", "id")}
    views = [("undone", gettext_lazy("Undone"), {"undone": "1"})]
    empty = (
        gettext_lazy("No items were merged yet."),
        gettext_lazy("When two items turn out to be one, the merge and what it moved stand here."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("loser", "winner", "created_by")


class MergeDetail(DetailPage):
    model, permission = ItemMerge, VIEW
    facts = [
        "loser", "winner", ("factor", gettext_lazy("Conversion")), "merged_at", "created_by", "undone_at", "undone_by", "note",
        ("changed", gettext_lazy("Taken from the item that went")),
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        rows = super().queryset().select_related("loser__base_unit", "winner__base_unit", "created_by", "undone_by")
        return rows.select_related("loser__category", "winner__category")

    def fact_loser(self) -> Any:
        return _old_page(self.object.loser)

    def fact_factor(self) -> str:
        merge = self.object
        if merge.loser.base_unit_id == merge.winner.base_unit_id:
            return ""
        return f"1 {merge.loser.base_unit} = {formats.quantity(merge.factor, merge.winner.base_unit)}"

    def fact_changed(self) -> str:
        return ", ".join(str(forms.FIELDS[name]) for name in self.object.changed if name in forms.FIELDS)

    def warnings(self) -> list[Any]:
        return [_("This merge was undone.")] if self.object.undone_at else []

    def actions(self) -> list[Action]:
        if not self.actor.may(MERGE) or self.object.undone_at:
            return []
        return [Action("undo", _("Undo the merge"), url_of(self.object, "undo") or "", tone="danger")]


@panel(ItemMerge, gettext_lazy("What moved"), order=10, permission=VIEW, place="main")
def moved_panel(document: ItemMerge, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """How many rows of which kind followed."""
    rows = selectors.moved(document)
    return ("srm/catalog/_moved.html", {"moved": rows}) if rows else None


class UndoMerge(ActionPage):
    model, permission, name = ItemMerge, MERGE, "undo"
    title, submit, tone = gettext_lazy("Undo the merge"), gettext_lazy("Undo the merge"), "danger"
    done = gettext_lazy("The two items are two again.")
    ask = gettext_lazy("Everything that moved goes back. What was changed by hand since stays as it is.")
    form = forms.UndoForm

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("loser", "winner")

    def act(self, form: forms.UndoForm) -> ItemMerge:
        return services.undo(self.object, actor=self.actor, reason=form.cleaned_data["reason"])


@panel(Item, gettext_lazy("Merged into it"), order=70, permission=VIEW, place="side")
def parts_of_item_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What became part of this item."""
    rows = list(selectors.merged_into(document, actor)[:20])
    return ("srm/catalog/_merged.html", {"merges": rows}) if rows else None


def _old_page(item: Item) -> Any:
    """A link that shows the old item itself, not what it leads to."""
    return format_html('<a href="{}?old=1">{}</a>', url_of(item), item)


ROUTES = [
    *routes(MergeDuplicate, prefix="duplicates/"),
    *routes(MergeList, MergeDetail, UndoMerge, prefix="merges/"),
]
