"""Pages of the steward: suggestions, two items side by side, refusing and opening again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.duplicates import filters, forms, jobs, selectors, services, tables
from srm.catalog.duplicates.comparison import compare
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.jobs.services import enqueue
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage, routes
from srm.ui.panels import panel
from srm.ui.slots import Action

MERGE = "catalog.merge"
OPEN, DIFFERENT = DuplicatePair.Verdict.OPEN, DuplicatePair.Verdict.DIFFERENT


@menu("buying", gettext_lazy("Duplicates"), order=62)
class DuplicateList(ListPage):
    model, permission, title = DuplicatePair, MERGE, gettext_lazy("Possible duplicates")
    table, filterset = tables.DuplicateTable, filters.DuplicateFilter
    sorts = {
        "-score": ("-score", "-id"), "score": ("score", "id"), "-found": ("-found_at", "-id"), "found": ("found_at", "id"),
    }  # fmt: skip
    views = [(value, label, {"verdict": value}) for value, label in DuplicatePair.Verdict.choices]
    empty = (
        gettext_lazy("No two items look like the same thing."),
        gettext_lazy("The list is made anew every night. Use “Look now” after an import."),
    )

    def queryset(self) -> QuerySet:
        return selectors.worth_a_look(selectors.with_items(super().queryset()))

    def actions(self) -> list[Action]:
        return [
            Action("merges", _("Merged items"), reverse("catalog:itemmerge-list")),
            Action("by-hand", _("Compare two items"), reverse("catalog:duplicatepair-by-hand")),
            Action("look", _("Look now"), reverse("catalog:duplicatepair-look")),
        ]


class DuplicateDetail(DetailPage):
    """Two items side by side."""

    model, permission = DuplicatePair, MERGE
    facts = [("score", gettext_lazy("Sure")), ("words", gettext_lazy("Why")), "decided_by", "note"]

    def queryset(self) -> QuerySet:
        return selectors.with_items(super().queryset())

    def eyebrow(self) -> list[Any]:
        return [*super().eyebrow(), self.object.get_verdict_display()]

    def fact_score(self) -> str:
        return _("%(score)s of 100") % {"score": self.object.score}

    def fact_words(self) -> str:
        return "; ".join(self.object.words)

    def actions(self) -> list[Action]:
        verdict = self.object.verdict
        refuse = Action("refuse", _("Not a duplicate"), url_of(self.object, "refuse") or "")
        merge = Action("merge", _("Merge"), url_of(self.object, "merge") or "", tone="primary")
        again = Action("reopen", _("Open again"), url_of(self.object, "reopen") or "")
        return {OPEN: [refuse, merge], DIFFERENT: [again]}.get(verdict, [])


@panel(DuplicatePair, gettext_lazy("Side by side"), order=10, permission=MERGE, place="main")
def comparison_panel(document: DuplicatePair, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """What the two items say, line by line."""
    first, second = document.items()
    return "srm/catalog/_comparison.html", {"first": first, "second": second, "lines": compare(first, second)}


class RefuseDuplicate(ActionPage):
    model, permission, name = DuplicatePair, MERGE, "refuse"
    title, submit, done = gettext_lazy("Not a duplicate"), gettext_lazy("Not a duplicate"), gettext_lazy("Remembered.")
    form = forms.RefusalForm

    def act(self, form: forms.RefusalForm) -> str | None:
        services.refuse(self.object, actor=self.actor, note=form.cleaned_data["note"])
        return url_of(DuplicatePair, "list")


class ReopenDuplicate(ActionPage):
    model, permission, name = DuplicatePair, MERGE, "reopen"
    title, submit, done = gettext_lazy("Open again"), gettext_lazy("Open again"), gettext_lazy("It is open again.")
    ask = gettext_lazy("The pair comes back to the list of suggestions.")

    def act(self, form: Any) -> DuplicatePair:
        return services.reopen(self.object, actor=self.actor)


class CompareByHand(ActionPage):
    """Two items that no search put together."""

    model, permission, name, route = DuplicatePair, MERGE, "by-hand", "compare/"
    title, submit, done = gettext_lazy("Compare two items"), gettext_lazy("Compare"), ""
    form = forms.PairForm

    def act(self, form: forms.PairForm) -> DuplicatePair:
        return services.suggest(actor=self.actor, **form.cleaned_data)


class LookNow(ActionPage):
    model, permission, name, route = DuplicatePair, MERGE, "look", "look/"
    title, submit, done = gettext_lazy("Look for duplicate items"), gettext_lazy("Look now"), ""
    ask = gettext_lazy("All items are compared in the background. What was called “not a duplicate” stays so.")

    def act(self, form: Any) -> Any:
        return enqueue(jobs.KIND, actor=self.actor)


@panel(Item, gettext_lazy("Possible duplicates"), order=60, permission=MERGE, place="side")
def suggestions_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """Items that may be the same thing, and the way to compare it with any other."""
    if document.state == ItemState.MERGED:
        return None
    rows = list(selectors.of_item(document, actor)[:5])
    compare = f"{reverse('catalog:duplicatepair-by-hand')}?first={document.public_id}"
    return "srm/catalog/_suggestions.html", {"item": document, "pairs": rows, "compare": compare}


ROUTES = routes(
    DuplicateList, LookNow, CompareByHand, DuplicateDetail, RefuseDuplicate, ReopenDuplicate, prefix="duplicates/"
)
