"""The matrix, the assessments behind it, and computing a new one."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kraljic import services, words
from kraljic.forms import AssessForm, last_year
from kraljic.models import Assessment, Placement
from kraljic.selectors import newest
from srm.people.models import LegalEntity
from srm.ui import charts, tables
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage, Page


@menu("sourcing", _("Matrix"), order=10, key="m")
class Matrix(Page):
    """The bubble chart of the newest assessment, and the inputs of one bubble."""

    permission = "kraljic.view"
    title = _("Kraljic matrix")
    template = "kraljic/matrix.html"
    name = "matrix"
    route = ""

    @property
    def subject(self) -> str:
        """Categories or suppliers, by the address."""
        asked = self.request.GET.get("of", "category")
        return asked if asked in Assessment.Subject.values else "category"

    @cached_property
    def assessment(self) -> Assessment | None:
        """The newest assessment the actor may see."""
        return newest(Assessment.objects.visible_to(self.actor), self.subject)

    @cached_property
    def placements(self) -> list[Placement]:
        """Its places, the largest spend first."""
        if self.assessment is None:
            return []
        return list(self.assessment.placements.select_related("category", "supplier"))

    def eyebrow(self) -> list[Any]:
        if self.assessment is None:
            return []
        return [self.assessment, self.assessment.get_subject_display(), self.assessment.state_label]

    def chosen(self) -> Placement | None:
        """The bubble whose inputs are shown: the one clicked, or the largest."""
        asked = self.request.GET.get("place", "")
        return next((one for one in self.placements if one.public_id == asked), next(iter(self.placements), None))

    def context(self) -> dict[str, Any]:
        chosen = self.chosen()
        return {
            **super().context(), "subject": self.subject, "assessment": self.assessment, "chart": self.chart(),
            "subjects": Assessment.Subject.choices, "chosen": chosen, "axes": axes_of(chosen), "rows": self.placements,
            "advice": words.ADVICE.get(chosen.quadrant, []) if chosen else [], "before": self.before(chosen),
            "unplaced": [one for one in self.placements if not one.quadrant],
            "can_assess": self.actor.may(Assess.permission),
        }  # fmt: skip

    def chart(self) -> charts.Chart | None:
        """Risk to the right, profit up, spend as size; each bubble leads to its inputs."""
        placed = [one for one in self.placements if one.quadrant]
        if not placed or self.assessment is None:
            return None
        name = _("Category") if self.subject == "category" else _("Supplier")
        return charts.Chart(
            "matrix", _("Supply risk and profit impact"),
            columns=[("name", name), ("risk", _("Supply risk")), ("profit", _("Profit impact")),
                     ("spend", _("Spend, %(currency)s") % {"currency": self.assessment.currency}),
                     ("quadrant", _("Quadrant"))],
            rows=[(str(one), one.risk, one.profit, one.spend, one.quadrant) for one in placed[:60]],
            links=[f"?of={self.subject}&place={one.public_id}" for one in placed[:60]], height=520,
        )  # fmt: skip

    def before(self, chosen: Placement | None) -> Placement | None:
        """Where the same subject stood in the assessment before, if it stood elsewhere."""
        if chosen is None or self.assessment is None:
            return None
        earlier = Placement.objects.visible_to(self.actor).filter(
            category=chosen.category_id,
            supplier=chosen.supplier_id,
            assessment__created_at__lt=self.assessment.created_at,
        )
        last = earlier.order_by("-assessment__created_at").first()
        return last if last and last.quadrant and last.quadrant != chosen.quadrant else None


def axes_of(place: Placement | None) -> list[dict[str, Any]]:
    """The criteria of both axes as the page shows them: measure, weight, what it adds."""
    if place is None:
        return []
    titles = (("risk", _("Supply risk"), place.risk), ("profit", _("Profit impact"), place.profit))
    return [
        {
            "title": title, "value": value,
            "criteria": [
                {**part, "label": words.label_of(part["name"]), "help": words.CRITERIA.get(part["name"], ("", None, ""))[2],
                 "shown": words.measured_of(part["name"], part["measured"])}
                for part in place.criteria if part["axis"] == axis
            ],
        }
        for axis, title, value in titles
    ]  # fmt: skip


class Assess(ActionPage):
    """Compute a new assessment as a draft."""

    permission = "kraljic.edit"
    title = _("Compute the matrix")
    name = "assess"
    route = "assess/"
    form = AssessForm
    submit = _("Compute")
    done = _("Computed. Approve it to set the segments.")

    def initial(self) -> dict[str, Any]:
        """The last twelve months of the only legal entity."""
        since, until = last_year()
        entity = LegalEntity.objects.filter(is_active=True).first()
        return {"period_from": since, "period_to": until, "legal_entity": entity,
                "subject": self.request.GET.get("of", "category")}  # fmt: skip

    def act(self, form: AssessForm) -> str:
        assessment = services.assess(actor=self.actor, **form.cleaned_data)
        return f"{reverse('kraljic:matrix')}?of={assessment.subject}"


class AssessmentTable(tables.Table):
    """Assessments over time."""

    number = tables.TextColumn()
    subject = tables.TextColumn(accessor="get_subject_display")
    period_from = tables.DateColumn()
    period_to = tables.DateColumn()
    total_spend = tables.MoneyColumn(currency="currency")
    state = tables.StateColumn()

    class Meta:
        model = Assessment


class AssessmentList(ListPage):
    """All assessments, newest first."""

    model = Assessment
    permission = "kraljic.view"
    title = _("Assessments")
    route = "assessments/"
    table = AssessmentTable
    sorts = {"-created": ("-created_at", "-id")}
    empty = (_("Nothing was assessed yet."), _("Compute the matrix from your orders."))


class PlacementTable(tables.Table):
    """Places of one assessment."""

    name = tables.TextColumn(verbose_name=_("Name"))
    quadrant = tables.QuadrantColumn()
    risk = tables.NumberColumn()
    profit = tables.NumberColumn()
    spend = tables.MoneyColumn(currency=None)
    coverage = tables.PercentColumn()

    class Meta:
        model = Placement


class AssessmentDetail(DetailPage):
    """One assessment with every place; approving it sets the segments."""

    model = Assessment
    permission = "kraljic.view"
    route = "assessments/<str:public_id>/"
    facts = ["subject", "period_from", "period_to", "total_spend"]
    lines = ("placed", PlacementTable)

    def fact_subject(self) -> str:
        return self.object.get_subject_display()

    def placed(self) -> QuerySet:
        """Places by spend, names loaded with them."""
        rows = self.object.placements.select_related("category", "supplier")
        return rows.order_by(F("spend").desc(), "pk")
