"""Pages of policies: what holds, how it came, what was let past it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog.models import Category
from srm.catalog.policy import exchange, filters, forms, selectors, services, tables
from srm.catalog.policy.models import EDIT, VIEW, CategoryPolicy, PolicyOverride
from srm.catalog.policy.procedures import procedures
from srm.catalog.policy.proposals import proposed
from srm.core import clock
from srm.core.actor import Actor
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage, routes
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import quadrant_html, render_ready

ROWS = "srm/catalog/_rows.html"
LATEST = 25


@menu("sourcing", gettext_lazy("Policies"), order=60)
class PolicyList(ListPage):
    """Versions of policies; those in force first of all."""

    model, permission, title = CategoryPolicy, VIEW, gettext_lazy("Policies of categories")
    table, filterset, sheet = tables.PolicyTable, filters.PolicyFilter, exchange.PolicySheet
    sorts = {
        "-created": ("-created_at", "-id"), "created": ("created_at", "id"),
        "valid_from": ("valid_from", "id"), "-valid_from": ("-valid_from", "-id"),
        "review_on": ("review_on", "id"), "-review_on": ("-review_on", "-id"),
    }  # fmt: skip
    views = [
        ("now", gettext_lazy("In force"), {"now": "on"}),
        ("due", gettext_lazy("Review is due"), {"due": "on"}),
    ]
    empty = (
        gettext_lazy("No policies yet."),
        gettext_lazy("They say how a category is bought. Write one by hand, or begin from the matrix."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("category")

    def decorate(self, rows: QuerySet) -> QuerySet:
        return selectors.with_counts(rows)

    def actions(self) -> list[Action]:
        """Beginning from the matrix, writing by hand, and what was let past."""
        found = [Action("overrides", _("Overrides"), url_of(PolicyOverride, "list") or "")]
        if self.actor.may(EDIT):
            found.append(Action("propose", _("Begin from the matrix"), reverse("catalog:categorypolicy-propose")))
            new = reverse("catalog:categorypolicy-choose")
            found.append(Action("create", _("New policy"), new, tone="primary", key="n"))
        return found


class PolicyDetail(DetailPage):
    model, permission = CategoryPolicy, VIEW
    facts = [
        "category", ("segment_now", gettext_lazy("Segment")), "valid_from", ("procedure_label", gettext_lazy("Procedure")),
        "min_bidders", "price_weight", "quality_weight", "dual_source", "contract_months", "cover_days", "approval_note",
        "review_months", "review_on", "reason", "created_by",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("category", "created_by")

    def eyebrow(self) -> list[Any]:
        from_segment = self.object.segment and _("proposed from the matrix")
        return [*super().eyebrow(), *([from_segment] if from_segment else [])]

    def quadrant(self) -> str:
        return self.object.category.segment

    def fact_segment_now(self) -> Any:
        segment = self.object.category.segment
        return quadrant_html(segment) if segment else ""

    def fact_price_weight(self) -> str:
        return selectors.shown("price_weight", self.object.price_weight)

    def fact_quality_weight(self) -> str:
        return selectors.shown("quality_weight", self.object.quality_weight)

    def warnings(self) -> list[Any]:
        row, today = self.object, clock.today()
        last = selectors.newest(row.category)
        if row.valid_from > today:
            return [_("It does not hold yet.")]
        if last is not None and last.edition > row.edition and last.valid_from <= today:
            return [_("A later version took its place.")]
        if row.review_on and row.review_on <= today:
            return [_("It was to be looked at again by now.")]
        return []

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.actor.may(EDIT):
            address = reverse("catalog:category-policy", args=[self.object.category.public_id])
            found.append(Action("change", _("Write the next version"), address, tone="primary", key="e"))
        return found


@panel(CategoryPolicy, gettext_lazy("All versions"), order=10, permission=VIEW, place="main", key="editions")
def editions_panel(document: CategoryPolicy, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """Every version of the category's policy, the newest first."""
    rows = CategoryPolicy.objects.visible_to(actor).filter(category=document.category).order_by("-edition")
    found = selectors.with_counts(rows.select_related("created_by"))
    return ROWS, {"table": render_ready(tables.EditionTable, found[:LATEST], actor)}


def _overrides(document: CategoryPolicy, actor: Actor) -> QuerySet:
    return PolicyOverride.objects.visible_to(actor).filter(policy__category=document.category)


@panel(
    CategoryPolicy, gettext_lazy("Overrides"), order=20, permission=VIEW, key="overrides",
    count=lambda policy, actor: _overrides(policy, actor).count(),
)  # fmt: skip
def overrides_panel(document: CategoryPolicy, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What was let past any version of this policy, and why."""
    rows = _overrides(document, actor).select_related("policy__category", "created_by")[: LATEST + 1]
    more = f"{url_of(PolicyOverride, 'list')}?category={document.category.public_id}" if len(rows) > LATEST else ""
    table = render_ready(tables.OverrideTable, rows[:LATEST], actor, link=None)
    return (ROWS, {"table": table, "more": more, "card": True}) if rows else None


class OverrideList(ListPage):
    """Everything that was let past policies."""

    model, permission, title = PolicyOverride, VIEW, gettext_lazy("Overrides of policies")
    table, filterset, sheet = tables.OverrideTable, filters.OverrideFilter, exchange.OverrideSheet
    sorts = {"-created_at": ("-created_at", "-id"), "created_at": ("created_at", "id")}
    empty = (gettext_lazy("Every policy was kept."), gettext_lazy("Who goes past one gives a reason; it shows here."))

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("policy__category", "created_by")

    def row_url(self, row: PolicyOverride) -> str | None:
        return url_of(row.policy)


class WritePolicy(ActionPage):
    """The next version of a category's policy, beginning from the newest one, or from the matrix."""

    model, permission, name, kind = Category, EDIT, "policy", ""
    form, submit, done = forms.PolicyForm, gettext_lazy("Save as the next version"), gettext_lazy("Saved.")
    title = gettext_lazy("Policy")

    def heading(self) -> Any:
        return _("Policy of %(category)s") % {"category": self.object}

    def initial(self) -> dict[str, Any]:
        last = selectors.newest(self.object)
        values = {**last.rules, "seen": last.edition} if last else {"seen": 0}
        if self.begins_from_matrix():
            values |= proposed(self.object.segment, [code for code, _label in procedures()])
        if values.get("dual_source") is not None:
            values["dual_source"] = "yes" if values["dual_source"] else "no"
        return {**values, "valid_from": clock.today()}

    def begins_from_matrix(self) -> bool:
        """Whether the form starts with what the category's segment asks for."""
        return bool(self.request.GET.get("from") == "matrix" and self.object.segment)

    def context(self) -> dict[str, Any]:
        """What holds where nothing is said, and the way to begin from the matrix."""
        above = self.object.parent
        rules = selectors.in_words(selectors.effective(above)) if above else []
        ask = _("Left empty, a rule is taken from above: %(rules)s.") % {
            "rules": "; ".join(f"{label}: {value} ({code})" for label, value, code in rules)
        } if rules else ""  # fmt: skip
        if self.object.segment and not self.begins_from_matrix():
            words = _("Begin with what its place on the matrix asks for")
            link = format_html('<a href="?from=matrix">{}</a> ({})', words, self.object.get_segment_display())
            ask = format_html("{} {}", ask, link)
        return {**super().context(), "ask": ask}

    def act(self, form: forms.PolicyForm) -> CategoryPolicy:
        values = dict(form.cleaned_data)
        segment = self.object.segment if self.begins_from_matrix() else ""
        return services.write_policy(actor=self.actor, category=self.object, segment=segment, **values)


class ChoosePolicy(ActionPage):
    """Whose policy is to be written."""

    model, permission, name, route = CategoryPolicy, EDIT, "choose", "new/"
    form, title, submit = forms.ChooseCategory, gettext_lazy("New policy"), gettext_lazy("Continue")

    def act(self, form: forms.ChooseCategory) -> str:
        return reverse("catalog:category-policy", args=[form.cleaned_data["category"].public_id])


class ProposePolicies(ActionPage):
    """First policies for all categories on the matrix that have none."""

    model, permission, name, route = CategoryPolicy, EDIT, "propose", "propose/"
    form, title = None, gettext_lazy("Begin from the matrix")
    submit, done = gettext_lazy("Write them"), gettext_lazy("Written. Look at each, and change what does not fit.")
    ask = gettext_lazy(
        "Every category that has a place on the matrix and no policy yet gets a first one, by its quadrant."
    )

    def act(self, form: Any) -> str:
        found = Category.objects.visible_to(self.actor).exclude(segment="").filter(policies=None, is_active=True)
        services.propose_from_segments(actor=self.actor, categories=list(found))
        return url_of(CategoryPolicy, "list") or "/"


@panel(Category, gettext_lazy("How it is bought"), order=3, permission=VIEW, place="main", key="policy")
def category_policy_panel(document: Category, actor: Actor, request: HttpRequest) -> tuple[str, dict]:
    """The rules that hold for the category, where each comes from, and the way to change them."""
    own = selectors.newest(document)
    write = Action("policy", _("Write the next version") if own else _("New policy"),
                   reverse("catalog:category-policy", args=[document.public_id]))  # fmt: skip
    return "srm/catalog/_policy.html", {
        "rules": selectors.in_words(selectors.effective(document)), "own": own, "code": document.code,
        "write": write if actor.may(EDIT) else None,
    }  # fmt: skip


ROUTES = [
    *routes(PolicyList, PolicyDetail, ChoosePolicy, ProposePolicies, prefix="policies/"),
    *routes(OverrideList, prefix="overrides/"),
    *routes(WritePolicy, prefix="categories/"),
]
